"""The Celery application. Its messages are doorbells; the rows in the database are the work."""

import os
import signal
import threading
from typing import Any

from billiard.process import active_children
from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_shutting_down
from kombu import Exchange, Queue

from jsc_project import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")

QUEUES = ("intake", "footage", "vision", "outbound", "photos", "patrol")

broker.register()
app = Celery("jsc")
app.config_from_object("django.conf:settings", namespace="CELERY")
if app.conf.broker_url == "filesystem://":
    app.conf.broker_url = "filesystem://localhost//"  # kombu warns at every connection without a host
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.conf.task_default_delivery_mode = "transient"
app.conf.broker_connection_timeout = 2
app.conf.task_routes = {
    "reports.sweep": {"queue": "intake"},
    "reports.purge": {"queue": "outbound"},
    "reports.patrol": {"queue": "patrol"},
}
app.autodiscover_tasks(["reports"])

PATROL_RING_S = 20.0
"""A ring that comes while a round is under way lapses; the last of them begins the next round."""


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: Any) -> None:
    from django.conf import settings

    sweep = {"task": "reports.sweep", "schedule": settings.JSC_SWEEP_S}
    sweep["options"] = {"expires": 3 * settings.JSC_SWEEP_S}
    purge = {"task": "reports.purge", "schedule": crontab(hour=3, minute=17)}
    sender.conf.beat_schedule = {"sweep": sweep, "purge": purge}
    if settings.JSC_PATROL_EVERY_MIN:
        patrol = {"task": "reports.patrol", "schedule": PATROL_RING_S, "options": {"expires": PATROL_RING_S}}
        sender.conf.beat_schedule["patrol"] = patrol
    sender.conf.beat_schedule_filename = str(settings.VAR_DIR / "beat-schedule")


STEP_GRACE_S = 8.0
"""What a step gets to finish when its worker is stopped; less than a supervisor waits before it kills."""


@worker_shutting_down.connect
def _stop_steps(**_: Any) -> None:
    """A pool child that is told to stop leaves its step by SystemExit, so the lease is handed back at once.

    Celery's warm shutdown would wait for the step however long it takes, until somebody kills it all.
    """
    timer = threading.Timer(STEP_GRACE_S, _terminate_children)
    timer.daemon = True
    timer.start()


def _terminate_children() -> None:
    for child in active_children():
        os.kill(child.pid, signal.SIGTERM)
