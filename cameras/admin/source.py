"""How a camera's footage is reached: a group of fields for each kind of source, and the button that tries it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display

from cameras.footage import registry
from cameras.footage.context import Secrets
from cameras.models import Camera
from cameras.services.breakers import breaker_forget
from cameras.services.source_test import Proposed, TooManyTests, refused, source_test
from cameras.services.watches import look_soon
from cameras.source_fields import field_name, said_later, secret_options
from cameras.source_form import DROP_UNKNOWN, SourceForm

WHERE = ("source_kind", DROP_UNKNOWN)
TIMES = ("clock_offset_s", "ring_hours")


def source_fieldsets(obj: Camera | None) -> list[tuple[Any, dict[str, Any]]]:
    """The kind, one group for each kind's options, what holds for all of them, and the test."""
    strange = bool(obj and set(obj.source_settings or {}) - _known(obj.source_kind))
    first = (gettext_lazy("Rekaman"), {"fields": WHERE if strange else WHERE[:1]})
    groups = [
        (
            said_later(source.title),
            {
                "fields": tuple(field_name(kind, option) for option in source.options),
                "classes": ("jsc-source", f"jsc-source-{kind}"),
            },
        )
        for kind, source in registry.SOURCES.items()
    ]
    common = (gettext_lazy("Waktu dan uji"), {"fields": (*TIMES, "source_test")})
    return [first, *groups, common]


def _known(kind: str) -> set[str]:
    source = registry.SOURCES.get(kind)
    return {option.name for option in source.options if option.kind != "secret"} if source else set()


class SourceAdmin:
    """Mixed into the camera's admin."""

    def get_urls(self) -> list[URLPattern]:
        wrapped = self.admin_site.admin_view(sensitive_post_parameters()(self.source_test_view))  # type: ignore[attr-defined]
        own = [
            path("uji/", wrapped, name="cameras_camera_test_new"),
            path("<int:object_id>/uji/", wrapped, name="cameras_camera_test"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Camera, form: SourceForm, change: bool) -> None:
        """What was learned of the old source says nothing of the new one: its breaker closes, the patrol looks soon."""
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if change and "source_kind" in form.fields and form.source_changed:
            breaker_forget(obj)
            look_soon([obj.pk], timezone.now())

    @display(description=gettext_lazy("uji kamera"))
    def source_test(self, camera: Camera) -> SafeString:
        url = reverse("admin:cameras_camera_test", args=[camera.pk]) if camera.pk else None
        return render_to_string(
            "cameras/admin/source_test.html", {"url": url or reverse("admin:cameras_camera_test_new")}
        )

    def source_test_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """Tries what stands in the form, saved or not. Blank credentials are the stored ones, as the form rules it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        camera = self._camera_to_test(request, object_id)
        form = self._filled(request, camera)
        try:
            answer = self._answer(request, form)
        except TooManyTests:
            return JsonResponse({"error": _("Terlalu banyak uji sedang berjalan; coba lagi sebentar.")}, status=503)
        self._log_test(request, camera, answer)
        return JsonResponse(answer)

    def _camera_to_test(self, request: HttpRequest, object_id: int | None) -> Camera | None:
        if object_id is None:
            if not self.has_add_permission(request):  # type: ignore[attr-defined]
                raise PermissionDenied
            return None
        camera = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if camera is None:
            raise Http404
        if not self.has_change_permission(request, camera):  # type: ignore[attr-defined]
            raise PermissionDenied
        return camera

    def _filled(self, request: HttpRequest, camera: Camera | None) -> SourceForm:
        made = self.get_form(request, camera, change=camera is not None)  # type: ignore[attr-defined]
        form: SourceForm = made(request.POST, instance=camera or Camera())
        form.is_valid()
        return form

    def _answer(self, request: HttpRequest, form: SourceForm) -> dict[str, Any]:
        problems = form.source_errors
        kind = form.cleaned_data.get("source_kind") or ""
        if form.sealed and form.source_secrets is None and secret_options(kind) and not problems:
            problems = {str(_("Rahasia")): [str(_("tidak dapat dibuka, isi ulang"))]}
        if not kind and not problems:
            problems = {str(_("Jenis sumber")): [str(_("belum dipilih"))]}
        if problems:
            return refused(problems)
        secrets = form.source_secrets if form.source_secrets is not None else form.stored
        offset_s = float(form.cleaned_data.get("clock_offset_s") or 0)
        proposed = Proposed(kind, form.source_settings, Secrets(secrets), offset_s)
        return source_test(proposed, asked_by=str(request.user))

    def _log_test(self, request: HttpRequest, camera: Camera | None, answer: dict[str, Any]) -> None:
        failed = [f"{step['name']} ({step['code']})" for step in answer["steps"] if step["ok"] is False]
        words = f"Uji kamera: {'gagal di ' + ', '.join(failed) if failed else 'berhasil'}"
        if camera is not None:
            self.log_change(request, camera, words)  # type: ignore[attr-defined]
            return
        LogEntry.objects.create(
            user_id=int(request.user.pk or 0),
            content_type=ContentType.objects.get_for_model(Camera),
            object_repr="kamera baru",
            action_flag=CHANGE,
            change_message=words,
        )
