"""Who saw personal data, whose, when, why and from where: lines that hang on each other (``reports.ledger``)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.ledger import GENESIS, Line
from reports.models.append_only import AppendOnly


class AccessEntry(AppendOnly):
    """One line. Made by ``services.access_log.access_append`` and by nothing else, which gives it its place.

    Names are copied into it, so that nothing that happens to other rows changes it. What is typed as ``reason``
    stays for good: it must not hold what somebody may ask to have erased.
    """

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("Rekaman asli")
        WORDS = "words", _("Isi laporan tanpa penyamaran")
        PLATE = "plate", _("Pelat nomor lengkap")
        PLATES_READ = "plates_read", _("Pelat dibaca lewat perintah")
        EXPORT = "export", _("Ekspor data pribadi")
        ERASURE = "erasure", _("Penghapusan data pribadi")
        BREACH = "breach", _("Ekspor kebocoran data")
        HOLD_SET = "hold_set", _("Penahanan hukum dipasang")
        HOLD_LIFTED = "hold_lifted", _("Penahanan hukum dicabut")
        LOG = "log", _("Ekspor catatan akses")
        TROUBLE = "trouble", _("Catatan akses rusak")

    class Why(models.TextChoices):
        CHECK = "check", _("Memastikan kejadian")
        ACT = "act", _("Menyiapkan tindak lanjut di lapangan")
        COMPLAINT = "complaint", _("Menjawab keberatan warga")
        OFFICIAL = "official", _("Permintaan resmi (kepolisian, pengadilan)")
        TECHNICAL = "technical", _("Masalah teknis kamera")
        SUBJECT = "subject", _("Permintaan pemilik data")
        BREACH = "breach", _("Dugaan kebocoran data")
        AUDIT = "audit", _("Pengawasan")
        OTHER = "other", _("Lainnya")

    number = models.BigIntegerField(_("nomor"), primary_key=True)
    """Without gaps."""
    at = models.DateTimeField(_("kapan"))
    kind = models.CharField(_("apa"), max_length=16, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("akun")
    )
    username = models.CharField(_("siapa"), max_length=150)
    """Of the account; of a command, the account of the machine that ran it, after a ``$``."""
    why = models.CharField(_("untuk apa"), max_length=12, choices=Why.choices)
    reason = models.CharField(_("alasan"), max_length=300)
    address = models.CharField(_("alamat"), max_length=45, blank=True)
    camera_code = models.CharField(_("kamera"), max_length=100, blank=True)
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, null=True, related_name="accesses", verbose_name=_("kejadian")
    )
    subject = models.CharField(_("mengenai"), max_length=100, blank=True)
    detail = models.JSONField(_("rincian"), default=dict)
    previous_hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("catatan akses")
        verbose_name_plural = _("catatan akses")
        ordering = ["-number"]
        default_permissions = ()
        permissions = [
            ("view_access_log", _("Boleh melihat catatan akses data pribadi di wilayahnya")),
            ("view_whole_access_log", _("Boleh melihat seluruh catatan akses data pribadi")),
        ]
        indexes = [
            models.Index(fields=["at"], name="access_at"),
            models.Index(fields=["username", "at"], name="access_who"),
            models.Index(fields=["subject"], name="access_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.username} {self.get_kind_display()}"

    @property
    def line(self) -> Line:
        return Line(**{name: getattr(self, name) for name in Line.__slots__})


class AccessHead(models.Model):
    """Where the log ends: one row, held by whoever appends, and signed, so that lines cannot be cut off unseen."""

    number = models.BigIntegerField(default=0)
    entry_hash = models.CharField(max_length=64, default=GENESIS)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="access_head_is_one", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.number} {self.entry_hash[:12]}"
