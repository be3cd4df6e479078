"""From claimed items to calls: contents, the second asking of the checks, tokens."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from billing.plans.queries import limit_of
from channels_wa.adapters import adapter_of
from channels_wa.adapters.base import OutboundMessage
from channels_wa.adapters.outcome import Outcome
from channels_wa.media.outbound import AGAIN
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number
from channels_wa.outbox import contents, media_ids, window
from channels_wa.outbox.attempts import Attempt, callback_data
from channels_wa.outbox.checks import Refusal, ask
from channels_wa.outbox.claiming import Item, ReadyNumber
from channels_wa.outbox.contents import Content
from channels_wa.outbox.limiter import Ask
from channels_wa.outbox.message import Lane
from channels_wa.outbox.portfolio import Talk, talk_of
from channels_wa.outbox.reactions import Ending, Result
from ops import clock
from ops.salon import run_in_salon
from ops.sealing import CannotOpen

# Of a number's bucket, so that a guest's answer finds a token while a campaign runs through the same number.
LEAVE = {int(Lane.REPLY): 0.0, int(Lane.REMINDER): 0.1, int(Lane.CAMPAIGN): 0.3}


class Call(NamedTuple):
    """A call that may be made as soon as it has its tokens."""

    item: Item
    kind: str
    message: OutboundMessage
    ask: Ask
    talk: Talk | None
    """Set for a message that Meta's messaging limit counts."""
    sealed_token: bytes
    is_probe: bool


class Report(NamedTuple):
    """What came of a call."""

    item: Item
    outcome: Outcome
    sealed_token: bytes = b""
    """With which token it was made: an answer to an old one says nothing of the new."""
    is_probe: bool = False
    """Whether it tries if a number whose circuit is open works again."""


@dataclass(slots=True)
class Prepared:
    """What claimed items became: calls to make, results without a call, items to give back until later."""

    calls: list[Call]
    results: list[Result]
    later: list[tuple[Item, datetime | None, str]]


def prepare(items: Sequence[Item], numbers: dict[int, ReadyNumber]) -> Prepared:
    """Load each salon's messages with one query, ask the checks again, and write the calls."""
    by_salon: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_salon[item.salon_id].append(item)
    found = Prepared([], [], [])
    for salon_id, group in by_salon.items():
        loaded, refusals = run_in_salon(salon_id, lambda group=group: _load_and_ask(group))  # type: ignore[misc]
        rate = _salon_rate(salon_id)
        for item in group:
            content, number = loaded.get(item.message_id), numbers[item.number_id]
            refusal = refusals.get(item.message_id)
            if content is None:
                found.results.append(Result(item, Ending.CANCELLED, reason="erased"))
            elif refusal is None:
                _add_call(found, item, content, number=number, salon_rate=rate)
            elif refusal.until is not None:
                found.later.append((item, refusal.until, refusal.reason))
            else:
                found.results.append(Result(item, Ending.CANCELLED, reason=refusal.reason))
    return found


def _salon_rate(salon_id: int) -> float | None:
    """Messages a second that the salon's plan allows, by whichever of its limits is the lower."""
    a_second, a_minute = limit_of(salon_id, "messages_per_second"), limit_of(salon_id, "messages_per_minute")
    return min((rate for rate in (a_second, a_minute and a_minute / 60) if rate is not None), default=None)


def _load_and_ask(items: Sequence[Item]) -> tuple[dict[int, Content], dict[int, Refusal]]:
    loaded = contents.load(item.message_id for item in items)
    now = clock.now()
    asked = ask([content.facts for content in loaded.values()], now=now)
    refusals = {pk: refusal for pk, refusal in zip(loaded, asked, strict=True) if refusal}
    with_ids, missing = media_ids.put_in([content for pk, content in loaded.items() if pk not in refusals])
    refusals |= {content.message_id: Refusal("media_uploading", until=now + AGAIN) for content in missing}
    return loaded | with_ids, refusals


def _add_call(found: Prepared, item: Item, content: Content, *, number: ReadyNumber, salon_rate: float | None) -> None:
    try:
        message = _message(item, content, number)
    except CannotOpen:
        found.later.append((item, clock.now() + timedelta(minutes=5), "number_token: the token cannot be opened"))
        return
    asked = Ask(
        phone_number_id=number.phone_number_id,
        number_rate=number.throughput_mps,
        pair=adapter_of(number.adapter).rate_limit_key(message),
        sent_to_pair=content.sent_to_pair,
        salon_id=item.salon_id,
        salon_rate=salon_rate,
        leave=LEAVE[item.lane],
    )
    talk = _talk(item, content, number)
    found.calls.append(Call(item, number.adapter, message, asked, talk, number.sealed_token, number.is_half_open))


def _talk(item: Item, content: Content, number: ReadyNumber) -> Talk | None:
    limit = number.messaging_limit
    if limit is None or content.type != "template" or window.is_open(content.facts.last_inbound_at, clock.now()):
        return None
    return talk_of(
        portfolio=number.portfolio,
        limit=limit,
        salon_id=item.salon_id,
        contact_id=content.facts.contact_id,
        lane=item.lane,
    )


def _message(item: Item, content: Content, number: ReadyNumber) -> OutboundMessage:
    return OutboundMessage(
        phone_number_id=number.phone_number_id,
        token=_token(number.id, number.salon_id, number.sealed_token),
        recipient_kind=content.recipient_kind,
        recipient=content.recipient,
        type=content.type,
        text=content.text,
        payload=content.payload,
        reply_to=content.reply_to,
        callback_data=callback_data(item.salon_id, Attempt(item.id, item.attempts)),
    )


@lru_cache(maxsize=4096)
def _token(number_id: int, salon_id: int, sealed: bytes) -> str:
    # A number of the tests may have none.
    return token_of(Number(pk=number_id, salon_id=salon_id, sealed_token=sealed)) if sealed else ""
