"""The few words of ours in a talk, in the guest's language; and visits and prices in it."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils import translation

from crm.bookings.reminders.words import language_of
from crm.consent.policy import policy
from portal.frame import money

_FILE: Final = Path(__file__).with_name("words.json")
_CODES: Final = {"pt": "pt-br", "en": "en", "es": "es"}


def language_for(own: str) -> str:
    """The guest's language, if it is one of ours; else the salon's."""
    return language_of(own, policy().language)


def said(language: str, key: str, **values: Any) -> str:
    """A word of the table."""
    text: str = _table(language)[key]
    return text.format(**values) if values else text


def price(minor: int, currency: str, language: str) -> str:
    """R$ 90, as the guest writes numbers."""
    with translation.override(_CODES[language]):
        return money.shown(minor, currency)


@cache
def _table(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text())[language]
    return found
