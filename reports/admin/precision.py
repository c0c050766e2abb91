""" "Ketepatan kamera": how often each camera was right, who is no longer believed, and who confirms them anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from analytics.admin import CheckFilter, VerdictFilter
from cameras.models import Camera
from jsc_project.lib.errors import JscError
from jsc_project.lib.sheet import csv_lines
from reports.admin.base import ReadOnlyAdmin
from reports.models import CameraJudgement
from reports.selectors.precision import (
    Asked,
    PairRow,
    Tally,
    judged_areas,
    judged_checks,
    precision_rows,
    precision_tables,
)
from reports.services.judgements import LONGEST_NOTE, camera_confirm
from reports.trust import LEAST_JUDGED, WINDOW
from reports.words import Badge, badge_html, check_label, verdict_badge, wib

LASTS = (20, WINDOW, 200)
A_PAGE = 50
PAGE = "admin:reports_camerajudgement_precision"
CONFIRM = "cameras.change_zone"
"""Who may draw zones may say that they are right: saving them anew does the same."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Of a tally, in hundredths of the width: interval from ``low`` to ``high``, the share, and the target."""

    low: int
    width: int
    share: int | None
    target: int


def plot_of(tally: Tally, target: float) -> Plot:
    low, high = (round(100 * bound) for bound in tally.bounds)
    share = None if tally.share is None else round(100 * tally.share)
    return Plot(low, max(1, high - low), share, round(100 * target))


def state_badge(row: PairRow) -> Badge:
    if row.demotion is not None:
        return Badge(_("perlu ditinjau"), "!", "red")
    if row.supported.judged < LEAST_JUDGED:
        return Badge(_("belum cukup penilaian"), "…", "grey")
    return Badge(_("dipercaya"), "✓", "green")


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks for; what is no such thing counts as not asked."""
    check, area, last = (request.GET.get(name, "") for name in ("pemeriksaan", "wilayah", "terakhir"))
    return Asked(
        check if check in judged_checks() else "",
        area if area in judged_areas().codes else "",
        last=int(last) if last in {str(n) for n in LASTS} else WINDOW,
    )


@admin.register(CameraJudgement)
class CameraJudgementAdmin(ReadOnlyAdmin):
    """The taps, newest first; and the page of what follows from them."""

    list_display = ("when", "camera", "check_name", "said_label", "answer_label", "user", "incident")
    list_filter = ("answer", ("said", VerdictFilter), ("check_slug", CheckFilter))
    list_filter_submit = True
    list_select_related = ("camera", "user", "incident__category")
    search_fields = ("camera__code", "camera__name", "=incident__id")
    search_help_text = gettext_lazy("Kode atau nama kamera, atau nomor kejadian")
    ordering = ("-id",)
    fields = ("when", "camera", "check_name", "said_label", "answer_label", "user", "incident", "verification")

    @display(description=gettext_lazy("kapan"), ordering="at")
    def when(self, judgement: CameraJudgement) -> str:
        return wib(judgement.at)

    @display(description=gettext_lazy("pemeriksaan"), ordering="check_slug")
    def check_name(self, judgement: CameraJudgement) -> str:
        return check_label(judgement.check_slug)

    @display(description=gettext_lazy("kata kamera"), ordering="said")
    def said_label(self, judgement: CameraJudgement) -> SafeString:
        return badge_html(verdict_badge(judgement.said))

    @display(description=gettext_lazy("penilaian"), ordering="answer")
    def answer_label(self, judgement: CameraJudgement) -> str:
        return str(CameraJudgement.Answer(judgement.answer).label)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("ketepatan/", wrap(self.precision_view), name="reports_camerajudgement_precision"),
            path("ketepatan.csv", wrap(self.csv_view), name="reports_camerajudgement_csv"),
            path("ketepatan/konfirmasi/", wrap(self.confirm_view), name="reports_camerajudgement_confirm"),
        ]
        return own + super().get_urls()

    # -- The page ---------------------------------------------------------------------

    def precision_view(self, request: HttpRequest) -> HttpResponseBase:
        self._seen(request)
        asked = asked_of(request)
        rows, checks = precision_tables(asked)
        only = request.GET.get("keadaan") == "perlu-ditinjau"
        shown = [row for row in rows if row.demotion is not None] if only else rows
        part = Paginator(shown, A_PAGE).get_page(request.GET.get("hal", "1")[:6])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ketepatan kamera"),
            "opts": self.opts,
            "asked": asked,
            "only_demoted": only,
            "lasts": LASTS,
            "least": LEAST_JUDGED,
            "checks": judged_checks(),
            "areas": judged_areas(),
            "by_check": [(row, plot_of(row.supported, row.target)) for row in checks],
            "found": len(shown),
            "part": part,
            "pairs": [(row, plot_of(row.supported, row.target), state_badge(row)) for row in part.object_list],
            "rest": _rest(request),
            "demoted": sum(row.demotion is not None for row in rows),
            "may_confirm": request.user.has_perm(CONFIRM),
            "longest_note": LONGEST_NOTE,
            "csv_url": f"{reverse('admin:reports_camerajudgement_csv')}?{_rest(request)}",
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "reports/admin/precision.html", context)

    def _seen(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        self._seen(request)
        lines = csv_lines(COLUMNS, (list(_line(row)) for row in precision_rows(asked_of(request))))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"ketepatan-kamera-{timezone.localtime():%Y%m%d-%H%M}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    def confirm_view(self, request: HttpRequest) -> HttpResponseBase:
        """ "Konfirmasi ulang": somebody looked at zones and thresholds, and says what they found."""
        self._seen(request)
        if not request.user.has_perm(CONFIRM):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        asked = request.POST.get("camera", "")
        camera = Camera.objects.filter(pk=int(asked) if asked.isdecimal() and len(asked) <= 18 else 0).first()
        if camera is None:
            raise Http404
        check, note = request.POST.get("check", ""), request.POST.get("note", "").replace("\x00", "")
        try:
            camera_confirm(camera=camera, check=check, note=note, actor=request.user)
        except JscError as exc:
            words = {"note": _("Tuliskan apa yang diperiksa atau diubah.")}
            messages.error(request, words.get(str(exc.data.get("field")), exc.detail))
        else:
            messages.success(request, _("Dikonfirmasi: jawaban kamera ini dipercaya lagi sampai dinilai lain."))
        return HttpResponseRedirect(reverse(PAGE))


def _rest(request: HttpRequest) -> str:
    """The address's filters, for links to other pages of the same list."""
    asked = request.GET.copy()
    asked.pop("hal", None)
    return asked.urlencode()


COLUMNS = (
    "check",
    "camera_code",
    "camera_name",
    "supported_judged",
    "supported_right",
    "precision",
    "lower_bound",
    "upper_bound",
    "target",
    "contradicted_judged",
    "contradicted_right",
    "older_answers",
    "demoted_since",
    "confirmed_at",
    "confirmation_note",
)


def _line(row: PairRow) -> Iterator[Any]:
    low, high = row.supported.bounds
    yield from (row.check, row.camera.code, row.camera.name, row.supported.judged, row.supported.right)
    yield None if row.supported.share is None else round(row.supported.share, 4)
    yield from (round(low, 4), round(high, 4), row.target, row.denied.judged, row.denied.right, row.older)
    yield None if row.demotion is None else timezone.localtime(row.demotion.since).isoformat(timespec="seconds")
    yield None if row.confirmed_at is None else timezone.localtime(row.confirmed_at).isoformat(timespec="seconds")
    yield row.note


# -- On a camera's own page --------------------------------------------------------------


def camera_precision(camera_id: int) -> SafeString:
    """What the page of one camera tells; a line a check."""
    rows = precision_rows(Asked(camera=camera_id))
    if not rows:
        return format_html("<p>{}</p>", _("belum ada penilaian"))
    lines = format_html_join(
        "", "<li>{} {}: {}</li>", ((badge_html(state_badge(r)), check_label(r.check), _words(r)) for r in rows)
    )
    return format_html(
        '<ul class="jsc-why">{}</ul><a class="jsc-link" href="{}">{}</a>', lines, reverse(PAGE), _("Ketepatan kamera")
    )


def _words(row: PairRow) -> str:
    said = _("“terlihat” benar %(right)s dari %(judged)s") % {
        "right": row.supported.right,
        "judged": row.supported.judged,
    }
    if row.denied.judged:
        denied = {"right": row.denied.right, "judged": row.denied.judged}
        said += _("; “tidak terlihat” benar %(right)s dari %(judged)s") % denied
    return said if row.demotion is None else f"{said}; {_('sejak')} {wib(row.demotion.since)}"
