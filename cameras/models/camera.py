"""Cameras, what they see, and the zones drawn in their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cameras.errors import CredentialsUnreadable, ZoneInvalid
from cameras.footage.context import Secrets
from cameras.querysets import (
    VIEW_FIELDS,
    CameraQuerySet,
    ZoneQuerySet,
    cover,
    raise_zones_version,
    with_coverage,
)
from cameras.rules import zone_problems
from jsc_project.lib.crypto import Undecryptable, sealed_json, unsealed_json
from jsc_project.lib.geo import LatLon
from jsc_project.lib.revision import RevisionBase


class CameraRevision(RevisionBase):
    """Raised with every change of cameras or zones; the geofence index compares it before each answer."""


class Camera(models.Model):
    """One channel. Several channels on one pole share a point."""

    class SiteType(models.TextChoices):
        ROAD = "jalan_utama", _("Jalan utama")
        RPTRA = "rptra", _("RPTRA")
        RIVER = "sungai", _("Sungai")
        PUMP = "pompa_air", _("Pompa air")
        CRIME_PRONE = "rawan", _("Daerah rawan")
        BUSWAY_STOP = "halte_busway", _("Halte busway")
        FOOTBRIDGE = "jpo", _("Jembatan penyeberangan (JPO)")
        MONAS = "monas", _("Monas")
        OTHER = "lain", _("Lain")

    class CoverageKind(models.TextChoices):
        DRAWN = "drawn", _("digambar")
        DERIVED = "derived", _("dihitung dari arah dan sudut pandang")
        ASSUMED = "assumed", _("diperkirakan (lingkaran 100 m)")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("belum diperiksa")
        HEALTHY = "healthy", _("berfungsi")
        UNHEALTHY = "unhealthy", _("bermasalah")

    code = models.CharField(_("kode"), max_length=64, unique=True)
    name = models.CharField(_("nama"), max_length=200)
    lat = models.FloatField(_("lintang"))
    lon = models.FloatField(_("bujur"))
    site_type = models.CharField(_("jenis lokasi"), max_length=20, choices=SiteType.choices, default=SiteType.OTHER)
    bearing_deg = models.FloatField(_("arah pandang (derajat dari utara)"), null=True, blank=True)
    fov_deg = models.FloatField(_("sudut pandang (derajat)"), null=True, blank=True)
    range_m = models.FloatField(_("jangkauan (m)"), null=True, blank=True)
    drawn_coverage = models.JSONField(
        _("cakupan digambar (GeoJSON)"), null=True, blank=True, help_text=_("Polygon atau MultiPolygon, bujur/lintang")
    )
    coverage = models.JSONField(_("cakupan (GeoJSON)"), editable=False, default=dict)
    coverage_kind = models.CharField(
        _("asal cakupan"), max_length=10, choices=CoverageKind.choices, default=CoverageKind.ASSUMED, editable=False
    )
    source_kind = models.CharField(_("jenis sumber rekaman"), max_length=30, blank=True)
    source_settings = models.JSONField(_("pengaturan sumber rekaman"), default=dict, blank=True)
    source_secrets = models.BinaryField(null=True, blank=True, editable=False)
    """Sealed (JSC_FIELD_KEYS); read through ``secrets``, written through ``secrets_set``, shown nowhere."""
    ring_hours = models.PositiveSmallIntegerField(
        _("rekam sendiri (jam terakhir)"),
        default=0,
        help_text=_("untuk kamera tanpa perekam: simpan sekian jam terakhir; 0 = tidak"),
    )
    clock_offset_s = models.FloatField(
        _("selisih jam kamera (detik)"), default=0, help_text=_("jam kamera dikurangi waktu sebenarnya")
    )
    health = models.CharField(
        _("kondisi"), max_length=10, choices=Health.choices, default=Health.UNKNOWN, editable=False
    )
    health_reason = models.CharField(_("alasan kondisi"), max_length=300, blank=True, editable=False)
    health_at = models.DateTimeField(_("kondisi sejak"), null=True, blank=True, editable=False)
    zones_version = models.PositiveIntegerField(default=1, editable=False)
    active = models.BooleanField(_("dipakai"), default=True)
    created_at = models.DateTimeField(_("dibuat"), auto_now_add=True)
    updated_at = models.DateTimeField(_("diubah"), auto_now=True)

    objects = CameraQuerySet.as_manager()
    # Settings may hold an address; the coverage follows from the other columns and would bury them in every diff.
    history = HistoricalRecords(excluded_fields=["source_settings", "source_secrets", "coverage"])

    class Meta:
        verbose_name = _("kamera")
        verbose_name_plural = _("kamera")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="camera_point_on_earth", condition=Q(lat__range=(-90, 90), lon__range=(-180, 180))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def point(self) -> LatLon:
        return LatLon(lat=self.lat, lon=self.lon)

    @property
    def secrets(self) -> Secrets:
        """Raises CredentialsUnreadable when no key in JSC_FIELD_KEYS opens them."""
        try:
            return Secrets(unsealed_json(self.source_secrets) if self.source_secrets else {})
        except Undecryptable:
            raise CredentialsUnreadable("no key in JSC_FIELD_KEYS opens the stored credentials") from None

    def secrets_set(self, values: Mapping[str, str]) -> None:
        """Replace all of them; nothing is saved yet."""
        kept = {name: value for name, value in values.items() if value}
        self.source_secrets = sealed_json(kept) if kept else None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises CameraInvalid when the view admits no coverage."""
        fields = kwargs.get("update_fields")
        if fields is None or VIEW_FIELDS & set(fields):
            cover(self)
        if fields is not None:
            kwargs["update_fields"] = with_coverage(fields)
        with transaction.atomic():
            if not self._state.adding and (fields is None or "zones_version" in fields):
                self._keep_zones_version()
            super().save(*args, **kwargs)
            self.bump_revision()

    def _keep_zones_version(self) -> None:
        """An instance read before a zone changed must not take the version back when it is saved."""
        stored = Camera.objects.select_for_update().filter(pk=self.pk).values_list("zones_version", flat=True).first()
        if stored is not None:
            self.zones_version = max(stored, self.zones_version)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            gone = super().delete(*args, **kwargs)
            self.bump_revision()
        return gone

    @classmethod
    def bump_revision(cls) -> None:
        CameraRevision.bump("cameras")


class Zone(models.Model):
    """A polygon in the camera's picture: what part of it is road, river, pavement ..."""

    class Kind(models.TextChoices):
        ROAD = "road", _("jalan")
        BUSWAY_LANE = "busway_lane", _("jalur busway")
        NO_STOPPING = "no_stopping", _("dilarang berhenti")
        RIVER = "river", _("sungai")
        PAVEMENT = "pavement", _("trotoar")
        WATER_GAUGE = "water_gauge", _("papan duga air")
        LAMP = "lamp", _("lampu")
        PRIVACY = "privacy", _("privasi")

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="zones", verbose_name=_("kamera"))
    kind = models.CharField(_("jenis"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("nama"), max_length=100, blank=True)
    polygon = models.JSONField(_("poligon"), help_text=_("[[x, y], ...], 0 sampai 1, asal di kiri atas"))
    ground_points = models.JSONField(
        _("kalibrasi tanah"),
        null=True,
        blank=True,
        help_text=_("empat titik gambar dan meternya: [[x, y, timur_m, utara_m], ...]"),
    )
    view = models.ForeignKey(
        "cameras.CameraView", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="zones"
    )
    """The picture it was drawn on, or last confirmed on; None: the camera's reference of that time."""
    updated_at = models.DateTimeField(auto_now=True)

    objects = ZoneQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("zona")
        verbose_name_plural = _("zona")
        ordering = ["camera", "kind", "name", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}".strip()

    def refuse_invalid(self) -> None:
        """Raises ZoneInvalid with all that is wrong."""
        problems = zone_problems(self.kind, self.polygon, self.ground_points)
        if problems:
            raise ZoneInvalid(problems)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises ZoneInvalid; raises the camera's zones_version, and the former camera's when the zone moves."""
        self.refuse_invalid()
        with transaction.atomic():
            before = set(Zone.objects.filter(pk=self.pk).values_list("camera_id", flat=True))
            super().save(*args, **kwargs)
            raise_zones_version(Zone, before | {self.camera_id})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            gone = super().delete(*args, **kwargs)
            raise_zones_version(Zone, {self.camera_id})
        return gone

    @classmethod
    def bump_revision(cls) -> None:
        CameraRevision.bump("cameras")
