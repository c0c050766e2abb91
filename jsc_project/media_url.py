"""JSC_MEDIA_URL read into Django's storage settings: a folder, or ``s3://bucket/prefix?endpoint_url=...&region=...``."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

S3_QUERY = frozenset({"endpoint_url", "region", "addressing", "checksums"})
ADDRESSING = ("auto", "path", "virtual")


def is_folder(url: str) -> bool:
    return "://" not in url


def folder_of(url: str) -> Path:
    """The folder as an absolute path; meaningless for a bucket."""
    return Path(url).expanduser().resolve()


def storage_of(url: str, access_key: str = "", secret_key: str = "") -> dict[str, Any]:
    """``STORAGES["default"]``.

    Raises:
        ImproperlyConfigured: names what is wrong with the address, and never repeats a password from it.
    """
    if is_folder(url):
        # Footage of citizens: for the service's own user and group, whatever the umask of whoever starts it.
        modes = {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750}
        options = {"location": str(folder_of(url)), **modes}
        return {"BACKEND": "jsc_project.storage.AtomicFileSystemStorage", "OPTIONS": options}
    return {"BACKEND": "jsc_project.s3.S3Media", "OPTIONS": _s3_options(urlsplit(url), access_key, secret_key)}


def _s3_options(parts: SplitResult, access_key: str, secret_key: str) -> dict[str, Any]:
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"JSC_MEDIA_URL must be a folder or s3://bucket/prefix, got {parts.scheme}://")
    if "@" in parts.netloc:
        raise ImproperlyConfigured("JSC_MEDIA_URL holds keys; give them as JSC_S3_ACCESS_KEY and JSC_S3_SECRET_KEY")
    if not parts.netloc:
        raise ImproperlyConfigured("JSC_MEDIA_URL names no bucket: s3://bucket/prefix")
    if bool(access_key) != bool(secret_key):
        raise ImproperlyConfigured("JSC_S3_ACCESS_KEY and JSC_S3_SECRET_KEY belong together; one of them is not set")
    asked = _query(parts.query)
    return {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "endpoint_url": asked.get("endpoint_url"),
        "region_name": asked.get("region"),
        # Servers of one's own seldom have a host name for every bucket.
        "addressing_style": asked.get("addressing") or ("path" if asked.get("endpoint_url") else "auto"),
        "checksums": asked.get("checksums", "on") == "on",
    }


def _query(query: str) -> dict[str, str]:
    asked = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(asked.keys() - S3_QUERY)
    if unknown:
        known = ", ".join(sorted(S3_QUERY))
        raise ImproperlyConfigured(f"JSC_MEDIA_URL: unknown {', '.join(unknown)}; known: {known}")
    endpoint = urlsplit(asked.get("endpoint_url", ""))
    if "endpoint_url" in asked and (endpoint.scheme not in {"http", "https"} or not endpoint.netloc):
        raise ImproperlyConfigured("JSC_MEDIA_URL: endpoint_url must be http://host:port or https://host")
    if "@" in endpoint.netloc:
        raise ImproperlyConfigured("JSC_MEDIA_URL: endpoint_url holds keys; they have settings of their own")
    if asked.get("addressing", "auto") not in ADDRESSING:
        raise ImproperlyConfigured(f"JSC_MEDIA_URL: addressing must be one of {', '.join(ADDRESSING)}")
    if asked.get("checksums", "on") not in {"on", "off"}:
        raise ImproperlyConfigured("JSC_MEDIA_URL: checksums must be on or off")
    return asked
