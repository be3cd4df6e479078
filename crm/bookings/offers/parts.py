"""Fields of several rows: what a service is made of, hours of a day and of a week, who does what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from crm.bookings import shapes
from crm.bookings.models import no_hours
from crm.bookings.offers.fields import MoneyField, PartsField, PartsWidget

DAY: Final = 1440
# A night shift ends at noon at the latest: what is longer was meant the other way round.
LONGEST_NIGHT: Final = 16 * 60
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:\d\d)?")


def clock(minute: int) -> str:
    """09:30."""
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def range_words(start: int, end: int) -> str:
    """09:00 – 18:00; with (+1) where it ends on the next day."""
    return f"{clock(start)}–{clock(end)}" + (" (+1)" if end > DAY else "")


def day_words(spans: Sequence[Sequence[int]]) -> str:
    """09:00–12:00, 13:00–18:00."""
    return ", ".join(range_words(*span) for span in spans) or _("Closed")


def time_words(segments: Sequence[Mapping[str, Any]]) -> str:
    """30 + 35 + 25: work, processing and work again, in minutes."""
    found: list[tuple[str, int]] = []
    for part in segments:
        if found and found[-1][0] == part["kind"]:
            found[-1] = (part["kind"], found[-1][1] + int(part["minutes"]))
        else:
            found.append((part["kind"], int(part["minutes"])))
    if found and found[0][0] == "processing":
        found.insert(0, ("busy", 0))
    return " + ".join(str(minutes) for _kind, minutes in found)


def read_time(text: str) -> list[dict[str, Any]]:
    """The segments of "45" or "30 + 35 + 25". Raises ValidationError."""
    parts = [part.strip() for part in text.split("+")]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        raise forms.ValidationError(_("Write minutes: 45, or work + processing + work: 30 + 35 + 25."))
    kinds = ("busy", "processing")
    found = [{"kind": kinds[place % 2], "minutes": int(part)} for place, part in enumerate(parts) if int(part)]
    return checked_segments(found)


def checked_segments(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Raises ValidationError in the words of the page."""
    if not any(part["kind"] == "busy" for part in found):
        raise forms.ValidationError(_("Say how many minutes the work takes."))
    if len(found) > shapes.MOST_PARTS or sum(part["minutes"] for part in found) > shapes.LONGEST:
        raise forms.ValidationError(_("A service lasts at most a day, in at most %(most)d parts.") % {
            "most": shapes.MOST_PARTS
        })  # fmt: skip
    return shapes.segments(found)


class SegmentsWidget(PartsWidget):
    """A row for each part."""

    template_name = "crm/bookings/offers/widgets/segments.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows as they were typed, empty ones left out."""
        rows = zip(data.getlist(f"{name}-kind"), data.getlist(f"{name}-minutes"), strict=False)
        return [{"kind": kind, "minutes": minutes} for kind, minutes in rows if minutes.strip()]


class SegmentsField(PartsField):
    """What happens in turn; clean as Service.segments."""

    widget = SegmentsWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Whole minutes."""
        found = []
        for part in value or []:
            minutes = str(part["minutes"]).strip()
            if part["kind"] not in shapes.KINDS or not (minutes.isascii() and minutes.isdecimal()):
                raise forms.ValidationError(_("Write whole minutes."))
            if not 1 <= int(minutes[:9]) <= shapes.LONGEST:
                raise forms.ValidationError(_("Each part takes 1 to %(most)d minutes.") % {"most": shapes.LONGEST})
            found.append({"kind": part["kind"], "minutes": int(minutes)})
        return checked_segments(found)

    def words(self, value: Any) -> str:
        """30 + 35 + 25 min."""
        return _("%(time)s min") % {"time": time_words(value or [])}


Pairs = list[list[str]]


def _typed(data: Any, name: str) -> Pairs:
    rows = zip(data.getlist(f"{name}-from"), data.getlist(f"{name}-until"), strict=False)
    return [[start.strip(), end.strip()] for start, end in rows if start.strip() or end.strip()]


def _shown(value: Any) -> list[dict[str, Any]]:
    """Ranges for the template, whether they are minutes or words."""
    rows = []
    for start, end in value or []:
        is_minutes = isinstance(start, int)
        rows.append(
            {
                "start": clock(start) if is_minutes else start,
                "end": clock(end) if is_minutes else end,
                "is_next_day": is_minutes and end > DAY,
            }
        )
    return rows


def read_day(pairs: Any) -> list[list[int]]:
    """Minutes since midnight, in order. Raises ValidationError."""
    found: list[list[int]] = []
    for start, end in pairs or []:
        times = [_CLOCK.fullmatch(one) for one in (start, end)]
        if not times[0] or not times[1]:
            raise forms.ValidationError(_("Say from when and until when, like 09:00 and 18:00."))
        first, last = (int(time[1]) * 60 + int(time[2]) for time in times if time)
        if last <= first:
            # Until midnight, or past it.
            last += DAY
            if last - first > LONGEST_NIGHT and last != DAY:
                raise forms.ValidationError(_("%(start)s is after %(end)s.") % {"start": start, "end": end})
        found.append([first, last])
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        raise forms.ValidationError(_("These times overlap."))
    if len(found) > shapes.MOST_PARTS:
        raise forms.ValidationError(_("At most %(most)d times a day.") % {"most": shapes.MOST_PARTS})
    return found


class DayWidget(PartsWidget):
    """From and until, as often as needed."""

    template_name = "crm/bookings/offers/widgets/day.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Pairs:
        """As it was typed."""
        return _typed(data, name)

    def context(self, name: str, value: Any) -> dict[str, Any]:
        """The ranges."""
        return {"name": name, "ranges": _shown(value)}


class DayField(PartsField):
    """The hours of one day; clean as DatedHours.hours."""

    widget = DayWidget

    def to_python(self, value: Any) -> list[list[int]]:
        """Minutes since midnight."""
        return read_day(value)

    def words(self, value: Any) -> str:
        """09:00–12:00, 13:00–18:00."""
        return day_words(value or [])


class WeekWidget(PartsWidget):
    """Seven days; pages draw hours and breaks side by side (`week_rows`)."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Pairs]:
        """As it was typed."""
        return [_typed(data, f"{name}-{day}") for day in range(7)]


def week_rows(form: forms.Form) -> list[dict[str, Any]]:
    """A row for each day with the ranges of its hours and, where the form has them, of its breaks."""
    rows: list[dict[str, Any]] = []
    for day in range(7):
        row: dict[str, Any] = {"label": WEEKDAYS[day], "breaks_label": _("%(day)s, break") % {"day": WEEKDAYS[day]}}
        for name in ("hours", "breaks"):
            if name in form.fields:
                row[name], row[f"{name}_name"] = _shown((form[name].value() or no_hours())[day]), f"{name}-{day}"
        rows.append(row)
    return rows


class WeekField(PartsField):
    """The hours of a week; clean as Professional.hours."""

    widget = WeekWidget

    def to_python(self, value: Any) -> list[list[list[int]]]:
        """Minutes since midnight, Monday first."""
        week = []
        for place, day in enumerate(value or [[] for _day in range(7)]):
            try:
                week.append(read_day(day))
            except forms.ValidationError as error:
                raise forms.ValidationError(f"{WEEKDAYS[place]}: {error.messages[0]}") from None
        if any(day and day[-1][1] > DAY and after and day[-1][1] - DAY > after[0][0] for day, after in pairwise(
            [*week, week[0]]
        )):  # fmt: skip
            raise forms.ValidationError(_("A night reaches into the hours of the next morning."))
        return week

    def words(self, value: Any) -> str:
        """What differs is said by day."""
        return "; ".join(f"{WEEKDAYS[place]} {day_words(day)}" for place, day in enumerate(value or []) if day) or "—"


@dataclass(frozen=True, slots=True)
class Other:
    """A row of who does what: a professional of a service, or a service of a professional."""

    id: str
    name: str
    # What holds where nothing of their own is written.
    time: str = ""
    price: str = ""
    currency: str = ""
    colour: str = ""


class OffersWidget(PartsWidget):
    """A row for each, with a time and a price of their own."""

    template_name = "crm/bookings/offers/widgets/offers.html"
    others: Sequence[Other] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, list[str]]:
        """As it was typed: time and price by id, of those that are ticked."""
        ticked = set(data.getlist(name))
        return {
            one.id: [data.get(f"{name}-time-{one.id}", "").strip(), data.get(f"{name}-price-{one.id}", "").strip()]
            for one in self.others
            if one.id in ticked
        }

    def context(self, name: str, value: Any) -> dict[str, Any]:
        """The rows."""
        chosen = value or {}
        rows = []
        for one in self.others:
            time, price = chosen.get(one.id, ["", ""])
            rows.append(
                {
                    "other": one,
                    "is_on": one.id in chosen,
                    "time": time_words(time) if isinstance(time, list) else time or "",
                    "price": MoneyField(currency=one.currency).prepare_value(price) if price is not None else "",
                }
            )
        return {"name": name, "rows": rows}


class OffersField(PartsField):
    """Who does what; clean: [segments or None, price or None] by id."""

    widget = OffersWidget

    def __init__(self, *, others: Sequence[Other], **options: Any) -> None:
        super().__init__(**options)
        self.others = {one.id: one for one in others}
        widget: Any = self.widget
        widget.others = others

    def to_python(self, value: Any) -> dict[str, list[Any]]:
        """Segments and smallest coins."""
        found: dict[str, list[Any]] = {}
        for key, (time, price) in sorted((value or {}).items()):
            amount = MoneyField(currency=self.others[key].currency, required=False)
            try:
                found[key] = [read_time(time) if time else None, amount.to_python(price)]
            except forms.ValidationError as error:
                raise forms.ValidationError(f"{self.others[key].name}: {error.messages[0]}") from None
        return found

    def words(self, value: Any) -> str:
        """Their names."""
        return ", ".join(self.others[key].name for key in value or {} if key in self.others) or "—"
