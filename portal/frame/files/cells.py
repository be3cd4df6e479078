"""Cells that no spreadsheet takes for a formula."""

import re

# With these a spreadsheet begins to calculate, also in their wide forms.
_SIGN = "[=+\\-@＝＋－＠]"
# Where a cell begins: ours, or that of a spreadsheet that divides by another mark than the file does and so finds its
# cells in the middle of ours, whatever quotes stand around them. Lines broken at the start hide what comes after.
_BEGIN = '(^|[;,\t|\r\n])([" \u00a0]*)'
_HIDDEN = "^(?='*[\t\r\n])"
# A ' that stands there already is kept: it gets a second one.
_IN_CSV = re.compile(f"{_HIDDEN}|{_BEGIN}(?='*{_SIGN})")
# Cells that have borders begin where they begin.
_IN_TEXT = re.compile(f"{_HIDDEN}|^(?='*{_SIGN})|{_BEGIN}(?='+{_SIGN})")
_MARKED = re.compile(f"^'(?='*[\t\r\n])|{_BEGIN}'(?='*{_SIGN})")
_PHONE = re.compile(r"\+[0-9]{6,15}\Z")
# Not allowed in XML, or in no file that people open.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def safe(text: str) -> str:
    """The text, with ' before what would be calculated (OWASP, CSV injection). An import takes it away again."""
    return _IN_CSV.sub(r"\1\2'", _CONTROLS.sub("", text))


def safe_text(text: str) -> str:
    """The same where cells have a type and are text, so that a phone is no formula: it stays as it is."""
    return text if _PHONE.match(text) else _IN_TEXT.sub(r"\1\2'", _CONTROLS.sub("", text))


def unmarked(text: str) -> str:
    """As it was before an export made it safe, in whichever kind of file."""
    return _MARKED.sub(r"\1\2", text) if "'" in text else text
