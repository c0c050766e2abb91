"""The city's areas, the versions of their borders, and who works for which area."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jsc_project.lib.geo import LatLon
from jsc_project.lib.revision import RevisedQuerySet, RevisionBase


class PlaceRevision(RevisionBase):
    """Raised with every change of a border; the index behind ``locate`` compares it before each answer."""


class Kelurahan(models.Model):
    """An identity: staff and incidents point here, borders come and go."""

    code = models.CharField(_("kode"), max_length=13, unique=True, help_text=_("Kemendagri, 31.xx.xx.xxxx"))
    name = models.CharField(_("nama"), max_length=100)
    kecamatan = models.CharField(_("kecamatan"), max_length=100, db_index=True)
    kota = models.CharField(_("kota"), max_length=100, db_index=True)
    lat = models.FloatField(_("lintang titik wakil"), null=True, blank=True)
    lon = models.FloatField(_("bujur titik wakil"), null=True, blank=True)
    area_km2 = models.FloatField(_("luas (km2)"), null=True, blank=True)

    class Meta:
        verbose_name = _("kelurahan")
        verbose_name_plural = _("kelurahan")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name}, {self.kecamatan}"

    @property
    def point(self) -> LatLon | None:
        return None if self.lat is None or self.lon is None else LatLon(lat=self.lat, lon=self.lon)


class KelurahanBoundary(models.Model):
    """One version of a border. Never overwritten: an incident says which version placed it."""

    kelurahan = models.ForeignKey(Kelurahan, on_delete=models.PROTECT, related_name="boundaries")
    geometry = models.JSONField(_("geometri"), help_text=_("GeoJSON Polygon atau MultiPolygon, bujur/lintang"))
    geometry_sha256 = models.CharField(max_length=64, editable=False)
    valid_from = models.DateTimeField(_("berlaku sejak"), default=timezone.now)
    valid_to = models.DateTimeField(_("berlaku sampai"), null=True, blank=True)
    source = models.CharField(_("sumber"), max_length=200)
    approximate = models.BooleanField(_("perkiraan"), default=False)

    objects = RevisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("batas kelurahan")
        verbose_name_plural = _("batas kelurahan")
        ordering = ["kelurahan", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["kelurahan"], condition=Q(valid_to__isnull=True), name="boundary_one_current_per_kelurahan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kelurahan_id} {self.source}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            self.bump_revision()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=kwargs.get("using")):
            gone = super().delete(*args, **kwargs)
            self.bump_revision()
        return gone

    @classmethod
    def bump_revision(cls) -> None:
        PlaceRevision.bump("boundaries")


class Membership(models.Model):
    """A user's role for an area or an agency, for a time: acting heads are normal."""

    class Role(models.TextChoices):
        LURAH = "lurah", _("Lurah")
        STAFF = "staf", _("Staf kelurahan")
        CAMAT = "camat", _("Camat")
        WALI_KOTA = "wali_kota", _("Wali kota")
        AGENCY = "opd", _("Petugas OPD")
        OPERATOR = "operator", _("Operator JSC")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("pengguna")
    )
    role = models.CharField(_("peran"), max_length=12, choices=Role.choices)
    kelurahan = models.ForeignKey(
        Kelurahan,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("kelurahan"),
    )
    kecamatan = models.CharField(_("kecamatan"), max_length=100, blank=True)
    kota = models.CharField(_("kota"), max_length=100, blank=True)
    agency = models.CharField(_("OPD"), max_length=100, blank=True)
    valid_from = models.DateTimeField(_("sejak"), default=timezone.now)
    valid_to = models.DateTimeField(_("sampai"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("keanggotaan")
        verbose_name_plural = _("keanggotaan")
        ordering = ["user", "-valid_from"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Who works for an area may enter the console; what is seen there, the membership's dates decide."""
        super().save(*args, **kwargs)
        type(self.user)._default_manager.filter(pk=self.user_id, is_staff=False).update(is_staff=True)

    def __str__(self) -> str:
        area = self.kelurahan or self.kecamatan or self.kota or self.agency or "DKI Jakarta"
        return f"{self.get_role_display()} {area}"
