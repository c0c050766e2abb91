"""Settings of a recorder that plays back over RTSP; complaints are Indonesian, for the admin's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cameras.footage.device_options import CHANNEL, STREAM
from cameras.footage.options import (
    DELAY,
    PASSWORD,
    RETENTION,
    TIMEZONE,
    USERNAME,
    VERIFY_TLS,
    Choice,
    Option,
    Words,
    url_complaint,
)
from cameras.footage.playback_urls import template_complaint

OPTIONS = (
    Option(
        "url",
        Words("Alamat perekam", "Address of the recorder"),
        required=True,
        check=url_complaint("rtsp", "rtsps"),
        help=Words("Misalnya rtsp://10.20.1.5:554", "E.g. rtsp://10.20.1.5:554"),
    ),
    Option(
        "brand",
        Words("Merek", "Brand"),
        "choice",
        default="hikvision",
        choices=(
            Choice("hikvision", Words("Hikvision", "Hikvision")),
            Choice("dahua", Words("Dahua", "Dahua")),
            Choice("other", Words("lain (dengan pola alamat)", "other (by an address template)")),
        ),
    ),
    CHANNEL,
    STREAM,
    Option(
        "template",
        Words("Pola alamat", "Address template"),
        check=template_complaint,
        help=Words(
            "Hanya untuk merek lain. Misalnya /rtsp/playback?channel={channel}&starttime={start:%Y-%m-%dT%H:%M:%SZ}",
            "Other brands only. E.g. /rtsp/playback?channel={channel}&starttime={start:%Y-%m-%dT%H:%M:%SZ}",
        ),
    ),
    TIMEZONE,
    Option(
        "z_means",
        Words("Waktu di alamat ditulis dalam", "Times in the address are written in"),
        "choice",
        default="auto",
        choices=(
            Choice("auto", Words("kebiasaan merek itu", "what the brand usually does")),
            Choice("utc", Words("UTC", "UTC")),
            Choice("local", Words("waktu perangkat", "the device's local time")),
        ),
        help=Words(
            "Sebagian Hikvision menulis Z tetapi bermaksud waktu setempat; uji dengan gambar yang jamnya terbaca",
            "Some Hikvision write Z and mean local time; test with a picture whose clock can be read",
        ),
    ),
    Option(
        "faster",
        Words("Minta kiriman lebih cepat", "Ask for faster delivery"),
        "flag",
        default=False,
        help=Words(
            "Mengirim Rate-Control: no; perekam yang tidak mengenalnya tetap mengirim seperti biasa",
            "Sends Rate-Control: no; a recorder that does not know it delivers as usual",
        ),
    ),
    VERIFY_TLS,
    DELAY,
    RETENTION,
    USERNAME,
    PASSWORD,
)


def settings_problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with settings that are each right by themselves."""
    if settings.get("brand") == "other" and not settings.get("template"):
        return {"template": "wajib diisi untuk merek lain"}
    return {}
