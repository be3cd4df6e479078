"""Timers for the operator."""

from django.contrib import admin

from ops.operator import ReadOnlyAdmin
from ops.timers.models import Timer


@admin.register(Timer)
class TimerAdmin(ReadOnlyAdmin):
    """What is due and what failed."""

    list_display = ("id", "kind", "salon_id", "subject", "due_at", "state", "attempts", "error")
    list_filter = ("state", "kind")
    ordering = ("due_at",)
