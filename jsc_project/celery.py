"""The Celery application. Its messages are doorbells; the rows in the database are the work."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from kombu import Exchange, Queue

from jsc_project import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")

QUEUES = ("intake", "footage", "vision", "outbound")

broker.register()
app = Celery("jsc")
app.config_from_object("django.conf:settings", namespace="CELERY")
if app.conf.broker_url == "filesystem://":
    app.conf.broker_url = "filesystem://localhost//"  # kombu warns at every connection without a host
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.conf.task_default_delivery_mode = "transient"
app.conf.broker_connection_timeout = 2
app.conf.task_routes = {"reports.sweep": {"queue": "intake"}, "reports.purge": {"queue": "outbound"}}
app.autodiscover_tasks(["reports"])


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: Any) -> None:
    from django.conf import settings

    sweep = {"task": "reports.sweep", "schedule": settings.JSC_SWEEP_S}
    sweep["options"] = {"expires": 3 * settings.JSC_SWEEP_S}
    purge = {"task": "reports.purge", "schedule": crontab(hour=3, minute=17)}
    sender.conf.beat_schedule = {"sweep": sweep, "purge": purge}
    sender.conf.beat_schedule_filename = str(settings.VAR_DIR / "beat-schedule")
