"""The rules for deposits, as forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.deposits import rules
from crm.bookings.models import BookingPolicy, Service
from portal.frame import money


class RuleForm(forms.Form):
    """When, how much; and what who does not come pays."""

    when = forms.ChoiceField(label=gettext_lazy("Ask for a deposit"), choices=())
    no_shows = forms.IntegerField(
        label=gettext_lazy("After how many missed visits"), min_value=1, max_value=20, required=False
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("How much"),
        choices=[("percent", gettext_lazy("Percent of the price")), ("fixed", gettext_lazy("A fixed amount"))],
        required=False,
    )
    value = forms.CharField(
        label=gettext_lazy("Percent or amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    fee = forms.CharField(
        label=gettext_lazy("Fee when a guest does not come"),
        help_text=gettext_lazy("Asked for by a link after the visit was marked as missed. Empty: none."),
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, currency: str, rule: dict[str, Any], fee: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self._choose()
        kind, value = rule.get("kind", "percent"), rule.get("value")
        shown = "" if value is None else str(value) if kind == "percent" else money.written(value, currency)
        self.initial = {
            "when": rule.get("when", self.fields["when"].choices[0][0]),  # type: ignore[attr-defined]
            "no_shows": rule.get("no_shows", 1),
            "kind": kind,
            "value": shown,
            "fee": "" if fee is None else money.written(fee, currency),
        }

    def clean(self) -> dict[str, Any]:
        """The rule as it is kept."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        given["rule"] = self._rule(given)
        try:
            given["fee_minor"] = money.read(given["fee"], self.currency) or None
        except money.NoMoney:
            self.add_error("fee", _("Write an amount, e.g. 30 or 29,90."))
        return given

    def _choose(self) -> None:
        self.fields["when"].choices = _WHEN  # type: ignore[attr-defined]

    def _rule(self, given: dict[str, Any]) -> dict[str, Any]:
        when = given["when"]
        if when in ("", "never"):
            return {"when": when} if when else {}
        kind = given["kind"] or "percent"
        try:
            value = (
                int(given["value"].strip(" %") or 0) if kind == "percent" else money.read(given["value"], self.currency)
            )
            return rules.checked({"when": when, "kind": kind, "value": value, "no_shows": given.get("no_shows") or 1})
        except (ValueError, rules.Wrong):
            self.add_error("value", _("From 1 to 100 percent, or an amount."))
            return {}


class SalonRuleForm(RuleForm):
    """The salon's, with how long a guest has to pay."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes to pay"),
        help_text=gettext_lazy("The time is held so long; unpaid it is free again, and the waitlist is asked."),
        min_value=10,
        max_value=2880,
    )
    field_order = ("when", "no_shows", "kind", "value", "minutes", "fee")

    def __init__(self, *args: Any, policy: BookingPolicy, currency: str, **options: Any) -> None:
        super().__init__(
            *args, currency=currency, rule=policy.deposit, fee=policy.no_show_fee_minor, **options
        )  # fmt: skip
        self.initial["minutes"] = policy.payment_minutes

    def values(self) -> dict[str, Any]:
        """The columns."""
        given = self.cleaned_data
        return {
            "deposit": given["rule"],
            "no_show_fee_minor": given["fee_minor"],
            "payment_minutes": given["minutes"],
        }


class ServiceRuleForm(RuleForm):
    """A service's own."""

    def __init__(self, *args: Any, service: Service, **options: Any) -> None:
        super().__init__(
            *args, currency=service.currency, rule=service.deposit, fee=service.no_show_fee_minor, **options
        )

    def values(self) -> dict[str, Any]:
        """The columns."""
        return {"deposit": self.cleaned_data["rule"], "no_show_fee_minor": self.cleaned_data["fee_minor"]}

    def _choose(self) -> None:
        choices = [("", gettext_lazy("As the salon's rule says")), *_WHEN]
        field: Any = self.fields["when"]
        field.choices, field.required = choices, False


_WHEN = [
    ("never", gettext_lazy("Never")),
    ("new", gettext_lazy("At the first visit")),
    ("after_no_show", gettext_lazy("After missed visits")),
    ("always", gettext_lazy("Always")),
]


def told(rule: dict[str, Any], currency: str) -> str:
    """A rule in one line."""
    if not rule:
        return _("As the salon's rule says")
    names = {
        "never": _("Never"),
        "new": _("At the first visit"),
        "after_no_show": _("After missed visits"),
        "always": _("Always"),
    }
    if rule["when"] == "never":
        return names["never"]
    value = rule.get("value", 0)
    amount = f"{value} %" if rule.get("kind") == "percent" else money.shown(value, currency)
    return f"{names.get(rule['when'], '')}: {amount}"
