from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Laporan warga")

    def ready(self) -> None:
        from analytics.uses import plates_use_register
        from reports.guards import put_back
        from reports.services.access_log import plates_used

        plates_use_register(plates_used)
        post_migrate.connect(put_back, sender=self, dispatch_uid="reports.guards")
        if settings.JSC_WITHOUT_CONSOLE:
            return  # the hooks are for the console's pages
        from analytics.pictures import run_pictures_register
        from cameras.notes import camera_notes_register
        from cameras.pictures import clip_links_register, still_blur_register
        from cameras.zone_desk import zone_desk_register
        from reports.notes import camera_judged
        from reports.originals import link_to_blurred, link_to_original
        from reports.run_stills import stills_of_run
        from reports.stills import still_hidden
        from reports.zone_desk import Desk

        clip_links_register(link_to_blurred)
        clip_links_register(link_to_original)
        run_pictures_register(stills_of_run)
        still_blur_register(still_hidden)
        camera_notes_register(camera_judged)
        zone_desk_register(Desk())
