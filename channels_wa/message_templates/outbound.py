"""Asked before a template leaves (OUTBOUND_CHECKS): one that Meta would refuse is not tried."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels_wa.message_templates.checking import check as problems_of
from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.queries import named
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import known_numbers
from channels_wa.outbox.checks import OutboundFacts, Refusal

PAUSED, UNUSABLE, VALUES = "template_paused", "template_unusable", "template_values"
# An offer may come some hours later; a reminder or an answer that comes late is worse than none.
MAY_WAIT = frozenset({"marketing"})

Place = tuple[str, str, str]


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse templates that are paused, disabled or gone, and values that do not fit.

    One that we do not know is Meta's to judge.
    """
    wanted = [facts.type == "template" for facts in batch]
    if not any(wanted):
        return [None] * len(batch)
    places = _places([facts for facts in batch if facts.type == "template"])
    # A name may be used again after it was deleted: the newest row is the one.
    rows = named(frozenset(name for _waba, name, _language in places.values()))
    known = {(row.waba_id, row.name, row.language): row for row in rows}
    return [
        _refusal(known.get(places[id(facts)]), facts, now) if is_template else None
        for facts, is_template in zip(batch, wanted, strict=True)
    ]


def _refusal(row: MessageTemplate | None, facts: OutboundFacts, now: datetime) -> Refusal | None:
    if row is None:
        return None
    if row.is_sendable:
        # People and programs were told when they wrote it; a flow hears it here.
        return Refusal(VALUES) if problems_of(row, facts.payload) else None
    if row.status != Status.PAUSED:
        return Refusal(UNUSABLE)
    until = row.paused_until if facts.purpose in MAY_WAIT and row.paused_until and row.paused_until > now else None
    return Refusal(PAUSED, until=until)


def _places(batch: Sequence[OutboundFacts]) -> dict[int, Place]:
    """Account, name and language of each message's template."""
    numbers, found = known_numbers(), {}
    for facts in batch:
        language = facts.payload.get("language")
        code = str(language.get("code", "")) if isinstance(language, Mapping) else ""
        found[id(facts)] = (_account(numbers.get(facts.number_id)), str(facts.payload.get("name", "")), code)
    return found


def _account(number: Number | None) -> str:
    return number.waba_id if number is not None else ""
