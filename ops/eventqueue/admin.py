"""Events on their way, for the operator."""

from django.contrib import admin

from ops.eventqueue.models import EventItem
from ops.operator import ReadOnlyAdmin


@admin.register(EventItem)
class EventItemAdmin(ReadOnlyAdmin):
    """Who has not heard yet, and why."""

    list_display = ("id", "kind", "handler", "salon_id", "state", "attempts", "due_at", "error")
    list_filter = ("state", "handler")
    ordering = ("-id",)
