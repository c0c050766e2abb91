"""Sentences for people: Indonesian first, figures as each language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from analytics.verdict import Reason
from jsc_project.lib.when import wib_text

VEHICLES_ID = {
    "car": "mobil",
    "truck": "truk",
    "bus": "bus",
    "motorcycle": "sepeda motor",
    "angkot": "angkot",
    "minibus": "minibus",
    "van": "van",
    "bicycle": "sepeda",
    "ambulance": "ambulans",
    "fire truck": "mobil pemadam",
}

ZONES_ID = {
    "road": "jalan",
    "busway_lane": "jalur busway",
    "no_stopping": "dilarang berhenti",
    "river": "sungai",
    "pavement": "trotoar",
    "water_gauge": "papan duga air",
    "lamp": "lampu",
    "privacy": "privasi",
}
"""As the drawing page names them."""


def figure_id(value: float, digits: int = 0) -> str:
    """184 or 0,91: decimal comma, no thousands here."""
    return f"{value:.{digits}f}".replace(".", ",")


def percent_id(share: float) -> str:
    return f"{share * 100:.0f} %"


def vehicle_id(name: str) -> str:
    return VEHICLES_ID.get(name, name)


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def zones_id(kinds: Sequence[str]) -> str:
    return ", ".join(ZONES_ID.get(kind, kind) for kind in kinds)


def zones_en(kinds: Sequence[str]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in kinds)


def no_zone(kinds: tuple[str, ...]) -> Reason:
    return Reason(
        "no_zone",
        f"Kamera ini belum punya zona yang diperlukan ({zones_id(kinds)}); perlu dilihat petugas",
        f"No zone of the needed kind ({zones_en(kinds)}) is drawn for this camera; a person must look",
    )


def zones_unused(given: Sequence[str], wanted: Sequence[str]) -> Reason:
    """``given``: kinds that were drawn; ``wanted``: those that the check judges, none where it always judges all."""
    drawn_id, drawn_en = zones_id(given) or "kosong", zones_en(given) or "none"
    asked_id = f"perlu {zones_id(wanted)}" if wanted else "pemeriksaan ini tidak memakai zona"
    asked_en = f"{zones_en(wanted)} would be" if wanted else "this check uses no zone"
    return Reason(
        "zones_unused",
        f"Zona yang diberikan ({drawn_id}) tidak dipakai ({asked_id}); seluruh gambar yang dinilai",
        f"The zones given ({drawn_en}) are not used ({asked_en}); the whole picture was judged",
    )


def view_moved(since: datetime | None = None) -> Reason:
    """``since``: where it is known."""
    ago_id, ago_en = (f" sejak {wib_text(since)}", f" since {wib_text(since, english=True)}") if since else ("", "")
    return Reason(
        "view_moved",
        f"Pandangan kamera berbeda{ago_id} dari gambar tempat zonanya digambar; zona tidak berlaku, "
        "perlu dilihat petugas",
        f"The camera's view differs{ago_en} from the picture its zones were drawn on; the zones do not count, "
        "a person must look",
    )


def still_picture() -> Reason:
    return Reason(
        "still",
        "Hanya satu gambar diam: lamanya waktu tidak dapat diukur",
        "A single still picture: durations cannot be measured",
    )


def low_coverage(coverage: float) -> Reason:
    return Reason(
        "low_coverage",
        f"Rekaman hanya mencakup {percent_id(coverage)} dari waktu yang diminta, kurang dari 60 %",
        f"The footage covers only {percent_id(coverage)} of the time asked for, less than 60 %",
    )


def assumed_coverage() -> Reason:
    return Reason(
        "assumed_coverage",
        "Arah pandang kamera hanya perkiraan: yang tidak tampak belum tentu tidak ada",
        "The camera's view is only assumed: what it does not show may still be there",
    )


def truncated(why: str, lengths: tuple[float, float] | None = None) -> Reason:
    """``lengths``: seconds promised and given."""
    if lengths is None:
        text_id, text_en = "Berkas rekaman terpotong atau rusak sebagian", "The file is cut off or partly broken"
    else:
        told, given = lengths
        text_id = (
            f"Berkas rekaman terpotong: menurut isinya {figure_id(told)} dtk, yang terbaca hanya {figure_id(given)} dtk"
        )
        text_en = f"The file is cut off: it promises {told:.0f} s, only {given:.0f} s can be read"
    return Reason("truncated", text_id, f"{text_en} ({why})")


def class_unknown() -> Reason:
    return Reason(
        "class_unknown",
        "Model yang dipakai tidak mengenal angkot, jadi tidak dapat memastikan tidak ada angkot ngetem",
        "The model in use does not know minibuses, so it cannot say that none loiters",
    )


def no_check(slug: str) -> Reason:
    return Reason(
        "no_check",
        f"Belum ada pemeriksaan kamera otomatis untuk jenis laporan ini ({slug})",
        f"No camera check exists for this kind of report yet ({slug})",
    )


PICTURE_FAULTS = {
    "too_dark": ("Gambar terlalu gelap untuk dinilai", "The picture is too dark to be judged"),
    "too_bright": ("Gambar terlalu silau untuk dinilai", "The picture is too bright to be judged"),
    "flat": ("Lensa kamera tertutup atau gambar kosong", "The lens is covered or the picture is empty"),
    "blurred": ("Gambar kamera buram", "The camera's picture is out of focus"),
    "frozen": ("Gambar kamera membeku, tidak berubah", "The camera's picture is frozen"),
    "moved": ("Arah kamera berubah selama rekaman", "The camera was turned during the footage"),
}


def picture_small(width: int, height: int, least: int) -> Reason:
    """Sizes in pixels."""
    return Reason(
        "picture_small",
        f"Gambar {width} x {height} piksel terlalu kecil untuk mengenali kendaraan atau orang "
        f"(sisi panjang paling sedikit {least} piksel)",
        f"The picture of {width} by {height} pixels is too small to tell vehicles or people "
        f"(its longer side needs {least} pixels)",
    )


def feed_stuck(frozen_s: float) -> Reason:
    return Reason(
        "feed_stuck",
        f"Gambar yang sama persis terulang {figure_id(frozen_s)} dtk: kamera mungkin macet, jadi tidak menyangkal "
        "apa pun",
        f"The very same picture is repeated for {frozen_s:.0f} s: the camera may hang, so it denies nothing",
    )


def bad_picture(code: str) -> Reason:
    """Why the picture gate said no (codes of ``cameras.quality``)."""
    in_id, in_en = PICTURE_FAULTS.get(code, (f"Gambar kamera tidak layak dinilai ({code})", f"Bad picture ({code})"))
    return Reason(code, in_id, in_en)
