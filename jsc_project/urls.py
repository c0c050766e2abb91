"""All addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("admin/", admin.site.urls),
    path("bahasa/", set_language, name="set_language"),
    path("", include("reports.urls")),
]

handler404 = "reports.public.not_found"
handler500 = "reports.public.server_error"
