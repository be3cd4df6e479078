"""What Meta says when it refuses a template, as a field of the form and a sentence for its owner (WHATSAPP.md §7).

A refusal is kept as code and Meta's own words; our sentence is made where it is read, in the reader's language.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_wa.adapters.cloud_api.graph import GraphError
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.message_templates.findings import Finding, error
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.shape import JSON

EXISTS, BEING_DELETED = 2388024, 2388023
NO_NUMBER, NO_FILE, GAVE_UP = -1, -2, -3

# Code or subcode -> the field it is about, and what to do.
_KNOWN: dict[int, tuple[str, str | Promise]] = {
    2388019: ("", gettext_lazy(
        "This WhatsApp account has as many templates as it may: 250 until the business is verified, 6,000 after. "
        "Delete some that you do not use, or verify the business with Meta."
    )),
    BEING_DELETED: ("name", gettext_lazy(
        "A template of this name was deleted a short time ago. WhatsApp keeps the name for four weeks: choose another."
    )),
    EXISTS: ("name", gettext_lazy(
        "WhatsApp has a template of this name in this language already. Choose another name, or fetch it with “Sync”."
    )),
    2388039: ("body", gettext_lazy("WhatsApp does not take these variables. Number them from {{1}} on without a gap.")),
    2388040: ("body", gettext_lazy("A text is longer than WhatsApp takes. Shorten it.")),
    2388047: ("header_text", gettext_lazy(
        "WhatsApp does not take this header. Leave out line breaks, emoji, *bold* and _italic_."
    )),
    2388072: ("body", gettext_lazy(
        "WhatsApp does not take the form of this text. Look for variables side by side, tabs and many empty lines."
    )),
    2388073: ("footer", gettext_lazy(
        "WhatsApp does not take this footer. Leave out variables, line breaks, emoji, *bold* and _italic_."
    )),
    2388293: ("body", gettext_lazy("Too few words for so many variables. Write more around them, or use fewer.")),
    2388299: ("body", gettext_lazy("The text must neither begin nor end with a variable. Put words there.")),
    NO_NUMBER: ("", gettext_lazy("No number of this WhatsApp account is connected. Connect one, then submit again.")),
    NO_FILE: ("header_media", gettext_lazy("The file of the header could not be handed over. Choose it once more.")),
    GAVE_UP: ("", gettext_lazy("WhatsApp could not be reached. Submit it again in a few minutes.")),
}  # fmt: skip
_OF_CLASS: dict[str, str | Promise] = {
    ErrorClass.ACCOUNT_STOP: gettext_lazy(
        "WhatsApp no longer accepts the access of this number. Reconnect it in the settings, then submit it again."
    ),
    ErrorClass.SLOW_NUMBER: gettext_lazy(
        "WhatsApp takes no more templates of this account for now. Try again in an hour."
    ),
}
PASSING = frozenset({ErrorClass.TRANSIENT, ErrorClass.NOT_SENT})

# rejected_reason and its newer, wordier kin (webhook of September 2026).
_REJECTED: dict[str, str | Promise] = {
    "ABUSIVE_CONTENT": gettext_lazy("The text reads as a threat or an insult."),
    "INVALID_FORMAT": gettext_lazy("Something about its form is wrong: variables, examples or a link."),
    "PROMOTIONAL": gettext_lazy("It advertises, but is not in the category marketing."),
    "TAG_CONTENT_MISMATCH": gettext_lazy("The text does not fit its category or its language."),
    "INCORRECT_CATEGORY": gettext_lazy("The text does not fit its category."),
    "SCAM": gettext_lazy("It looks like fraud to WhatsApp."),
}


def kept(refused: GraphError) -> JSON:
    """A refusal as it is stored with the template."""
    # Which of the two carries Meta's number for templates has changed with its versions.
    codes = [one for one in (refused.subcode, refused.code) if one is not None]
    code = next((one for one in codes if one in _KNOWN), codes[-1] if codes else 0)
    return {"code": code, "class": str(refused.error_class), "words": refused.words[:500]}


def ours(code: int) -> JSON:
    """A refusal of our own kind, as it is stored."""
    return {"code": code, "class": "", "words": ""}


def is_about(refused: GraphError, code: int) -> bool:
    """Whether Meta's answer has this number."""
    return code in (refused.code, refused.subcode)


def findings_of(template: MessageTemplate) -> list[Finding]:
    """What Meta refused when it was last submitted, for the form."""
    return [_finding(one) for one in template.problems if isinstance(one, Mapping)]


def reason_words(reason: str) -> str:
    """Why Meta rejected it, as a sentence; Meta's own word for a reason that is new to us."""
    return str(_REJECTED.get(reason.strip().upper(), reason))


def _finding(problem: Mapping[str, Any]) -> Finding:
    code, words = problem.get("code"), str(problem.get("words") or "")
    if isinstance(code, int) and code in _KNOWN:
        field, ours_ = _KNOWN[code]
        return error(field, str(ours_))
    if sentence := _OF_CLASS.get(str(problem.get("class") or "")):
        return error("", str(sentence))
    return error("", _("WhatsApp refused it: %(words)s") % {"words": words or code})
