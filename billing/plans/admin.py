"""Plans for the operator: limits are data."""

from django.contrib import admin

from billing.plans.models import Plan


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Edit limits; they take effect within seconds."""

    list_display = ("name", "code", "limits", "order")
