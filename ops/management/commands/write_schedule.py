"""Bring config/schedule.py into django-celery-beat's tables; what an operator switched off stays off."""

from typing import Any

from django.core.management.base import BaseCommand
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.schedule import SCHEDULE


class Command(BaseCommand):
    """One row per periodic job; rows of jobs that are gone are removed."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what differs."""
        for name, (task, seconds, queue) in SCHEDULE.items():
            interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
            PeriodicTask.objects.update_or_create(
                name=name,
                defaults={"task": task, "interval": interval, "queue": queue, "expire_seconds": max(seconds, 5)},
            )
        PeriodicTask.objects.exclude(name__in=SCHEDULE).exclude(task__startswith="celery.").delete()
