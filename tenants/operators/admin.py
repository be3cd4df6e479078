"""The operators' own log."""

from django.contrib import admin

from ops.operator import ReadOnlyAdmin
from tenants.operators.models import OperatorAct


@admin.register(OperatorAct)
class OperatorActAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display = ("at", "email", "action", "kind", "subjects", "ip")
    list_filter = ("action", "kind")
    search_fields = ("email", "subjects")
    ordering = ("-id",)
