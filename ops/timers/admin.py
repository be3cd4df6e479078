"""Timers for the operator."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.operator import ReadOnlyAdmin, act
from ops.timers.models import Timer


@admin.register(Timer)
class TimerAdmin(ReadOnlyAdmin):
    """What is due and what failed."""

    list_display = ("id", "kind", "salon_id", "subject", "due_at", "state", "attempts", "error")
    list_filter = ("state", "kind")
    ordering = ("due_at",)
    actions = ("try_again",)

    @act("timer.tried_again", _("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Timer]) -> None:
        """Back into the queue, for those that were given up."""
        dead = Timer.objects.filter(pk__in=queryset.values("pk"), state="dead")
        done = dead.update(state="pending", attempts=0, lease_until=None, fence=F("fence") + 1, due_at=clock.now())
        self.message_user(request, gettext("%(done)d will be tried again.") % {"done": done})
