"""Whose country a recipient is of: by the calling code of the phone, or the beginning of the user id (BR.123…)."""

import re
from typing import Final

# Those with a price of their own at Meta or where our salons' guests live; others are "other countries".
CODES: Final = {
    "1": "US", "27": "ZA", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "39": "IT", "41": "CH", "43": "AT",
    "44": "GB", "49": "DE", "51": "PE", "52": "MX", "54": "AR", "55": "BR", "56": "CL", "57": "CO",
    "58": "VE", "61": "AU", "91": "IN", "244": "AO", "258": "MZ", "351": "PT", "352": "LU", "353": "IE",
    "502": "GT", "503": "SV", "504": "HN", "505": "NI", "506": "CR", "507": "PA", "509": "HT", "591": "BO",
    "593": "EC", "595": "PY", "598": "UY",
}  # fmt: skip
# Meta prices these countries together.
REGIONS: Final = {
    **dict.fromkeys(("US", "CA"), "north-america"),
    **dict.fromkeys(
        ("BO", "CR", "DO", "EC", "SV", "GT", "HT", "HN", "NI", "PA", "PY", "PR", "UY", "VE"), "latin-america"
    ),
    **dict.fromkeys(("AT", "BE", "CH", "IE", "LU", "PT"), "western-europe"),
}
OTHER: Final = "*"
# Within +1 but neither the United States nor Canada.
_DOMINICAN: Final = ("1809", "1829", "1849")
_PUERTO_RICAN: Final = ("1787", "1939")
_USER_ID = re.compile(r"([A-Z]{2})\.")


def country_of(recipient: str) -> str:
    """ISO 3166, or OTHER where it is not known."""
    if found := _USER_ID.match(recipient):
        return found[1]
    digits = re.sub(r"\D", "", recipient)
    if digits.startswith(_DOMINICAN):
        return "DO"
    if digits.startswith(_PUERTO_RICAN):
        return "PR"
    return next((CODES[digits[:length]] for length in (3, 2, 1) if digits[:length] in CODES), OTHER)
