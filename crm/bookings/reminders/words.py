"""What guests read in a reminder and after their answer, in their language. Data, not catalogues: the language is the
guest's, and the template's text has been looked at by Meta as it stands."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("pt", "en", "es")
_FILE: Final = Path(__file__).with_name("words.json")


def language_of(*wanted: str) -> str:
    """The first of these languages that reminders speak."""
    return next((one[:2].lower() for one in wanted if one[:2].lower() in LANGUAGES), LANGUAGES[0])


def said(language: str, key: str, **values: Any) -> str:
    """A text of the table."""
    text: str = table(language)[key]
    return text.format(**values) if values else text


def when(language: str, local: datetime) -> str:
    """A day and a time: quarta-feira, 2 de dezembro, às 15:00."""
    return said(language, "when", **_parts(language, local))


def row(language: str, local: datetime) -> str:
    """The same, short enough for a row of a list."""
    return said(language, "row", **_parts(language, local))


@cache
def table(language: str) -> dict[str, Any]:
    """All texts of a language."""
    found: dict[str, Any] = json.loads(_FILE.read_text())[language]
    return found


def _parts(language: str, local: datetime) -> dict[str, Any]:
    texts = table(language)
    month = texts["months"][local.month - 1]
    return {
        "day": texts["days"][local.weekday()],
        "short_day": texts["short_days"][local.weekday()],
        "number": local.day,
        "month": month,
        "short_month": month[:3],
        "month_number": local.month,
        "time": f"{local:%H:%M}",
        "time12": f"{local.hour % 12 or 12}:{local.minute:02} {'pm' if local.hour >= 12 else 'am'}",
    }
