"""What went wrong with a camera's footage, in words for operators, by the stable code of the error. [core]

One table for the console, the test of a camera and the reasons of a verdict, so that a code reads the same everywhere.
Sentences begin small: they stand behind "rekaman tidak tersedia, ..." as well as alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from cameras.footage.options import Words
from jsc_project.lib.errors import JscError

WHY: Mapping[str, Words] = {
    "no_source": Words("kamera belum punya sumber rekaman", "the camera has no footage source yet"),
    "source_misconfigured": Words("sumber rekaman salah diatur", "the footage source is misconfigured"),
    "source_unreachable": Words(
        "perangkat tidak dapat dihubungi (mati, alamat salah, atau jaringan terputus)",
        "the device cannot be reached (it is off, the address is wrong, or the network is down)",
    ),
    "source_denied": Words(
        "perangkat menolak nama pengguna, kata sandi atau hak aksesnya",
        "the device refuses the user name, the password or their rights",
    ),
    "source_error": Words("perangkat menjawab dengan galat", "the device answers with an error"),
    "source_forbidden": Words(
        "alamat itu di luar jaringan kamera yang diizinkan (JSC_CAMERA_NETWORKS)",
        "that address is outside the networks allowed for cameras (JSC_CAMERA_NETWORKS)",
    ),
    "source_unavailable": Words(
        "perangkat sedang tidak dihubungi karena berulang kali gagal",
        "the device is not being asked for now, because it failed again and again",
    ),
    "channel_missing": Words(
        "perangkat tidak mengenal kanal, aliran atau berkas itu",
        "the device knows no such channel, stream or file",
    ),
    "credentials_unreadable": Words(
        "nama pengguna dan kata sandi yang tersimpan tidak dapat dibuka; isi ulang di halaman kamera",
        "the stored user name and password cannot be opened; enter them again on the camera's page",
    ),
    "footage_missing": Words("tidak ada yang terekam pada waktu itu", "nothing was recorded at that time"),
    "footage_timed_out": Words("perekam tidak menjawab tepat waktu", "the recorder did not answer in time"),
    "footage_unreadable": Words("berkas rusak atau bukan rekaman", "the file is damaged, or no footage"),
    "footage_undated": Words(
        "gambar datang tanpa keterangan waktu, jadi bukan bukti waktu mana pun",
        "pictures came, and nothing tells when they were taken",
    ),
    "footage_failed": Words("perekam tidak dapat dibaca", "the recorder cannot be read"),
    "decode_failed": Words("gambarnya tidak dapat dibuka", "its pictures cannot be decoded"),
    "decode_timed_out": Words("membuka gambarnya terlalu lama", "decoding its pictures took too long"),
    "decode_interrupted": Words("pembacaan dihentikan dari luar", "reading it was stopped from outside"),
    "storage_full": Words("penyimpanan kita penuh", "our own storage is full"),
    "storage_failed": Words("penyimpanan kita bermasalah", "our own storage is in trouble"),
    "storage_unreachable": Words("penyimpanan kita tidak dapat dihubungi", "our own storage cannot be reached"),
    "storage_slow": Words("penyimpanan kita terlalu lambat", "our own storage is too slow"),
    "storage_denied": Words("penyimpanan kita menolak akses", "our own storage refuses access"),
    "bytes_remain": Words("berkas yang dihapus masih ada", "something that was deleted is still there"),
    "source_busy": Words(
        "perangkat sedang melayani pengambilan lain", "the device is serving as many pulls as it is allowed to"
    ),
    "pull_cut_short": Words(
        "pengambilan terputus sebelum selesai", "pulling it was cut short before all that was promised had come"
    ),
    "wall": Words("batas waktu pengambilan habis", "the time allowed for pulling it is used up"),
    "undecryptable": Words(
        "rahasia yang tersimpan tidak dapat dibuka dengan kunci yang ada",
        "what is stored encrypted cannot be opened with the keys in use",
    ),
    "unexpected_error": Words(
        "galat tak terduga di layanan ini; lihat log", "an unexpected fault of this service; see its log"
    ),
    "crashed": Words("pengambilan berulang kali terputus", "pulling it broke off again and again"),
    "blur_failed": Words(
        "gambarnya tidak dapat diperiksa, jadi tidak dapat disamarkan",
        "its pictures cannot be looked at, and so cannot be blurred",
    ),
    "faces_unknown": Words(
        "model pencari wajah tidak ada di mesin ini, jadi tidak ada gambar yang ditampilkan",
        "the face model is not on this machine, so that no picture is shown",
    ),
    "weights_missing": Words("bobot model tidak ada di mesin ini", "the model's weights are not on this machine"),
    "clip_gone": Words("rekamannya tidak ada lagi", "its footage is not there any more"),
    "clip_without_file": Words("rekamannya tidak ada lagi", "its footage is not there any more"),
    "footage_changed": Words("rekamannya sudah diganti", "its footage was replaced meanwhile"),
    "analysis_timed_out": Words("pemeriksaannya terlalu lama", "checking it took too long"),
    "weights_refused": Words("bobot model ditolak demi keamanan", "the model's weights are refused for safety"),
    "weights_unusable": Words("bobot model rusak atau tidak cocok", "the model's weights are broken, or do not fit"),
    "water_model_broken": Words("model air di mesin ini rusak", "the model of water on this machine is broken"),
    "text_models_missing": Words("model pembaca teks tidak ada", "the models that read text are not there"),
    "thresholds_invalid": Words("ambang kategorinya salah diatur", "the category's thresholds are set wrongly"),
    "zones_invalid": Words("zona kameranya tidak sah", "the camera's zones are not valid"),
    "unknown_check": Words("pemeriksaan ini tidak dikenal", "no such check is known"),
    "no_check": Words("belum ada pemeriksaan untuk ini", "there is no check for this yet"),
    "unreadable_input": Words("masukannya tidak dapat dibaca", "what was given cannot be read"),
}

TIMED_OUT: Mapping[str, Words] = {
    "connect": Words("tidak tersambung dalam batas waktu", "no connection within the time allowed"),
    "silence": Words(
        "tersambung, lalu tidak ada satu bita pun yang datang", "connected, and then not a byte came any more"
    ),
    "trickle": Words("datanya menetes terlalu lambat", "its data only trickles"),
    "wall": Words("waktu yang disediakan habis sebelum selesai", "the time allowed was used up before it was done"),
}
"""By ``data["what"]`` of a ``footage_timed_out``."""

DENIED: Mapping[int, Words] = {
    401: Words("nama pengguna atau kata sandi tidak diterima (401)", "the user name or password is not accepted (401)"),
    403: Words(
        "pengguna ini tidak berhak melihat kanal atau rekaman itu (403)",
        "this user may not see that channel or recording (403)",
    ),
}
"""By ``data["status"]`` of a ``source_denied``."""

UNREADABLE: Mapping[str, Words] = {
    "wrong_content_type": Words(
        "yang datang bukan video atau gambar (mungkin halaman masuk)", "what came is no film or picture (a login page?)"
    ),
    "encrypted": Words("rekaman itu terenkripsi", "the footage is encrypted"),
    "too_large": Words("yang datang melebihi batas ukuran", "what came is over the size limit"),
}
"""By ``data["reason"]`` of a ``footage_unreadable``."""


def why(code: str) -> Words:
    """The words of a code; an unknown one is shown as it is, because a code says more than "error"."""
    return WHY.get(code, Words(f"gagal ({code})", f"failed ({code})"))


def why_of(error: JscError) -> Words:
    """As precise as the error's data allows."""
    data = error.data
    closer: Words | None = None
    if error.code == "footage_timed_out":
        closer = TIMED_OUT.get(str(data.get("what")))
    elif error.code == "source_denied":
        closer = DENIED.get(data.get("status", 0))
    elif error.code == "footage_unreadable":
        closer = UNREADABLE.get(str(data.get("reason")))
    elif error.code == "source_error" and isinstance(data.get("status"), int):
        closer = Words(f"perangkat menjawab {data['status']}", f"the device answers {data['status']}")
    return closer or why(error.code)
