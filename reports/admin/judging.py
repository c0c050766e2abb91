""" "Was the camera right?" on an incident's page: one tap, taken back by another, and no script needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from jsc_project.lib.errors import JscError
from reports.admin.base import ReadOnlyAdmin
from reports.admin.refusals import refusal_words
from reports.lifecycle import Status
from reports.models import CameraJudgement, Incident, Verification
from reports.selectors.judgements import claim_of, open_question
from reports.services.judgements import look_judge
from reports.words import Badge, verdict_badge

Answer = CameraJudgement.Answer
ASK = "tanya"
"""In the address: ask at once, because the person has just decided."""
ASKED_AFTER = frozenset({Status.PROSES, Status.SELESAI, Status.DITOLAK})
"""The person has been there, or knows why nobody need go: they can tell whether the camera was right."""


@dataclass(frozen=True, slots=True)
class JudgeView:
    """The question about one look: what was claimed, and what was answered, by whom and when."""

    look: int
    claim: Badge
    cameras: str
    answer: str
    words: str
    who: str
    at: datetime | None

    @property
    def is_open(self) -> bool:
        return not self.answer


def judge_view(verification: Verification, said: CameraJudgement | None) -> JudgeView | None:
    """``verification`` with its matches and runs at hand. None where no camera said anything."""
    matches = [match for match in verification.matches.all() if match.run is not None]
    claim = claim_of(verification, matches)
    if claim is None:
        return None
    names = ", ".join(match.camera.name for match in matches if match.run is not None and match.run.verdict == claim)
    who = "" if said is None else said.user.get_full_name() or said.user.get_username()
    return JudgeView(
        verification.pk,
        verdict_badge(claim),
        names,
        "" if said is None else said.answer,
        "" if said is None else str(Answer(said.answer).label),
        str(who),
        None if said is None else said.at,
    )


def first_open(views: Sequence[JudgeView | None]) -> JudgeView | None:
    return next((view for view in views if view is not None and view.is_open), None)


def page_after(incident: Incident, new: str) -> str:
    """The incident's page; with the question on top where the step to ``new`` tells that the person knows."""
    page = reverse("admin:reports_incident_change", args=[incident.pk])
    return f"{page}?{ASK}=1#nilai" if new in ASKED_AFTER and open_question(incident) else page


class IncidentJudging(ReadOnlyAdmin):
    """What the admin of incidents inherits for it. Who may see an incident decides it, and so may say this too."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.judge_view)
        return [path("<int:pk>/nilai/", view, name="reports_incident_judge"), *super().get_urls()]

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        incident = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        asked, answer = request.POST.get("look", ""), request.POST.get("answer", "")
        # 18 digits: a longer number is no row's, and more than a column of the database holds.
        look = incident.verifications.filter(pk=int(asked) if asked.isdecimal() and len(asked) <= 18 else 0).first()
        page = reverse("admin:reports_incident_change", args=[incident.pk])
        if look is None:
            messages.error(request, _("Pemeriksaan kamera itu tidak ada."))
            return HttpResponseRedirect(page)
        try:
            look_judge(incident=incident, verification=look, answer=answer, actor=request.user)
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
        else:
            messages.success(request, _told(answer))
        return HttpResponseRedirect(f"{page}#nilai-{look.pk}")


def _told(answer: str) -> Any:
    if answer == Answer.WITHDRAWN:
        return _("Penilaian dibatalkan.")
    return _("Tercatat: %(answer)s. Terima kasih.") % {"answer": Answer(answer).label}
