"""Events on their way, for the operator."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.eventqueue.models import EventItem
from ops.operator import ReadOnlyAdmin, act


@admin.register(EventItem)
class EventItemAdmin(ReadOnlyAdmin):
    """Who has not heard yet, and why."""

    list_display = ("id", "kind", "handler", "salon_id", "state", "attempts", "due_at", "error")
    list_filter = ("state", "handler")
    ordering = ("-id",)
    actions = ("try_again",)

    @act("event.tried_again", _("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[EventItem]) -> None:
        """Back into the queue, for those that were given up."""
        dead = EventItem.objects.filter(pk__in=queryset.values("pk"), state="dead")
        done = dead.update(state="pending", attempts=0, lease_until=None, fence=F("fence") + 1, due_at=clock.real())
        self.message_user(request, gettext("%(done)d will be tried again.") % {"done": done})
