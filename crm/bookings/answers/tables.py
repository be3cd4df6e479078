"""The phrase tables, one file per language, ready to be asked."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from crm.bookings.answers.patterns import compiled, words_of
from crm.bookings.answers.tokens import STRANGE

LANGUAGES: Final = ("pt", "en", "es")
# What a phrase is. `maybe` confirms by itself and asks beside a date; `ask` asks for the date beside it.
KINDS: Final = ("yes", "come", "confirm", "maybe", "not", "cancel", "reschedule", "ask", "no", "fill", "but", "link")
_FOLDER: Final = Path(__file__).with_name("tables")
# Shorter words are too close to others.
_SHORTEST_TYPO: Final = 6


@dataclass(frozen=True)
class Table:
    """One language."""

    language: str
    # (what it is, the pattern)
    phrases: tuple[tuple[str, re.Pattern[str]], ...]
    whens: tuple[tuple[str, re.Pattern[str]], ...]
    same: dict[str, str]
    words: frozenset[str]
    # A negation that ends in one of these takes what follows with it: "não posso | cancelar".
    open_ends: frozenset[str]
    # "si puedo, voy" without accents and signs: what begins with it may be a condition of what follows.
    conditions: frozenset[str]
    # A date after "confirmo" belongs to the visit with one of these before it: "confirmo amanhã" may be a promise.
    leads: frozenset[str]
    parts: dict[str, str]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    hours: dict[str, int]
    is_day_first: bool

    def known(self, token: str) -> str:
        """The token as the table has it: short forms, doubled letters and everyday typos undone."""
        if token in self.same:
            return self.same[token]
        if token in self.words or not token.isalpha():
            return token
        single = re.sub(r"([a-z])\1", r"\1", token)
        for form in (single, re.sub(r"([a-z])\1$", r"\1", token)):
            if form in self.same or form in self.words:
                return self.same.get(form, form)
        return self._typo(token) or token

    def _typo(self, token: str) -> str:
        """The one long word of which an inner letter was left out, or two of them exchanged."""
        found = {word for word in self.words if len(word) >= _SHORTEST_TYPO and _is_typo(token, word)}
        return found.pop() if len(found) == 1 else ""


def _is_typo(token: str, word: str) -> bool:
    if token[:1] != word[:1] or token[-1:] != word[-1:]:
        return False
    if len(token) == len(word) - 1:
        return any(word[:at] + word[at + 1 :] == token for at in range(1, len(word) - 1))
    if len(token) != len(word):
        return False
    at = next((place for place, letter in enumerate(token) if letter != word[place]), 0)
    return 0 < at < len(word) - 2 and token == f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"


@cache
def table(language: str) -> Table:
    """The table of a language."""
    data: dict[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text())
    groups: dict[str, list[str]] = {
        **data["groups"],
        "part": [word for part in data["parts"].values() for word in part],
    }
    patterns = [(kind, pattern) for kind in KINDS for pattern in data[kind]]
    whens = [(kind, pattern) for kind, patterns in data["when"].items() for pattern in patterns]
    words = {word for _kind, pattern in [*patterns, *whens] for word in words_of(pattern)}
    words |= {word for group in groups.values() for phrase in group for word in phrase.split()}
    return Table(
        language,
        tuple((kind, compiled(pattern, groups)) for kind, pattern in patterns),
        tuple((kind, compiled(pattern, groups)) for kind, pattern in whens),
        data["same"],
        frozenset(words) - {STRANGE},
        frozenset(data["open"]),
        frozenset(data["if"]),
        frozenset(data["for"]),
        {word: part for part, words in data["parts"].items() for word in words},
        tuple(data["weekdays"]),
        tuple(data["months"]),
        data["hours"],
        data["day_first"],
    )
