"""What people write about a professional: who they are, what they do, when they work and when not."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.actions.offering import Offer
from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.models import BlockedTime, DatedHours, Professional, ProfessionalService, Service, no_hours
from crm.bookings.offers.fields import ColourField
from crm.bookings.offers.parts import DayField, OffersField, Other, WeekField, time_words, week_rows
from crm.bookings.offers.seen import SeenForm
from portal.frame import money
from tenants.members.models import Member


def date_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen or typed."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))],
        **options,
    )


def time_field(label: Any, **options: Any) -> forms.TimeField:
    """A time of the day."""
    return forms.TimeField(
        label=label, widget=forms.TimeInput({"type": "time"}, format="%H:%M"), input_formats=["%H:%M", "%H:%M:%S"],
        required=False, **options,
    )  # fmt: skip


def known_of(person: Professional | None) -> dict[str, Any]:
    """The values of a professional as their form has them."""
    row = person or Professional()
    return {
        "name": row.name,
        "title": row.title,
        "about": row.about,
        "email": row.email,
        "phone": row.phone,
        "colour": row.colour,
        "commission": _percent(row.commission_percent),
        "member": str(row.member.public_id) if row.member_id and row.member else "",
        "is_online": row.is_online,
        "does": _does(person),
    }


def _percent(value: Any) -> str:
    return str(formats.number_format(value, 2 if value % 1 else 0, use_l10n=True))


def _does(person: Professional | None) -> dict[str, list[Any]]:
    if person is None:
        return {}
    rows = ProfessionalService.objects.filter(professional=person, service__archived_at=None).select_related("service")
    found = {str(row.service.public_id): [row.segments, row.price_minor] for row in rows}
    return dict(sorted(found.items()))


class ProfessionalForm(SeenForm):
    """Who they are, and what they do."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    title = forms.CharField(
        label=gettext_lazy("Title"), help_text=gettext_lazy("What guests read below the name: hairdresser, nails …"),
        required=False, max_length=80,
    )  # fmt: skip
    about = forms.CharField(
        label=gettext_lazy("About"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), required=False, max_length=20, widget=forms.TextInput({"type": "tel"})
    )
    colour = ColourField(label=gettext_lazy("Colour in the calendar"), required=False)
    commission = forms.DecimalField(
        label=gettext_lazy("Commission in %"), min_value=0, max_value=100, decimal_places=2, required=False,
        localize=True,
    )  # fmt: skip
    member = forms.ChoiceField(
        label=gettext_lazy("Login"),
        help_text=gettext_lazy("Who logs in as this person sees their calendar as their own."),
        required=False,
    )
    is_online = forms.BooleanField(label=gettext_lazy("Guests can choose them on the booking page"), required=False)

    def __init__(self, data: Any = None, *, person: Professional | None, **options: Any) -> None:
        super().__init__(data, known=known_of(person), version=person.version if person else None, **options)
        taken = Professional.objects.filter(archived_at=None).exclude(pk=person.pk if person else 0)
        used = set(taken.exclude(member=None).values_list("member_id", flat=True))
        members = Member.objects.filter(is_active=True).order_by("name", "pk")
        self.members = {str(one.public_id): one for one in members if one.pk not in used}
        if person and person.member_id and person.member:
            self.members.setdefault(str(person.member.public_id), person.member)
        logins: Any = self.fields["member"]
        logins.choices = [("", _("None")), *((key, one.name) for key, one in self.members.items())]
        rows = Service.objects.filter(archived_at=None).order_by("category__order", "order", "pk")
        self.services = {str(one.public_id): one for one in rows}
        self.fields["does"] = OffersField(
            label=_("What they do"),
            required=False,
            others=[
                Other(key, one.name, time_words(one.segments), money.shown(one.price_minor, one.currency), one.currency)
                for key, one in self.services.items()
            ],
        )

    def columns(self) -> dict[str, Any]:
        """The columns of the row."""
        given = self.cleaned_data
        names = ("name", "title", "about", "email", "phone", "colour", "is_online")
        return {
            **{name: given[name] for name in names},
            "commission_percent": given["commission"] or 0,
            "member": self.members.get(given["member"]),
        }

    def offers(self, person: Professional | None) -> list[Offer]:
        """What they do; of what is put away, as it was."""
        given: Mapping[str, list[Any]] = self.cleaned_data["does"]
        away = ProfessionalService.objects.filter(professional=person, service__archived_at__isnull=False)
        return [
            *(Offer(self.services[key], *value) for key, value in given.items()),
            *(Offer(row.service, row.segments, row.price_minor) for row in away.select_related("service")),
        ]


def hours_known(row: Any) -> dict[str, Any]:
    """Hours and breaks of a professional, or of the salon (which has no breaks)."""
    known = {"hours": row.hours or no_hours()}
    return known | ({"breaks": row.breaks or no_hours()} if isinstance(row, Professional) else {})


class WeekForm(SeenForm):
    """The week of a professional."""

    hours = WeekField(label=gettext_lazy("Working hours"), required=False)
    breaks = WeekField(label=gettext_lazy("Breaks"), required=False)

    def __init__(self, data: Any = None, *, row: Any, **options: Any) -> None:
        super().__init__(data, known=hours_known(row), version=row.version, **options)

    def clean(self) -> dict[str, Any]:
        """A break outside of the hours says that one of both is wrong."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for day, (spans, pauses) in enumerate(
            zip(given.get("hours") or no_hours(), given.get("breaks") or no_hours(), strict=False)
        ):
            if any(not any(start <= first and last <= end for start, end in spans) for first, last in pauses):
                self.add_error("breaks", _("%(day)s: the break is outside of the hours.") % {"day": WEEKDAYS[day]})
                break
        return given

    @property
    def week(self) -> list[dict[str, Any]]:
        """Its days, for the page."""
        return week_rows(self)


class DatedForm(SeenForm):
    """The hours of one day."""

    date = date_field(gettext_lazy("Day"))
    hours = DayField(
        label=gettext_lazy("Hours on that day"), help_text=gettext_lazy("None: closed all day."), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=120)
    is_yearly = forms.BooleanField(label=gettext_lazy("On this day of every year"), required=False)

    def __init__(self, data: Any = None, *, row: DatedHours | None = None, **options: Any) -> None:
        super().__init__(data, known=dated_known(row), **options)


def dated_known(row: DatedHours | None) -> dict[str, Any]:
    """The values of a day."""
    row = row or DatedHours(hours=[])
    return {
        "date": row.date.isoformat() if row.date else "",
        "hours": row.hours,
        "reason": row.reason,
        "is_yearly": row.is_yearly,
    }


class TimeOffForm(SeenForm):
    """From when until when somebody is away."""

    from_date = date_field(gettext_lazy("From"))
    from_time = time_field(gettext_lazy("At"), help_text=gettext_lazy("Empty: all day."))
    until_date = date_field(gettext_lazy("Until"))
    until_time = time_field(gettext_lazy("At"), help_text=gettext_lazy("Empty: to the end of the day."))
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=120)

    def __init__(self, data: Any = None, *, row: BlockedTime | None = None, zone: ZoneInfo, **options: Any) -> None:
        self.zone = zone
        super().__init__(data, known=off_known(row, zone), version=row.version if row else None, **options)

    def clean(self) -> dict[str, Any]:
        """It must end after it begins, within a year."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if {"from_date", "until_date"} <= given.keys():
            starts_at, ends_at = self.moments()
            if ends_at <= starts_at:
                self.add_error("until_date", _("It must end after it begins."))
            elif ends_at - starts_at > timedelta(days=366):
                self.add_error("until_date", _("Time off lasts at most a year."))
        return given

    def moments(self) -> tuple[datetime, datetime]:
        """Its instants."""
        given = self.cleaned_data
        ends: date = given["until_date"]
        if given.get("until_time") is None:
            ends += timedelta(days=1)
        return (
            _moment(given["from_date"], given.get("from_time"), self.zone),
            _moment(ends, given.get("until_time"), self.zone),
        )

    def columns(self) -> dict[str, Any]:
        """The columns of the row."""
        starts_at, ends_at = self.moments()
        return {"starts_at": starts_at, "ends_at": ends_at, "reason": self.cleaned_data["reason"]}


def off_known(row: BlockedTime | None, zone: ZoneInfo) -> dict[str, Any]:
    """The values of time off, on the salon's clock."""
    if row is None:
        return {"from_date": "", "from_time": "", "until_date": "", "until_time": "", "reason": ""}
    begins, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    to_end = ends.time() == time()
    return {
        "from_date": begins.date().isoformat(),
        "from_time": "" if begins.time() == time() else f"{begins:%H:%M}",
        "until_date": (ends.date() - timedelta(days=1 if to_end else 0)).isoformat(),
        "until_time": "" if to_end else f"{ends:%H:%M}",
        "reason": row.reason,
    }


def off_words(row: BlockedTime, zone: ZoneInfo) -> str:
    """4 December 2026; 4 December 2026, 09:00–12:00; from one day to another."""
    known = off_known(row, zone)
    first, last = (formats.date_format(date.fromisoformat(known[name])) for name in ("from_date", "until_date"))
    begins, ends = known["from_time"], known["until_time"]
    if first != last:
        return f"{first}{begins and f', {begins}'} – {last}{ends and f', {ends}'}"
    return f"{first}, {begins or '00:00'}–{ends or '24:00'}" if begins or ends else first


def _moment(day: date, at: time | None, zone: ZoneInfo) -> datetime:
    minute = at.hour * 60 + at.minute if at else 0
    return moment_of(instant(zone, day.toordinal(), minute))
