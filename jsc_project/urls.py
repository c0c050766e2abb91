"""All addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    # Before the console, which answers for every address below its own.
    path("", include("reports.urls")),
    path("admin/", admin.site.urls),
    path("bahasa/", set_language, name="set_language"),
]

handler404 = "reports.public.not_found"
handler500 = "reports.public.server_error"
