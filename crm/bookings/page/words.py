"""What the page's messages say, in the guest's language. Data, not catalogues, as with reminders: the templates' texts
have been looked at by Meta as they stand."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("words.json")


def said(language: str, key: str, **values: str) -> str:
    """A text of the table."""
    text: str = table(language)[key]
    return text.format(**values) if values else text


@cache
def table(language: str) -> dict[str, Any]:
    """All texts of a language."""
    found: dict[str, Any] = json.loads(_FILE.read_text())[language]
    return found
