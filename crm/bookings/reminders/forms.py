"""When a salon reminds its guests, as a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings import shapes
from crm.bookings.models import BookingPolicy

MOST_DAYS, MOST_HOURS = 60, 72


class ReminderForm(forms.ModelForm):  # type: ignore[type-arg]
    """How long before, and when not."""

    days = forms.CharField(
        label=gettext_lazy("Days before the visit, at the same time of day"),
        help_text=gettext_lazy("Several with commas: 1, 7. Empty: none."),
        required=False,
        max_length=40,
    )
    hours = forms.CharField(
        label=gettext_lazy("Hours before the visit"),
        help_text=gettext_lazy("Several with commas: 2, 4. Empty: none."),
        required=False,
        max_length=40,
    )

    class Meta:
        model = BookingPolicy
        fields = ["quiet_from", "quiet_until"]
        labels = {"quiet_from": gettext_lazy("Quiet from"), "quiet_until": gettext_lazy("Quiet until")}
        help_texts = {
            "quiet_until": gettext_lazy(
                "What would come in between comes when they end, or before they begin. The hours for all that your "
                "salon sends on its own are kept besides."
            )
        }
        widgets = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    field_order = ("days", "hours", "quiet_from", "quiet_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for unit in ("days", "hours"):
            counts = [str(rule[unit]) for rule in self.instance.reminders if unit in rule]
            self.fields[unit].initial = ", ".join(counts)

    def clean_days(self) -> list[int]:
        """Whole numbers."""
        return read_numbers(self.cleaned_data["days"], MOST_DAYS)

    def clean_hours(self) -> list[int]:
        """Whole numbers."""
        return read_numbers(self.cleaned_data["hours"], MOST_HOURS)

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends, and there are not too many reminders."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Say from when and until when, or leave both empty."))
        if not self.errors:
            try:
                shapes.reminders(self._rules())
            except shapes.Wrong:
                self.add_error("days", _("At most five reminders for a visit, each once."))
        return given

    def values(self) -> dict[str, Any]:
        """The columns."""
        return {"reminders": self._rules()} | {name: self.cleaned_data[name] for name in ("quiet_from", "quiet_until")}

    def _rules(self) -> list[dict[str, int]]:
        return [{unit: count} for unit in ("days", "hours") for count in self.cleaned_data[unit]]


def read_numbers(text: str, most: int) -> list[int]:
    """Whole numbers with commas, each once. Raises ValidationError."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and 1 <= int(part[:6]) <= most for part in parts):
        raise forms.ValidationError(_("Whole numbers from 1 to %(most)d, with commas.") % {"most": most})
    return list(dict.fromkeys(int(part) for part in parts))
