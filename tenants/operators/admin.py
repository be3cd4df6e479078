"""The operators' own log."""

from django.contrib import admin

from ops.operator import ReadOnlyAdmin
from tenants.operators.models import OperatorAct, SupportVisit


@admin.register(OperatorAct)
class OperatorActAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display = ("at", "email", "action", "kind", "subjects", "ip")
    list_filter = ("action", "kind")
    search_fields = ("email", "subjects")
    ordering = ("-id",)


@admin.register(SupportVisit)
class SupportVisitAdmin(ReadOnlyAdmin):
    """Who was in which salon, and why."""

    list_display = ("began_at", "email", "salon_id", "reason", "may_act", "ends_at", "ended_at", "ended_by")
    search_fields = ("email", "salon_id")
    fields = ("public_id", "salon_id", "email", "reason", "may_act", "began_at", "ends_at", "ended_at", "ended_by")
    ordering = ("-id",)
