"""A delivery as an operator may see it without a reason: its shape and Meta's words, nothing about a guest.

What may be shown is listed, and everything else is masked, so that a field nobody has thought of is masked too.
"""

import json
from typing import Any

from channels_wa.inbound.outline import Absurd, Broken, load, outline

# Names whose values are Meta's own words or the salon's ids.
SHOWN = frozenset(
    {
        "object", "field", "messaging_product", "time", "timestamp", "type", "status", "event", "decision", "category",
        "phone_number_id", "display_phone_number", "waba_id", "owner_business_id", "partner_app_id", "code", "billable",
        "pricing_model", "mime_type", "sha256", "voice", "animated", "error_data", "old_limit", "current_limit",
        "max_daily_conversations_per_business", "max_daily_conversation_per_phone", "max_phone_numbers_per_business",
        "message_template_id", "message_template_name", "message_template_language", "message_template_category",
        "previous_category", "new_category", "correct_category", "previous_quality_score", "new_quality_score",
        "alert_severity", "alert_status", "alert_type", "entity_type", "entity_id", "biz_opaque_callback_data",
        "expiration_timestamp", "conversation_type", "source_type", "ctwa_clid", "phase", "chunk_order", "progress",
        "forwarded", "frequently_forwarded", "ban_state", "waba_ban_state", "restriction_type", "violation_type",
        "rejection_reason", "href",
    }
)  # fmt: skip
# Ids of things, not of people. Meta writes the guest's number into those of messages, so only their ends are shown.
IDS = frozenset({"id", "message_id", "media_id"})
_ENDS = 6
_LONG = 24
# Fewer digits than Meta's ids have: a telephone.
_PHONE_DIGITS = 14
DOT = "•"


def masked(raw: bytes) -> str:
    """The delivery as indented JSON with everything about guests masked; a line of words if it is no JSON."""
    text = raw.decode("utf-8", "replace")
    try:
        tree = load(text)
    except (ValueError, RecursionError):
        tree = outline(text)
    if isinstance(tree, Broken):
        return f"({len(raw)} bytes that are no JSON)"
    try:
        return json.dumps(_mask("", tree), indent=2, ensure_ascii=False)
    except RecursionError:
        return f"({len(raw)} bytes, nested too deep to be shown)"


def plain(raw: bytes, *, most: int) -> str:
    """The delivery as it came; bytes that are no text as \\x…"""
    text = raw[:most].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _mask(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        # A name can be somebody's words, where an object is used as a table.
        return {key if key.isidentifier() and len(key) < 60 else DOT * 3: _mask(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_mask(name, one) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Broken | Absurd):
        return f"({value.reason})"
    if name in SHOWN:
        return value
    text = str(value)
    if name in IDS and not (text.isdigit() and len(text) <= _PHONE_DIGITS):
        return text if len(text) <= _LONG else f"{text[:_ENDS]}…{text[-_ENDS:]}"
    return f"{DOT * 3} ({len(text)})"
