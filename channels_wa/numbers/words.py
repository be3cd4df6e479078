"""Meta's refusals about numbers in the owner's words, and which field of a form they are about."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.adapters.cloud_api.graph import GraphError

TOKEN, NUMBER, ACCOUNT, PIN = "token", "phone_number_id", "waba_id", "pin"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it did not work; `field` is empty where no field is to blame."""

    text: str | Promise
    field: str = ""
    code: int | None = None
    is_transient: bool = False


# WHATSAPP.md §7. The PIN's own errors name the PIN, so that the page can ask for it.
_BY_CODE: dict[int, tuple[str, str | Promise]] = {
    0: (TOKEN, _("WhatsApp does not know this token. Copy it again, whole.")),
    190: (TOKEN, _("This token has expired or was withdrawn. Make a new one and paste it here.")),
    3: (TOKEN, _("The token may not do this. It needs whatsapp_business_management and whatsapp_business_messaging.")),
    10: (TOKEN, _("The token may not do this. It needs whatsapp_business_management and whatsapp_business_messaging.")),
    33: (NUMBER, _("WhatsApp has no such number any more.")),
    131031: ("", _("WhatsApp has locked this account. Meta's Business Support says why.")),
    133000: (NUMBER, _("An earlier registration was not taken back completely. Disconnect the number and try again.")),
    133004: ("", _("WhatsApp's servers are busy. Try again in a few minutes.")),
    133005: (PIN, _("This number has a PIN already, and it is another one. Type the six digits you once chose.")),
    133006: (
        NUMBER,
        _("WhatsApp wants the number verified again, in Meta's WhatsApp Manager. Then try again here."),
    ),
    133008: (PIN, _("The PIN was wrong too often. WhatsApp lets you try again later.")),
    133009: (PIN, _("The PIN was typed too fast. Wait a few minutes, then try again.")),
    133010: (NUMBER, _("This number is not registered yet.")),
    133015: (NUMBER, _("This number was deleted a moment ago. Wait five minutes, then try again.")),
    133016: (
        NUMBER,
        _("This number was registered too often. WhatsApp blocks it for 72 hours; after that, try again here."),
    ),
    80007: ("", _("WhatsApp was asked too often. Try again in an hour.")),
    4: ("", _("WhatsApp was asked too often. Try again in an hour.")),
}
_NO_RIGHT = _BY_CODE[10]
SETTING_UP = "setting_up"
_REASONS: dict[str, str | Promise] = {
    SETTING_UP: _("It is not connected completely yet."),
    "disconnected": _("It was disconnected."),
}


def kept(problem: Refused) -> str:
    """A refusal as it may lie in a row: its code where we have words for it, else its words."""
    return str(problem.code if problem.code in _BY_CODE else problem.text)[:300]


def read(stored: str) -> Refused:
    """What `kept` wrote, in the reader's language."""
    if stored.isdecimal() and int(stored) in _BY_CODE:
        field, text = _BY_CODE[int(stored)]
        return Refused(text, field, int(stored))
    return Refused(stored)


def why_stopped(reason: str) -> str:
    """Why a number is stopped. Meta's code comes first, behind the outbox's own word for it where that noted it."""
    code = re.match(r"(?:number_stopped:\s*)?(\d{1,7})\b", reason)
    if code and int(code[1]) in _BY_CODE:
        return str(_BY_CODE[int(code[1])][1])
    return str(_REASONS.get(reason, reason.removeprefix("number_stopped:").strip()))


def refused(error: GraphError, *, about: str = "") -> Refused:
    """A refusal in words; `about` is the field that was tried, for errors which name none."""
    field, text = about, None
    if error.code is not None:
        known = _BY_CODE.get(error.code) or (_NO_RIGHT if 200 <= error.code < 300 else None)
        if known is not None:
            field, text = known
    if text is None and error.code == 100 and about:
        text = _("WhatsApp finds nothing under this id with this token.")
    if text is None and error.code is None:
        field, text = "", _("WhatsApp does not answer just now. Nothing was changed; try again.")
    if text is None:
        text = error.words
    return Refused(text, field, error.code, error.is_transient)
