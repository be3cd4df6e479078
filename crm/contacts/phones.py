"""Phone numbers as people write them, in E.164: by the salon's country where they name none."""

import re

_NOT_A_DIGIT = re.compile(r"\D+")
_LETTERS = re.compile(r"[^\d\s()+./\-]")
# Calling code, and how many digits a number has within the country.
COUNTRIES: dict[str, tuple[str, tuple[int, ...]]] = {
    "AR": ("54", (10, 11)), "AT": ("43", (7, 8, 9, 10, 11, 12, 13)), "AU": ("61", (9,)), "BE": ("32", (8, 9)),
    "BO": ("591", (8,)), "BR": ("55", (10, 11)), "CA": ("1", (10,)), "CH": ("41", (9,)), "CL": ("56", (9,)),
    "CO": ("57", (10,)), "CR": ("506", (8,)), "DE": ("49", (7, 8, 9, 10, 11)), "DO": ("1", (10,)),
    "EC": ("593", (8, 9)),
    "ES": ("34", (9,)), "FR": ("33", (9,)), "GB": ("44", (9, 10)), "GT": ("502", (8,)), "HN": ("504", (8,)),
    "IE": ("353", (7, 8, 9)), "IN": ("91", (10,)), "IT": ("39", (6, 7, 8, 9, 10, 11)), "MX": ("52", (10,)),
    "MZ": ("258", (8, 9)), "AO": ("244", (9,)), "NI": ("505", (8,)), "NL": ("31", (9,)), "PA": ("507", (7, 8)),
    "PE": ("51", (8, 9)), "PT": ("351", (9,)), "PY": ("595", (8, 9)), "SV": ("503", (8,)), "US": ("1", (10,)),
    "UY": ("598", (8,)), "VE": ("58", (10,)), "ZA": ("27", (9,)),
}  # fmt: skip
# The zeros dialled before a number within the country; Italian numbers keep theirs.
_KEEPS_ZERO = {"IT"}


def read_phone(text: str, country: str) -> str | None:
    """+5511988881234; None for what cannot be a phone number."""
    text = text.strip()
    digits = _NOT_A_DIGIT.sub("", text)
    if _LETTERS.search(text) or not digits.isascii():
        return None
    if text.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00") if not text.startswith("+") else digits
        return f"+{digits}" if digits[:1] not in ("", "0") and 8 <= len(digits) <= 15 else None
    code, lengths = COUNTRIES.get(country.upper(), ("", ()))
    if not code:
        return None
    national = digits if country.upper() in _KEEPS_ZERO else digits.lstrip("0")
    if len(national) in lengths:
        return f"+{code}{national}"
    if digits.startswith(code) and len(digits) - len(code) in lengths:
        return f"+{digits}"
    return None
