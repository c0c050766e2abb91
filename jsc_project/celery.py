"""The Celery application. Its messages are doorbells; the rows in the database are the work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")

app = Celery("jsc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["reports"])
