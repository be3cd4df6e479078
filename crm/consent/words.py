"""Which words of a guest end or resume what the salon starts (WA-012). The words are data: words.json.

Only a whole message counts: "parar" does, "vou parar aí perto às 15h" does not. Words that cancel a visit never do.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

LONGEST = 80
_FILE: Final = Path(__file__).with_name("words.json")
_NO_LETTER = re.compile(r"[^\w]+|_+")
Meaning = Literal["stop", "stop_marketing", "resume"]


class Word(NamedTuple):
    """What a message means, and in which language it was said; empty for the salon's own words."""

    meaning: Meaning
    language: str


def normalised(text: str) -> str:
    """Lower case, without accents, signs and emoji, one space between words."""
    bare = unicodedata.normalize("NFKD", text[: 4 * LONGEST].casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NO_LETTER.sub(" ", letters).strip()


def read(text: str, own_stop_words: Iterable[str] = (), *, language: str = "") -> Word | None:
    """What a whole message means, or None. A word of two languages is taken in `language` if it is one of them."""
    said = normalised(text)
    if not said or len(said) > LONGEST:
        return None
    found = _known().get(said)
    if found:
        return next((word for word in found if word.language == language[:2]), found[0])
    return Word("stop", "") if said in {normalised(word) for word in own_stop_words} else None


def is_refused(word: str) -> bool:
    """Whether this can be no stop word of a salon's own: it says something else to every guest."""
    said = normalised(word)
    return not said or said in _data()["never"] or any(one.meaning == "resume" for one in _known().get(said, []))


def listed(meaning: Meaning) -> dict[str, list[str]]:
    """The built-in words by language, for the page."""
    words: dict[str, list[str]] = _data()[meaning]
    return words


@cache
def _known() -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    meanings: tuple[Meaning, ...] = ("stop", "stop_marketing", "resume")
    for meaning in meanings:
        for language, words in _data()[meaning].items():
            for word in words:
                found.setdefault(normalised(word), []).append(Word(meaning, language))
    return found


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text())
    return data
