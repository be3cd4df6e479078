"""The rules as a form: a number of days for each kind, and what then happens where there is a choice."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ops.redaction import FULL, LAST4
from tenants.privacy import policy
from tenants.privacy.models import PrivacyPolicy, PrivacyRequest

REDACTION = (
    (FULL, gettext_lazy("Show nothing of a phone")),
    (LAST4, gettext_lazy("Show the last four digits, to tell guests apart")),
)


class PolicyForm(forms.Form):
    """Of one salon."""

    redaction = forms.ChoiceField(
        label=gettext_lazy("Phones in log lines"),
        help_text=gettext_lazy("Log lines are what the platform writes down of its work. Texts never stand in them."),
        choices=REDACTION,
    )
    controller = forms.CharField(
        label=gettext_lazy("Who answers for the data"),
        help_text=gettext_lazy("The firm's name and number, as the record of processing shows it."),
        max_length=200,
        required=False,
    )
    officer = forms.CharField(
        label=gettext_lazy("Whom guests and authorities may ask"),
        help_text=gettext_lazy("A name and a mail address or phone."),
        max_length=200,
        required=False,
    )

    def __init__(self, given: Any = None, *, held: list[policy.Holding], row: PrivacyPolicy, redaction: str) -> None:
        initial = {"controller": row.controller, "officer": row.officer, "redaction": redaction}
        super().__init__(given, initial=initial)
        self.held = held
        for one in held:
            rule = one.rule
            self.fields[f"days_{rule.kind}"] = forms.IntegerField(
                label=str(rule.label),
                help_text=str(rule.hint),
                initial=one.days,
                min_value=0,
                max_value=policy.MOST_DAYS,
                widget=forms.NumberInput({"min": 0, "max": policy.MOST_DAYS, "inputmode": "numeric"}),
            )
            if rule.hows:
                self.fields[f"how_{rule.kind}"] = forms.ChoiceField(
                    label=_("What happens then"), choices=rule.hows, initial=one.how
                )

    def clean(self) -> dict[str, Any]:
        """A rule shorter than the work or the law needs is refused, with the number that would do."""
        given = super().clean() or {}
        for one in self.held:
            name = f"days_{one.rule.kind}"
            days = given.get(name)
            if days is not None and 0 < days < one.rule.least:
                words = _("At least %(least)d days, or 0 to keep them for ever.") % {"least": one.rule.least}
                self.add_error(name, words)
        return given

    def rows(self) -> list[dict[str, Any]]:
        """Each rule with its fields and what it came to."""
        return [
            {
                "held": one,
                "days": self[f"days_{one.rule.kind}"],
                "how": self[f"how_{one.rule.kind}"] if one.rule.hows else None,
            }
            for one in self.held
        ]

    def wanted(self) -> dict[str, tuple[int, str]]:
        """Days and how, by kind."""
        given = self.cleaned_data
        return {
            one.rule.kind: (given[f"days_{one.rule.kind}"], given.get(f"how_{one.rule.kind}") or one.how)
            for one in self.held
        }


class ErasureForm(forms.Form):
    """On whose word, and that one means it."""

    why = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[(one.value, one.label) for one in (PrivacyRequest.Why.GUEST, PrivacyRequest.Why.SALON)],
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I know that this cannot be taken back"),
        error_messages={"required": gettext_lazy("Tick this if you mean it: an erasure cannot be taken back.")},
    )
