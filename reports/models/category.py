"""What citizens report, and how each kind is looked for, grouped, and handled."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reports.trust import DEFAULT_TARGET

PLATE_CHECKS = frozenset({"stopped_vehicle", "loitering_minibus", "lane_intrusion"})
"""Checks of traffic violations: only their offenders' plates may be read."""


class Category(models.Model):
    """Seeded from fixtures, editable in admin. Distances in metres, times in seconds unless named otherwise."""

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    label_id = models.CharField(_("label (Indonesia)"), max_length=100)
    label_en = models.CharField(_("label (Inggris)"), max_length=100)
    aliases = models.JSONField(_("alias"), default=list, blank=True, help_text=_("kata lain yang dikirim sumber"))
    check_slug = models.CharField(_("pemeriksaan"), max_length=40, blank=True)
    zone_kinds = models.JSONField(_("jenis zona"), default=list, blank=True, help_text=_("salah satu harus ada"))
    responsible_body = models.CharField(_("penanggung jawab"), max_length=100)
    match_radius_m = models.PositiveIntegerField(
        _("radius kamera (m)"), default=150, validators=[MaxValueValidator(2000)]
    )
    window_before_s = models.PositiveIntegerField(
        _("rekaman sebelum (dtk)"), default=180, validators=[MaxValueValidator(3600)]
    )
    window_after_s = models.PositiveIntegerField(
        _("rekaman sesudah (dtk)"), default=60, validators=[MaxValueValidator(3600)]
    )
    grouping_radius_m = models.PositiveIntegerField(_("radius pengelompokan (m)"), default=100)
    grouping_s = models.PositiveIntegerField(_("waktu pengelompokan (dtk)"), default=24 * 3600)
    thresholds = models.JSONField(_("ambang"), default=dict, blank=True)
    reads_plates = models.BooleanField(
        _("baca pelat nomor pelanggar"),
        default=False,
        help_text=_(
            "Hanya untuk pelanggaran lalu lintas yang dipastikan kamera. Butuh dasar hukum; setiap perubahan dicatat."
        ),
    )
    """UU PDP 27/2022 art. 17: only what detects an offence may read what leads to a person."""
    precision_target = models.FloatField(
        _("ketepatan yang diminta"),
        default=DEFAULT_TARGET,
        validators=[MinValueValidator(0.5), MaxValueValidator(0.99)],
        help_text=_("bagian “terlihat” yang harus benar; kamera di bawahnya tidak lagi dipercaya sendiri"),
    )
    sla_first_response_h = models.PositiveIntegerField(_("SLA tanggapan pertama (jam)"), default=6)
    sla_completion_h = models.PositiveIntegerField(_("SLA selesai (jam)"), default=168)
    sla_working_days = models.BooleanField(_("SLA hari kerja"), default=False)
    publicly_listed = models.BooleanField(_("tampil untuk umum"), default=True)
    urgency = models.PositiveSmallIntegerField(
        _("kegentingan"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 paling genting"),
    )
    active = models.BooleanField(_("dipakai"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kategori")
        verbose_name_plural = _("kategori")
        ordering = ["slug"]
        permissions = [("switch_plates", _("Boleh menyalakan pembacaan pelat nomor pada kategori"))]
        constraints = [
            models.CheckConstraint(
                name="category_plates_of_traffic_only",
                condition=models.Q(reads_plates=False) | models.Q(check_slug__in=sorted(PLATE_CHECKS)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.label_en if (get_language() or "id").startswith("en") else self.label_id
