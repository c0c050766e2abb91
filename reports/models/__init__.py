"""Reports, places, incidents and everything that happens to them."""

from reports.models.access_log import AccessEntry, AccessHead
from reports.models.category import Category
from reports.models.incident import Announcement, Incident, StatusChange
from reports.models.intake import Report, ReportUpdate, WebhookDelivery
from reports.models.judgement import CameraConfirmation, CameraJudgement
from reports.models.looks import FootageLook
from reports.models.photo import ReportPhoto
from reports.models.places import Kelurahan, KelurahanBoundary, Membership, PlaceRevision
from reports.models.plates import OffenderPlate, PlateSearch
from reports.models.retention import FileToErase, LegalHold, RetentionRun
from reports.models.ruling import SuggestionRuling
from reports.models.verification import PlacementLock, Verification, VerificationMatch

__all__ = [
    "AccessEntry",
    "AccessHead",
    "Announcement",
    "CameraConfirmation",
    "CameraJudgement",
    "Category",
    "FileToErase",
    "FootageLook",
    "Incident",
    "Kelurahan",
    "KelurahanBoundary",
    "LegalHold",
    "Membership",
    "OffenderPlate",
    "PlaceRevision",
    "PlacementLock",
    "PlateSearch",
    "Report",
    "ReportPhoto",
    "ReportUpdate",
    "RetentionRun",
    "StatusChange",
    "SuggestionRuling",
    "Verification",
    "VerificationMatch",
    "WebhookDelivery",
]
