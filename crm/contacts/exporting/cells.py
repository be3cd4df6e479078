"""Cells that no spreadsheet takes for a formula."""

import re

# With these a spreadsheet begins to calculate, also in their wide forms, or looks at what comes after them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PHONE = re.compile(r"\+[0-9]{6,15}\Z")
# Not allowed in XML, or in no file that people open.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def safe(text: str) -> str:
    """The text, with ' before what would be calculated (OWASP, CSV injection). An import takes it away again."""
    text = _CONTROLS.sub("", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def safe_text(text: str) -> str:
    """The same where cells have a type and are text, so that a phone is no formula: it stays as it is."""
    return text if _PHONE.match(text) else safe(text)
