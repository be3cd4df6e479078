"""How texts of guests are compared with words of salons."""

import re
import unicodedata
from typing import Final

NOT_A_WORD: Final = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Small letters, no accents, no punctuation, single spaces: `  Olá!!` is `ola`.

    A text of emoji alone keeps them, as it would be empty otherwise.
    """
    folded = text.casefold()
    if not folded.isascii():
        # Character by character: Python's NFD of a whole text is quadratic in a run of combining marks.
        folded = "".join(map(base_letter, folded))
    return NOT_A_WORD.sub(" ", folded).strip() or folded.strip()


def base_letter(character: str) -> str:
    """The letter without its accents; nothing for an accent on its own."""
    if character.isascii():
        return character
    return "".join(part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part))
