"""The Celery application. Its messages are doorbells; the rows in the database are the work."""

import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init
from kombu import Queue

from jsc_project import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")

broker.register()
app = Celery("jsc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in ("intake", "footage", "vision", "outbound")]
app.conf.task_default_delivery_mode = "transient"
app.conf.broker_connection_timeout = 2
app.conf.task_routes = {"reports.sweep": {"queue": "intake"}, "reports.purge": {"queue": "outbound"}}
app.autodiscover_tasks(["reports"])


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: Any) -> None:
    from django.conf import settings  # noqa: PLC0415 - the settings exist once the application is finalised

    sweep = {"task": "reports.sweep", "schedule": settings.JSC_SWEEP_S}
    sweep["options"] = {"expires": 3 * settings.JSC_SWEEP_S}
    purge = {"task": "reports.purge", "schedule": crontab(hour=3, minute=17)}
    sender.conf.beat_schedule = {"sweep": sweep, "purge": purge}
    sender.conf.beat_schedule_filename = str(settings.VAR_DIR / "beat-schedule")


@worker_process_init.connect
def _stop_cleanly(**_: Any) -> None:
    """A stopped child leaves its step by SystemExit, so that the lease is handed back at once."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
