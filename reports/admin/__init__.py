"""The console: the lurah's queue first, then what operators keep in order."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reports.admin.access_log import AccessEntryAdmin
from reports.admin.category import CategoryAdmin
from reports.admin.incident import IncidentAdmin
from reports.admin.legal_hold import LegalHoldAdmin, RetentionRunAdmin
from reports.admin.looks import StatusChangeAdmin, VerificationAdmin
from reports.admin.people import GroupAdmin, UserAdmin
from reports.admin.places import KelurahanAdmin, KelurahanBoundaryAdmin, MembershipAdmin
from reports.admin.plates import PlateSearchAdmin
from reports.admin.precision import CameraJudgementAdmin
from reports.admin.report import AnnouncementAdmin, ReportAdmin
from reports.admin.report_photo import ReportPhotoAdmin
from reports.admin.suggestions import SuggestionRulingAdmin

admin.site.index_template = "reports/admin/index.html"
admin.site.index_title = _("Ringkasan")

__all__ = [
    "AccessEntryAdmin",
    "AnnouncementAdmin",
    "CameraJudgementAdmin",
    "CategoryAdmin",
    "GroupAdmin",
    "IncidentAdmin",
    "KelurahanAdmin",
    "KelurahanBoundaryAdmin",
    "LegalHoldAdmin",
    "MembershipAdmin",
    "PlateSearchAdmin",
    "ReportAdmin",
    "ReportPhotoAdmin",
    "RetentionRunAdmin",
    "StatusChangeAdmin",
    "SuggestionRulingAdmin",
    "UserAdmin",
    "VerificationAdmin",
]
