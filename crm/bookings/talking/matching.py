"""Which of several things a guest named: "corte e escova por favor" names one whose name is in it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_NOT_A_WORD: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 200
_SHORTEST: Final = 3


def plain(text: str) -> str:
    """Small letters without accents and signs."""
    folded = unicodedata.normalize("NFD", text[:_LONGEST].casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return _NOT_A_WORD.sub(" ", bare).strip()


def named(said: str, names: Sequence[str]) -> list[int]:
    """The places of what may be meant: the very name, the longest name that stands in the text, else names that hold
    a word of it."""
    text, known = plain(said), [plain(name) for name in names]
    if not text:
        return []
    if same := [place for place, name in enumerate(known) if name == text]:
        return same[:1]
    inside = [place for place, name in enumerate(known) if name and f" {name} " in f" {text} "]
    if inside:
        longest = max(len(known[place]) for place in inside)
        return [place for place in inside if len(known[place]) == longest]
    words = [word for word in text.split() if len(word) >= _SHORTEST]
    return [place for place, name in enumerate(known) if any(_begins(word, name) for word in words)]


def _begins(word: str, name: str) -> bool:
    return any(part == word or (len(word) > _SHORTEST and part.startswith(word)) for part in name.split())
