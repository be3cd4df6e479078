"""What the frameworks would show of themselves: the periodic jobs, as an operator needs them; the rest not at all."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat import models as beat

from ops.operator import ReadOnlyAdmin, act

# Rights are is_staff and is_superuser; addresses belong to their owners; jobs are written by write_schedule. Forms for
# these would be doors whose use nobody notes.
for model in (
    Group,
    EmailAddress,
    Authenticator,
    beat.PeriodicTask,
    beat.IntervalSchedule,
    beat.CrontabSchedule,
    beat.ClockedSchedule,
    beat.SolarSchedule,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(beat.PeriodicTask)
class PeriodicTaskAdmin(ReadOnlyAdmin):
    """config/schedule.py as beat has it. What is paused stays paused over releases."""

    list_display = ("name", "task", "interval", "queue", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    ordering = ("name",)
    actions = ("pause", "resume")

    @act("job.paused", _("Pause"))
    def pause(self, request: HttpRequest, queryset: QuerySet[beat.PeriodicTask]) -> None:
        """Beat no longer rings them; workers still look for the work of queues by themselves."""
        self._switch(queryset, on=False)

    @act("job.resumed", _("Go on"))
    def resume(self, request: HttpRequest, queryset: QuerySet[beat.PeriodicTask]) -> None:
        """Beat rings them again."""
        self._switch(queryset, on=True)

    def _switch(self, queryset: QuerySet[beat.PeriodicTask], *, on: bool) -> None:
        # Running jobs write their own time into the row: only the switch is touched.
        beat.PeriodicTask.objects.filter(pk__in=queryset.values("pk")).update(enabled=on)
        beat.PeriodicTasks.update_changed()
