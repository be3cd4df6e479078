"""What somebody waits for, as a form."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import BookingPolicy, WaitlistEntry
from crm.bookings.offers.rules_form import LEAST_OFFER, MOST_OFFER
from crm.bookings.waitlist import actions
from crm.bookings.waitlist.actions import Wanted
from ops import clock

AHEAD = timedelta(days=14)


class WaitForm(forms.Form):
    """Services, with whom, on which days and at which times."""

    services = forms.MultipleChoiceField(label=gettext_lazy("Services"), widget=forms.CheckboxSelectMultiple)
    professionals = forms.MultipleChoiceField(
        label=gettext_lazy("With whom"),
        help_text=gettext_lazy("Nobody chosen: anyone who is free."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_date = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    to_date = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        help_text=gettext_lazy("None chosen: any day."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_time = forms.TimeField(
        label=gettext_lazy("Not before"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    to_time = forms.TimeField(
        label=gettext_lazy("Begins before"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, entry: WaitlistEntry | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        known = self.known = catalogue()
        used = set(entry.service_ids) if entry else set()
        self._choices("services", [
            (str(one.public_id), one.name) for one in known.services.values()
            if not one.is_add_on and (not one.is_archived or one.pk in used)
        ])  # fmt: skip
        self._choices("professionals", [
            (str(one.public_id), one.name) for one in known.people.values()
            if not one.is_archived or (entry is not None and one.pk in entry.professional_ids)
        ])  # fmt: skip
        self._choices("weekdays", [(str(number), str(name)) for number, name in WEEKDAYS.items()])
        self.initial = _initial(entry, known)

    def clean(self) -> dict[str, Any]:
        """All of it together, as the action wants it."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        try:
            actions.check(self.wanted(), since=date.min)
        except actions.Wrong as wrong:
            name = {"to_minute": "to_time"}.get(wrong.field, wrong.field)
            self.add_error(name if name in self.fields else None, words_of(wrong))
        return given

    def wanted(self) -> Wanted:
        """What was chosen."""
        given = self.cleaned_data
        services = {str(one.public_id): one.pk for one in self.known.services.values()}
        people = {str(one.public_id): one.pk for one in self.known.people.values()}
        return Wanted(
            service_ids=[services[one] for one in given["services"]],
            professional_ids=[people[one] for one in given["professionals"]],
            from_date=given["from_date"],
            to_date=given["to_date"],
            weekdays=[int(one) for one in given["weekdays"]],
            from_minute=_minute(given.get("from_time"), 0),
            to_minute=_minute(given.get("to_time"), 1440),
            note=given["note"],
        )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class WaitlistRulesForm(forms.ModelForm):  # type: ignore[type-arg]
    """How long a guest has for an offer."""

    class Meta:
        model = BookingPolicy
        fields = ["offer_minutes"]
        labels = {"offer_minutes": gettext_lazy("Minutes to answer an offer")}
        help_texts = {
            "offer_minutes": gettext_lazy("So long the place is held for one guest; then the next one is asked.")
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["offer_minutes"]
        field.min_value, field.max_value = LEAST_OFFER, MOST_OFFER
        field.widget.attrs |= {"min": 5, "max": 1440}

    def clean_offer_minutes(self) -> int:
        """From five minutes to a day."""
        given = int(self.cleaned_data["offer_minutes"])
        if not 5 <= given <= 1440:
            raise forms.ValidationError(_("From 5 to 1440 minutes."))
        return given


def words_of(wrong: actions.Wrong) -> str:
    """What is wrong, in the reader's language."""
    words = {
        "count": _("Choose one to five services."),
        "not_offered": _("This service is not offered any more."),
        "nobody": _("None of these offers the service."),
        "not_there": _("This professional takes no bookings any more."),
        "order": _("Must be after the other."),
        "past": _("This day is over."),
        "too_far": _("At most a year ahead."),
        "too_many": _("This guest waits for ten things already."),
    }
    return words.get(wrong.code, wrong.words)


def _initial(entry: WaitlistEntry | None, known: Catalogue) -> dict[str, Any]:
    today = clock.now().astimezone(known.zone).date()
    if entry is None:
        return {"from_date": today, "to_date": today + AHEAD}
    return {
        "services": [str(known.services[pk].public_id) for pk in entry.service_ids if pk in known.services],
        "professionals": [str(known.people[pk].public_id) for pk in entry.professional_ids if pk in known.people],
        "from_date": entry.from_date,
        "to_date": entry.to_date,
        "weekdays": [str(day) for day in entry.weekdays],
        "from_time": _time(entry.from_minute) if entry.from_minute else None,
        "to_time": _time(entry.to_minute) if entry.to_minute < 1440 else None,
        "note": entry.note,
        "version": entry.version,
    }


def _minute(given: time | None, default: int) -> int:
    return default if given is None else given.hour * 60 + given.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
