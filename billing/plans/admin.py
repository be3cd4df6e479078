"""Plans for the operator: limits are data."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from billing.plans.models import Plan
from ops.operator import AuditedAdmin


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses limits that the product could not read."""

    class Meta:
        model = Plan
        fields = ("name", "code", "limits", "order")

    def clean_limits(self) -> dict[str, float]:
        """Names with numbers from 0 on."""
        limits = self.cleaned_data["limits"] or {}
        if not isinstance(limits, dict) or not all(_is_limit(value) for value in limits.values()):
            raise forms.ValidationError(_('Limits are names with numbers, e.g. {"messages_per_second": 20}.'))
        return limits


@admin.register(Plan)
class PlanAdmin(AuditedAdmin):
    """Edit limits; they take effect within seconds. A plan stays: salons name it by its code."""

    form = PlanForm
    list_display = ("name", "code", "limits", "order")
    ordering = ("order",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code of a plan in use does not change."""
        return ("code",) if obj else ()


def _is_limit(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
