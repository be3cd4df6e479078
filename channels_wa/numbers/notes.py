"""What Meta says of a number, noted: each of these may be told any number of times, and only a change is an event."""

from typing import Any

from django.db import transaction

from channels_wa.numbers.models import Number
from ops import clock
from ops.events import actions as events
from ops.salon import run_in_salon

# Meta's tiers of the messaging limit: guests outside the window in a moving day (WHATSAPP.md §4).
TIERS: dict[str, int | None] = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": None,
}


def note_quality(number: Number, quality: str) -> bool:
    """GREEN, YELLOW, RED; anything else is UNKNOWN. Whether that is news."""
    known = quality if quality in Number.Quality.values else Number.Quality.UNKNOWN
    return _note(number, "quality", {"quality": str(known)})


def note_limit(number: Number, tier: str | int | None) -> bool:
    """A tier of Meta's, or a plain number of guests; -1 is unlimited. Whether that is news.

    The limit is that of the portfolio, so it is noted for all of its numbers in this salon. A word that is no tier
    changes nothing: an old truth is better than none.
    """
    if isinstance(tier, str) and tier not in TIERS:
        if not tier.lstrip("-").isdecimal():
            return False
        tier = int(tier)
    if tier is None:
        return False
    limit = TIERS[tier] if isinstance(tier, str) else (tier if tier >= 0 else None)
    shared = Number.objects.filter(salon_id=number.salon_id, portfolio=number.portfolio).exclude(pk=number.pk)
    columns = {"messaging_limit": limit, "messaging_limit_known": True}
    for other in shared.exclude(state=Number.State.DISCONNECTED).order_by("pk"):
        _note(other, "messaging_limit", columns)
    return _note(number, "messaging_limit", columns)


def note_name(number: Number, status: str, *, name: str = "") -> bool:
    """The state of the display name, e.g. APPROVED, and the name itself once it is decided. Whether that is news."""
    columns = {"name_status": status[:40]}
    if name:
        columns["name"] = name[:120]
    return _note(number, "name_status", columns)


def note_account(number: Number, status: str, details: dict[str, Any] | None = None) -> bool:
    """The state of the business account, e.g. RESTRICTED, with Meta's details. Whether that is news."""
    return _note(number, "account_status", {"account_status": status[:60], "account_details": details or {}})


def note_throughput(number: Number, messages_per_second: int) -> bool:
    """How many messages a second Meta takes. Whether that is news."""
    return _note(number, "throughput_mps", {"throughput_mps": messages_per_second})


def note_checked(number: Number) -> None:
    """That Meta was asked just now."""
    number.checked_at = clock.now()
    Number.objects.filter(pk=number.pk).update(checked_at=number.checked_at)


@transaction.atomic
def _note(number: Number, what: str, columns: dict[str, Any]) -> bool:
    row = Number.objects.select_for_update().get(pk=number.pk)
    old = {name: getattr(row, name) for name in columns}
    for name, value in columns.items():
        setattr(number, name, value)
    if old == columns:
        return False
    Number.objects.filter(pk=number.pk).update(**columns)
    payload = {"number_id": number.pk, "what": what, "old": old[what], "new": columns[what]}
    subject = number.public_id
    run_in_salon(number.salon_id, lambda: events.emit("number.changed", subject=subject, payload=payload))
    return True
