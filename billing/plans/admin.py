"""Plans for the operator. What is typed here becomes a new version; those who subscribed before keep theirs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from billing.plans.actions import revise
from billing.plans.models import Plan
from billing.plans.names import CURRENCIES, INTERVALS
from billing.plans.terms import EMPTY, FIELDS, WrongTerms, checked
from config.env import env
from ops.operator import AuditedAdmin

_WIDGET = forms.Textarea(attrs={"rows": 5, "cols": 90, "class": "vLargeTextField"})


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """The plan, and the terms of its next version."""

    limits = forms.JSONField(
        label=_lazy("Limits"), required=False, widget=_WIDGET, help_text='{"messages": 5000, "messages_per_second": 20}'
    )
    soft = forms.JSONField(
        label=_lazy("Limits that may be passed for money"), required=False, widget=_WIDGET, help_text='["messages"]'
    )
    features = forms.JSONField(label=_lazy("Features"), required=False, widget=_WIDGET, help_text='["deposits"]')
    amounts = forms.JSONField(
        label=_lazy("What it costs, in cents"),
        required=False,
        widget=_WIDGET,
        help_text='{"month": {"BRL": 7900}, "year": {"BRL": 79000}}',
    )
    overage = forms.JSONField(
        label=_lazy("What one more costs, in cents"),
        required=False,
        widget=_WIDGET,
        help_text='{"messages": {"BRL": "6"}}',
    )

    class Meta:
        model = Plan
        fields = ("name", "code", "order", "is_public")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = self.instance.versions.order_by("-number").first() if self.instance.pk else None
        for name in FIELDS:
            self.initial[name] = getattr(newest, name) if newest is not None else EMPTY[name]

    def clean(self) -> dict[str, Any]:
        """Terms that the product can read, or what is wrong with them."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                given |= checked(given)
            except WrongTerms as wrong:
                self.add_error(wrong.field, str(wrong))
        return given


@admin.register(Plan)
class PlanAdmin(AuditedAdmin):
    """Edit plans; what is new takes effect within seconds. A plan stays: salons name it by its code."""

    form = PlanForm
    list_display = ("name", "code", "newest", "is_public", "order")
    ordering = ("order",)
    readonly_fields = ("versions_made", "prices")
    fields = ("name", "code", "order", "is_public", *FIELDS, "prices", "versions_made")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code of a plan in use does not change."""
        return ("code", *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, note, and make a version where the terms are others."""
        super().save_model(request, obj, form, change)
        made = revise(obj, form.cleaned_data)
        if made is not None and change:
            words = _("Version %(number)d is made. Who subscribed before keeps the version they have.")
            self.message_user(request, words % {"number": made.number})

    @admin.display(description=_lazy("Newest version"))
    def newest(self, plan: Plan) -> int:
        """Its number."""
        return plan.versions.count()

    @admin.display(description=_lazy("Prices at the payment provider"))
    def prices(self, plan: Plan) -> SafeString:
        """Which of them the configuration names."""
        ways = [(interval, currency) for interval in INTERVALS for currency in CURRENCIES]
        found = ((*way, env.stripe_price(plan.code, *way) or _("not set")) for way in ways if plan.pk)
        return format_html_join("", "<div>{} {} · {}</div>", found) or format_html("{}", "–")

    @admin.display(description=_lazy("Versions"))
    def versions_made(self, plan: Plan) -> SafeString:
        """When each was made."""
        rows = plan.versions.order_by("-number")[:20] if plan.pk else []
        lines = ((one.number, f"{one.made_at:%Y-%m-%d %H:%M}", one.limits, one.amounts) for one in rows)
        return format_html_join("", "<div>{} · {} · {} · {}</div>", lines) or format_html("{}", "–")
