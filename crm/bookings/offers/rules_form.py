"""The salon's rules for bookings, its zone, its chairs and rooms."""

from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings import shapes
from crm.bookings.models import BookingPolicy, Resource
from crm.bookings.offers.fields import SpanField
from crm.bookings.offers.parts import WeekField, week_rows
from crm.bookings.offers.seen import SeenForm
from crm.bookings.offers.service_form import MOST_CANCEL, MOST_LEAD
from ops import clock
from ops.salon import current_salon_id
from tenants.access.membership import roles_in
from tenants.access.roles import Permission

# Divisors of an hour, and the hour: whatever the offset of a zone, the clock shows them.
GRIDS: Final = (5, 10, 15, 20, 30, 60)
MOST_HORIZON, MOST_HOLD, LEAST_OFFER, MOST_OFFER = 730, 120, 5, 1440
RULES: Final = (
    "grid_minutes",
    "lead_minutes",
    "horizon_days",
    "cancel_hours",
    "hold_minutes",
    "offer_minutes",
    "own_calendar_roles",
)


def rules_known(policy: BookingPolicy) -> dict[str, Any]:
    """The values of the rules."""
    return {name: getattr(policy, name) for name in RULES}


class RulesForm(SeenForm):
    """How far ahead, how late, how long."""

    grid_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Visits begin every"),
        coerce=int,
        choices=[(minutes, minutes) for minutes in GRIDS],
    )
    lead_minutes = SpanField(
        label=gettext_lazy("Guests book at the latest before"),
        help_text=gettext_lazy("A service may say something else. Your team may always book."),
        most=MOST_LEAD,
        required=False,
    )
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Guests book at most so many days ahead"), min_value=1, max_value=MOST_HORIZON
    )
    cancel_hours = forms.IntegerField(
        label=gettext_lazy("Guests may move or cancel until so many hours before"),
        help_text=gettext_lazy("0: until it begins. A service may say something else."),
        min_value=0,
        max_value=MOST_CANCEL,
    )
    hold_minutes = forms.IntegerField(
        label=gettext_lazy("A place is held for so many minutes while a guest books"), min_value=1, max_value=MOST_HOLD
    )
    offer_minutes = forms.IntegerField(
        label=gettext_lazy("A guest of the waitlist has so many minutes for an offer"),
        min_value=LEAST_OFFER,
        max_value=MOST_OFFER,
    )
    own_calendar_roles = forms.MultipleChoiceField(
        label=gettext_lazy("See and change their own calendar only"),
        help_text=gettext_lazy("Owners and managers see all calendars."),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        required=False,
    )

    def __init__(self, data: Any = None, *, policy: BookingPolicy, **options: Any) -> None:
        super().__init__(data, known=rules_known(policy), version=policy.version, **options)
        roles: Any = self.fields["own_calendar_roles"]
        roles.choices = [
            (one.role, one.label)
            for one in roles_in(current_salon_id() or 0)
            if not one.may(Permission.SERVICES_MANAGE)
        ]
        grid: Any = self.fields["grid_minutes"]
        codes = sorted({*GRIDS, policy.grid_minutes})
        grid.choices = [(minutes, _("%(minutes)d minutes") % {"minutes": minutes}) for minutes in codes]

    def clean_lead_minutes(self) -> int:
        """Empty: none."""
        return self.cleaned_data["lead_minutes"] or 0


class SalonHoursForm(SeenForm):
    """When the salon is open."""

    hours = WeekField(label=gettext_lazy("Opening hours"), required=False)

    def __init__(self, data: Any = None, *, policy: BookingPolicy, **options: Any) -> None:
        super().__init__(data, known={"hours": policy.hours}, version=policy.version, **options)

    @property
    def week(self) -> list[dict[str, Any]]:
        """Its days, for the page."""
        return week_rows(self)


class ZoneForm(forms.Form):
    """Which clock hangs on the salon's wall."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, data: Any = None, *, current: str) -> None:
        super().__init__(data, initial={"zone": current})
        field: Any = self.fields["zone"]
        field.choices = zones(current)


def zones(current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """To choose from, by continent: the city, and how far its clock is ahead of UTC now."""
    named = {one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "SystemV/"))}
    now, groups = clock.now(), dict[str, list[tuple[str, str]]]()
    for name in sorted({*named, current}):
        continent, _mark, city = name.partition("/")
        ahead = f"{now.astimezone(ZoneInfo(name)):%z}"
        words = f"{(city or name).replace('_', ' ')} (UTC{ahead[:3]}:{ahead[3:5]})"
        groups.setdefault(continent if city else "UTC", []).append((name, words))
    return list(groups.items())


def resource_known(row: Resource | None) -> dict[str, Any]:
    """The values of a chair or room."""
    return {"name": row.name if row else "", "kind": row.kind if row else ""}


class ResourceForm(SeenForm):
    """A chair, a room."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.CharField(
        label=gettext_lazy("Kind"),
        help_text=gettext_lazy("Chair, room, sink … A service says which kinds it takes one of."),
        max_length=shapes.LONGEST_KIND,
        widget=forms.TextInput({"list": "kinds", "autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, data: Any = None, *, row: Resource | None = None, **options: Any) -> None:
        super().__init__(data, known=resource_known(row), **options)

    def clean_kind(self) -> str:
        """In small letters, as services name it."""
        try:
            (kind,) = shapes.needs([self.cleaned_data["kind"]])
        except (shapes.Wrong, ValueError):
            raise forms.ValidationError(_("Write another word: chair, room, sink …")) from None
        return kind


class CategoryForm(forms.Form):
    """A heading."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
