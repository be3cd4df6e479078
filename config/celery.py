"""Celery: the bells of the house. Work stands in rows; a task only says "look"."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")

app = Celery("cadeira")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
