"""What guests read about the waitlist, and what they say to an offer. Data, in the guest's language."""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from crm.bookings.answers.tokens import ASKS, LONGEST, STOP, YES, tokens
from crm.bookings.reminders.words import LANGUAGES

_FILE: Final = Path(__file__).with_name("words.json")


class Said(StrEnum):
    """What a guest's words say to an offer."""

    TAKE = "take"
    NO = "no"
    UNCLEAR = "unclear"


def said(language: str, key: str, **values: Any) -> str:
    """A text of the table."""
    text: str = _table(language)[key]
    return text.format(**values) if values else text


def heard(text: str, language: str) -> tuple[Said, str]:
    """What the words say, and in which language. Every part must be known, and all must say the same; whatever asks,
    or says yes and no, is unclear."""
    if len(text) > LONGEST:
        return Said.UNCLEAR, ""
    found = [one for one in tokens(text) if one]
    if not found or ASKS in found:
        return Said.UNCLEAR, ""
    for one in (language, *(other for other in LANGUAGES if other != language)):
        kinds = _kinds(found, _table(one))
        if kinds in ({"take"}, {"no"}):
            return Said(kinds.pop()), one
    return Said.UNCLEAR, ""


def _kinds(found: list[str], table: dict[str, Any]) -> set[str]:
    """What its parts are; empty where one of them is not known. "não, obrigada" is no with thanks."""
    kinds: set[str] = set()
    for part in " ".join(found).split(STOP):
        words = part.split()
        while words:
            kind, length = _longest(words, table)
            if not length:
                return set()
            if kind != "thanks":
                kinds.add(kind)
            words = words[length:]
    return kinds


def _longest(words: list[str], table: dict[str, Any]) -> tuple[str, int]:
    if words[0] == YES:
        return "take", 1
    for length in range(len(words), 0, -1):
        phrase = " ".join(words[:length])
        for kind, name in (("take", "yes_words"), ("no", "no_words"), ("thanks", "thanks")):
            if phrase in table[name]:
                return kind, length
    return "", 0


@cache
def _table(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text())[language]
    return found
