"""What the salon's own phone tells (coexistence), kept in batches: never answered, and no window is opened by it."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction

from channels_wa.inbound import queue
from channels_wa.inbound.contents import contents, routes
from channels_wa.inbound.keep import sealed, with_what_comes_first
from channels_wa.inbound.parse import (
    PLACEHOLDER,
    Elsewhere,
    PhonebookEntry,
    Unreadable,
    parse_echo,
    parse_history,
    parse_phonebook,
)
from channels_wa.inbound.reading import RawItem
from channels_wa.inbound.steps import Incoming, steps
from channels_wa.media import inbound as media
from channels_wa.messages import inbound as messages
from channels_wa.numbers.models import Number
from ops import claim, clock
from ops.metrics import MESSAGES
from ops.salon import current_salon_id, run_in_salon

log = logging.getLogger(__name__)

AT_ONCE = 200
PARSERS = {"echo": parse_echo, "history": parse_history}


@dataclass(frozen=True, slots=True)
class Told:
    """A claimed item with what it says: a message, or an entry of the phone book."""

    row: claim.Claimed
    raw: RawItem
    portfolio: str
    incoming: Incoming | None
    entry: PhonebookEntry | None


def note_elsewhere() -> int:
    """One batch; how many items."""
    rows = queue.claim_elsewhere(AT_ONCE)
    raw_items = contents((row.values["delivery_id"], row.values["index"]) for row in rows)
    by_salon: dict[int, list[Told]] = defaultdict(list)
    for row in rows:
        try:
            by_salon[row.values["salon_id"]].append(
                _told(row, raw_items[row.values["delivery_id"], row.values["index"]])
            )
        except Unreadable as error:
            queue.quarantine([row], error.reason)
        except Exception as error:
            log.exception("what the phone tells could not be read")
            queue.quarantine([row], f"reading failed: {type(error).__name__}")
    for salon_id, batch in by_salon.items():
        try:
            run_in_salon(salon_id, partial(_keep_all, batch))
        except Exception:
            log.exception("what the phone of salon %s tells could not be kept", salon_id)
    return len(rows)


def _told(row: claim.Claimed, raw: RawItem | None) -> Told:
    if raw is None:
        raise Unreadable("its delivery is gone")
    number = routes().of(raw)
    if number is None or number.salon_id != row.values["salon_id"]:
        raise Unreadable("its number has left the salon")
    if raw.kind == "phonebook":
        return Told(row, raw, number.portfolio, None, parse_phonebook(raw))
    return Told(row, raw, number.portfolio, _incoming(row, number, PARSERS[raw.kind](raw)), None)


def _incoming(row: claim.Claimed, number: Number, found: Elsewhere) -> Incoming:
    arrived = row.values["created_at"] + clock.offset()
    # What is imported has its place in the past; a phone whose clock is wrong does not write in the future.
    written = min(found.message.sent_at or arrived, arrived) if found.source == "history" else arrived
    return Incoming(
        item_id=row.id,
        number_id=number.pk,
        portfolio=number.portfolio,
        message=found.message,
        at=written,
        direction=found.direction,
        source=found.source,
        status=found.status,
        reason=found.reason,
    )


def _keep_all(batch: Sequence[Told]) -> None:
    try:
        kept = with_what_comes_first(lambda: _keep(batch))
    except claim.LeaseLost:
        log.warning("keeping what the phone tells took longer than its lease; its owner by now goes on")
    except Exception as error:
        if len(batch) > 1:
            for told in batch:
                _keep_all([told])
            return
        log.exception("keeping what the phone tells failed")
        claim.retry(queue.OTHERS, batch[0].row, f"{type(error).__name__}: {error}")
    else:
        _tell(kept)


def _keep(batch: Sequence[Told]) -> list[Incoming]:
    """One transaction for a batch of one salon; the messages that are new, with their rows."""
    with transaction.atomic():
        _keep_phonebook([told for told in batch if told.entry])
        kept = _keep_messages([told for told in batch if told.incoming])
        claim.finish(queue.OTHERS, [told.row for told in batch])
    for one in kept:
        MESSAGES.labels(current_salon_id(), "whatsapp", one.message.type).inc()
    return kept


def _keep_phonebook(batch: Sequence[Told]) -> None:
    entries = [(told.portfolio, told.entry) for told in batch if told.entry and not told.entry.is_removed]
    for step in steps("phonebook") if entries else ():
        step(entries)


def _keep_messages(batch: Sequence[Told]) -> list[Incoming]:
    told = {one.incoming.message.wamid: (one.raw, one.incoming) for one in batch if one.incoming}
    if not told:
        return []
    fresh = messages.mark_seen(list(told), at=clock.now())
    files = [one for wamid, (_raw, one) in told.items() if wamid not in fresh and one.message.type != "unsupported"]
    if files:
        messages.fill_placeholders(files, of=PLACEHOLDER)
        media.expect_filled(files)
    new = sorted((pair for wamid, pair in told.items() if wamid in fresh), key=lambda pair: pair[1].at)
    if not new:
        return []
    found: Sequence[Incoming] = [one for _raw, one in new]
    for step in steps("elsewhere"):
        found = step(found)
    raws = [sealed(raw, one) for (raw, _told), one in zip(new, found, strict=True)]
    rows = messages.insert_unknown(found, raws)
    kept = [
        replace(one, message_id=row[0], message_public_id=row[1]) for one, row in zip(found, rows, strict=True) if row
    ]
    media.expect(kept)
    return kept


def _tell(kept: Sequence[Incoming]) -> None:
    # Imported talks are read when somebody opens them.
    now = [one for one in kept if one.source != "history"]
    for step in steps("tell") if now else ():
        try:
            step(now)
        except Exception:
            log.exception("news of messages from the phone lost")
