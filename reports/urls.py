"""Addresses of the reports app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from reports import health, media, personal_data, plate_looks, playback, playing, public, zone_trials, zones_waiting
from reports.api.views import ReportStatusView
from reports.webhook import qlue_webhook

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("webhooks/qlue/", qlue_webhook, name="webhook-qlue"),
    path("api/v1/reports/<str:tracking_code>/", ReportStatusView.as_view(), name="api-report"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("lacak/", public.lacak_form, name="lacak"),
    path("lacak/<str:tracking_code>/", public.lacak_report, name="lacak-laporan"),
    path("bukti/<uuid:still_id>/", media.still, name="bukti"),
    path("bukti/<uuid:still_id>/kecil/", media.thumb, name="bukti-kecil"),
    path("foto/<uuid:key>/", media.photo, name="foto"),
    path("admin/laporan/<int:report_id>/data-pribadi/", personal_data.view, name="data-pribadi"),
    path("admin/pelat/<int:plate_id>/", plate_looks.view, name="pelat"),
    path("admin/putar/<int:clip_id>/", playing.play, name="putar"),
    path("admin/putar/<int:clip_id>/<int:part>/keadaan/", playing.play_state, name="putar-keadaan"),
    path("admin/putar/<int:clip_id>/<int:part>/video.mp4", playing.play_video, name="putar-video"),
    path("admin/rekaman/<int:clip_id>/", playback.original, name="rekaman-asli"),
    path("admin/rekaman/lihat/<uuid:key>/", playback.look, name="rekaman-lihat"),
    path("admin/rekaman/lihat/<uuid:key>/keadaan/", playback.look_state, name="rekaman-keadaan"),
    path("admin/rekaman/lihat/<uuid:key>/video.mp4", playback.look_video, name="rekaman-video"),
    path("admin/zona-menunggu/", zones_waiting.page, name="zona-menunggu"),
    path("admin/zona-menunggu/csv/", zones_waiting.as_csv, name="zona-menunggu-csv"),
    path("admin/uji-zona/kamera/<int:camera_id>/", zone_trials.ask, name="uji-zona"),
    path("admin/uji-zona/<uuid:key>/keadaan/", zone_trials.state, name="uji-zona-keadaan"),
    path("admin/uji-zona/gambar/<uuid:picture_id>/", zone_trials.still, name="uji-zona-gambar"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
