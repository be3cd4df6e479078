"""What each function of formulas does, with an example that holds: a test works every one of them out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from flows.engine.expressions import Expression, Scope
from flows.engine.expressions.functions import FUNCTIONS
from flows.forms.fields import Words

# When the examples are worked out, and what they see.
MOMENT: Final = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
WORLD: Final[dict[str, Any]] = {
    "contact": {"name": "Ana Souza", "first_name": "Ana", "tags": ["vip"]},
    "vars": {"age": 30, "city": "São Paulo", "day": "2026-12-24", "price": 79.9, "visits": None},
}


@dataclass(frozen=True)
class Explained:
    """One function or sign, as people read of it."""

    name: str
    usage: str
    what: str
    example: str
    result: str
    insert: str
    group: str


GROUPS: Final[dict[str, Words]] = {
    "signs": _("Comparing and reckoning"),
    "text": _("Texts"),
    "numbers": _("Numbers"),
    "dates": _("Dates"),
    "general": _("Any value"),
    "patterns": _("Patterns"),
}
Row = tuple[Words, str, Any]
# What it does, an example, its result.
TEXT: Final[dict[str, Row]] = {
    "upper": (_("In capitals."), "upper('oi')", "OI"),
    "lower": (_("In small letters."), "lower('OI')", "oi"),
    "trim": (_("Without spaces at both ends."), "trim('  oi ')", "oi"),
    "plain": (_("As keywords are compared: small letters, no accents, no punctuation."), "plain('Olá!')", "ola"),
    "contains": (_("Whether the part stands somewhere in the text."), "contains(vars.city, 'Paulo')", True),
    "starts_with": (_("Whether the text begins with the part."), "starts_with(vars.city, 'São')", True),
    "ends_with": (_("Whether the text ends with the part."), "ends_with(vars.city, 'Rio')", False),
    "replace": (_("The text with each part exchanged."), "replace('10h30', 'h', ':')", "10:30"),
    "split": (_("The pieces of a text as a list."), "split('corte, escova', ', ')", ["corte", "escova"]),
    "substring": (
        _("Characters from a place on (0 is the first), so many of them or all."),
        "substring('Ana Souza', 4)",
        "Souza",
    ),
    "first_word": (_("What stands before the first space: a first name."), "first_word(contact.name)", "Ana"),
}
NUMBERS: Final[dict[str, Row]] = {
    "number": (_("The number that a text shows; null if it shows none."), "number('R$ 1.234,50')", 1234.5),
    "round": (_("Rounded, to so many places after the comma; half goes up."), "round(vars.price, 0)", 80),
    "floor": (_("The whole number below."), "floor(vars.price)", 79),
    "ceil": (_("The whole number above."), "ceil(vars.price)", 80),
    "abs": (_("Without its sign."), "abs(-5)", 5),
    "min": (_("The smallest of numbers, or of a list of them."), "min(3, vars.age)", 3),
    "max": (_("The largest of numbers, or of a list of them."), "max(3, vars.age)", 30),
}
DATES: Final[dict[str, Row]] = {
    "now": (_("This moment, by the salon's clock."), "now()", "2026-11-20T14:30:00+00:00"),
    "today": (_("This day in the salon."), "today()", "2026-11-20"),
    "date": (_("The day of a moment."), "date(now())", "2026-11-20"),
    "add_days": (_("The date so many days later, or earlier if negative."), "add_days(vars.day, -1)", "2026-12-23"),
    "add_minutes": (_("The moment so many minutes later, or earlier if negative."), "hour(add_minutes(now(), 90))", 16),
    "days_between": (_("Days from the first date to the second."), "days_between(today(), vars.day)", 34),
    "age": (_("Whole years since a day of birth."), "age('1996-05-02')", 30),
    "year": (_("The year of a date."), "year(vars.day)", 2026),
    "month": (_("The month of a date, 1 to 12."), "month(vars.day)", 12),
    "day": (_("The day of the month, 1 to 31."), "day(vars.day)", 24),
    "hour": (_("The hour of a moment, 0 to 23."), "hour(now())", 14),
    "weekday": (_("The day of the week: 1 for Monday to 7 for Sunday."), "weekday(vars.day)", 4),
    "format_date": (_("The date as people write it."), "format_date(vars.day, 'dd/MM')", "24/12"),
}
GENERAL: Final[dict[str, Row]] = {
    "default": (_("Something instead, where the value is missing or empty."), "default(vars.visits, 0) + 1", 1),
    "has": (_("Whether there is something: neither missing nor empty."), "has(vars.city)", True),
    "size": (_("How many characters a text has, or items a list."), "size(contact.first_name)", 3),
    "text": (_("The value as it would be shown in a message."), "text(vars.age)", "30"),
    "join": (_("The items of a list as one text."), "join(['corte', 'escova'], ' + ')", "corte + escova"),
    "pick": (_("One item of a list, another one from time to time."), "pick(['Oi!'])", "Oi!"),
}
PATTERNS: Final[dict[str, Row]] = {
    "matches": (
        _("Whether a pattern (a regular expression) is found in the text."),
        "matches('12345-678', '^[0-9]{5}-')",
        True,
    ),
}
SIGNS: Final[dict[str, Row]] = {
    "==": (_("Is the same. Texts stand in quotes."), "vars.city == 'São Paulo'", True),
    "!=": (_("Is not the same."), "vars.age != 30", False),
    ">=": (_("At least; likewise >, <, <= for numbers."), "vars.age >= 18", True),
    "&&": (_("Both; `and` may be written too."), "vars.age >= 18 && has(vars.city)", True),
    "||": (_("One of them at least; `or` may be written too."), "vars.age < 18 || has(vars.city)", True),
    "!": (_("Not; `not` may be written too."), "!has(vars.visits)", True),
    "in": (_("Whether a list has it."), "'vip' in contact.tags", True),
    "+": (
        _("Sums, or texts put together; likewise - * / and % for the rest."),
        "'Oi, ' + contact.first_name",
        "Oi, Ana",
    ),
    "? :": (
        _("One value if the condition is true, another if it is not."),
        "vars.age >= 18 ? 'adulto' : 'menor'",
        "adulto",
    ),
}
WRITTEN: Final[dict[str, dict[str, Row]]] = {
    "signs": SIGNS,
    "text": TEXT,
    "numbers": NUMBERS,
    "dates": DATES,
    "general": GENERAL,
    "patterns": PATTERNS,
}


def explained() -> list[Explained]:
    """All that a formula may use: every function of the language, and its signs."""
    found: list[Explained] = []
    for group, rows in WRITTEN.items():
        for name, (what, example, result) in rows.items():
            usage = FUNCTIONS[name].usage if name in FUNCTIONS else name
            insert = f"{name}(" if name in FUNCTIONS else example
            found.append(Explained(name, usage, str(what), example, shown(result), insert, str(GROUPS[group])))
    return found


def shown(result: Any) -> str:
    """A result as it is written in a formula."""
    if isinstance(result, bool):
        return "true" if result else "false"
    if isinstance(result, list):
        return "[" + ", ".join(map(shown, result)) + "]"
    return f'"{result}"' if isinstance(result, str) else str(result)


def worked_out(example: str) -> Any:
    """What an example gives."""
    return Expression(example).json(Scope(WORLD, MOMENT, 1))
