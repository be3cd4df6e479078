"""Functions over dates.

A date is an ISO text (`2026-12-24`, `2026-12-24T15:00:00-03:00`), so that it is JSON like the rest.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import function
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import Value

MAX_ISO: Final = 40
MAX_SHIFT: Final = 5_256_000  # minutes: ten years
LETTERS: Final = re.compile("yyyy|yy|MM|dd|HH|mm")
# Not strftime: what it makes depends on the machine's locale.
SHOWN: Final[dict[str, Callable[[datetime], str]]] = {
    "yyyy": lambda at: f"{at.year:04}",
    "yy": lambda at: f"{at.year % 100:02}",
    "MM": lambda at: f"{at.month:02}",
    "dd": lambda at: f"{at.day:02}",
    "HH": lambda at: f"{at.hour:02}",
    "mm": lambda at: f"{at.minute:02}",
}


def moment(value: Value, scope: Scope, position: int) -> datetime:
    """The moment that a text stands for, with midnight for a day, in the salon's zone if it names none."""
    if type(value) is str and len(value) <= MAX_ISO:
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return read if read.tzinfo else read.replace(tzinfo=scope.now.tzinfo)
    raise ExpressionError("this is no date; a date looks like 2026-12-24", position)


def shown(at: datetime, like: Value) -> str:
    """As the date it was made from: a day stays a day."""
    return at.date().isoformat() if type(like) is str and len(like) == 10 else at.isoformat()


def shift(scope: Scope, position: int, arguments: list[Value], unit_minutes: int) -> Value:
    """A date moved by so many units."""
    value, amount = arguments
    if type(amount) is not Decimal or abs(amount) * unit_minutes > MAX_SHIFT:
        raise ExpressionError("a date is moved by a number, by ten years at most", position)
    try:
        return shown(moment(value, scope, position) + timedelta(minutes=float(amount * unit_minutes)), value)
    except OverflowError as error:
        raise ExpressionError("this date does not exist", position) from error


@function("now()", 0)
def now(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """This moment, in the salon's zone."""
    return scope.now.isoformat()


@function("today()", 0)
def today(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """This day in the salon."""
    return scope.now.date().isoformat()


@function("date(text)", 1)
def day_of(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The day of a moment."""
    return moment(arguments[0], scope, position).date().isoformat()


@function("add_days(date, days)", 2)
def add_days(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The date so many days later, or earlier if negative."""
    return shift(scope, position, arguments, 24 * 60)


@function("add_minutes(date, minutes)", 2)
def add_minutes(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The moment so many minutes later, or earlier if negative."""
    at = moment(arguments[0], scope, position)
    return shift(scope, position, [at.isoformat(), arguments[1]], 1)


@function("days_between(date, date)", 2)
def days_between(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Days from the first to the second; negative if the second is earlier."""
    first, second = (moment(argument, scope, position).date() for argument in arguments)
    return Decimal((second - first).days)


@function("age(date)", 1)
def age(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Whole years since a day of birth."""
    born, this_day = moment(arguments[0], scope, position).date(), scope.now.date()
    return Decimal(this_day.year - born.year - (before_birthday(this_day, born)))


def before_birthday(this_day: date, born: date) -> bool:
    """Whether the birthday of this year is still to come."""
    return (this_day.month, this_day.day) < (born.month, born.day)


@function("year(date)", 1)
def year(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """2026."""
    return Decimal(moment(arguments[0], scope, position).year)


@function("month(date)", 1)
def month(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """1 to 12."""
    return Decimal(moment(arguments[0], scope, position).month)


@function("day(date)", 1)
def day(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """1 to 31."""
    return Decimal(moment(arguments[0], scope, position).day)


@function("hour(date)", 1)
def hour(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """0 to 23."""
    return Decimal(moment(arguments[0], scope, position).hour)


@function("weekday(date)", 1)
def weekday(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """1 for Monday to 7 for Sunday (ISO 8601)."""
    return Decimal(moment(arguments[0], scope, position).isoweekday())


@function('format_date(date, "dd/MM/yyyy HH:mm")', 1, 2)
def format_date(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The date as people write it; letters as in Unicode's CLDR."""
    pattern = arguments[1] if len(arguments) == 2 else "dd/MM/yyyy"
    if type(pattern) is not str or len(pattern) > MAX_ISO:
        raise ExpressionError(f"a date pattern is a text of at most {MAX_ISO} characters", position)
    at = moment(arguments[0], scope, position)
    return LETTERS.sub(lambda letters: SHOWN[letters[0]](at), pattern)
