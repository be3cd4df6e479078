"""Go one way while the salon is open, another while it is closed."""

from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from flows.engine.context import Context
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import Settings, wrong

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A day ends at 24:00, which no clock shows.
Time = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\z")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]


class Span(Settings):
    """{"from": "09:00", "to": "18:00"}: the first minute is in it, the last is not."""

    begins: Time = Field(alias="from")
    ends: Time = Field(alias="to")


Spans = Annotated[tuple[Span, ...], Field(max_length=10)]


class Week(Settings):
    """{"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "18:00"}]}; a day left out is closed."""

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()


class OnDate(Settings):
    """{"date": "2026-12-24", "open": [{"from": "09:00", "to": "13:00"}]}; without spans the day is closed."""

    date: Day
    open: Spans = ()


@register("business_hours")
class BusinessHours(Node):
    """Leave by `open` or `closed`, by the salon's own clock; a date named in `dates` has its own hours.

    {"id": "n3", "type": "business_hours",
     "week": {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "18:00"}], "sat": [{"from": "09:00", "to": "24:00"}]},
     "dates": [{"date": "2026-12-25"}, {"date": "2026-12-24", "open": [{"from": "09:00", "to": "13:00"}]}]}
    exits: open, closed
    """  # noqa: E501

    week: Week
    dates: tuple[OnDate, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def hours_that_are_some(self) -> Self:
        """Spans run forward within their day and do not meet."""
        for name in DAYS:
            check_spans(getattr(self.week, name), f"week.{name}")
        for number, one in enumerate(self.dates):
            try:
                date.fromisoformat(one.date)
            except ValueError:
                raise wrong(f"dates.{number}.date", "the calendar has no such day") from None
            check_spans(one.open, f"dates.{number}.open")
        if len(self.on_date) < len(self.dates):
            raise wrong("dates", "a date stands there twice")
        return self

    @cached_property
    def on_date(self) -> dict[str, tuple[Span, ...]]:
        """Hours of the dates that are not like others."""
        return {one.date: one.open for one in self.dates}

    @cached_property
    def on_weekday(self) -> tuple[tuple[Span, ...], ...]:
        """Hours from Monday to Sunday."""
        return tuple(getattr(self.week, name) for name in DAYS)

    def exits(self) -> tuple[str, ...]:
        return ("open", "closed")

    def run(self, ctx: Context) -> Step:
        now = ctx.now
        spans = self.on_weekday[now.weekday()]
        if self.dates:
            spans = self.on_date.get(now.date().isoformat(), spans)
        at = f"{now.hour:02}:{now.minute:02}"
        return Step("open" if any(span.begins <= at < span.ends for span in spans) else "closed")


def check_spans(spans: tuple[Span, ...], field: str) -> None:
    """Each runs forward within its day, and no two overlap."""
    for number, span in enumerate(spans):
        if span.begins >= span.ends:
            raise wrong(
                f"{field}.{number}.to",
                "must be later than its beginning; hours past midnight are two spans: until 24:00, "
                "and from 00:00 on the next day",
            )
    ordered = sorted(spans, key=lambda span: span.begins)
    if any(one.ends > following.begins for one, following in pairwise(ordered)):
        raise wrong(field, "two spans of a day overlap")
