"""Let time pass until a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any, Self

from pydantic import Field, model_validator

from flows.engine.context import Context, NodeFailed
from flows.engine.wall import clock, on_wall
from flows.nodes.base import Node, Step, WaitFor, register
from flows.nodes.settings import LONGEST_WAIT, Clock, Formula, Weekday, wrong


@register("wait_until")
class WaitUntil(Node):
    """Go on at a moment, whatever the guest says in between. A moment that is over goes on at once.

    {"id": "n4", "type": "wait_until", "at": "add_days(vars.day, -1)", "time": "18:00"}
    {"id": "n4", "type": "wait_until", "weekdays": [1, 2, 3, 4, 5], "time": "09:00"}
    at: a date or a moment (`2026-12-24`, `2026-12-24T15:00`), with `time` at that time of its day
    weekdays: 1 for Monday to 7 for Sunday, the next of them at `time`; all by the salon's clock; at most a year ahead
    exits: done, error (no date, or too far ahead)
    """

    at: Formula | None = None
    weekdays: tuple[Weekday, ...] = Field(default=(), max_length=7)
    time: Clock | None = None

    @property
    def waits(self) -> bool:
        """A moment worked out may be over again and again; the next Monday never is."""
        return bool(self.weekdays)

    @model_validator(mode="after")
    def one_moment(self) -> Self:
        """By a date or by days of the week."""
        if (self.at is None) == (not self.weekdays):
            raise wrong("at", "a date or days of the week are needed, and not both")
        if self.weekdays and self.time is None:
            raise wrong("time", "days of the week need a time")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        until = self.next_weekday(ctx.now) if self.at is None else self.moment(ctx.evaluate(self.at), ctx.now)
        if until <= ctx.now:
            return Step("done")
        if until - ctx.now > LONGEST_WAIT:
            raise NodeFailed("too_far", "the moment is more than a year ahead")
        return Step(wait=WaitFor(until.astimezone(UTC), answers=False))

    def resume(self, ctx: Context) -> Step:
        return Step("done")

    def next_weekday(self, now: datetime) -> datetime:
        """The next of these days at this time, today's if it is still to come."""
        at = clock(self.time or "00:00")
        for days in range(9):
            day = now.date() + timedelta(days=days)
            if day.isoweekday() in self.weekdays and (found := on_wall(day, at, now)) > now:
                return found
        raise NodeFailed("no_moment", "there is no such day")

    def moment(self, value: Any, now: datetime) -> datetime:
        """The moment that a date stands for."""
        try:
            read = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            read = None
        if read is None:
            raise NodeFailed("no_date", "this is no date; a date looks like 2026-12-24")
        try:
            read = read.astimezone(now.tzinfo) if read.tzinfo else on_wall(read.date(), read.time(), now)
            return on_wall(read.date(), clock(self.time), now) if self.time else read
        except OverflowError as error:
            raise NodeFailed("no_date", "this date does not exist") from error
