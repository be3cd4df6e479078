"""The drain: from kept deliveries to effects. Bounded, safe to run anywhere and any number of times at once."""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from channels_wa.inbound import queue
from channels_wa.inbound.answer import answer, reload
from channels_wa.inbound.changes import note_changes
from channels_wa.inbound.contents import contents, routes
from channels_wa.inbound.elsewhere import note_elsewhere
from channels_wa.inbound.keep import Work, keep_all
from channels_wa.inbound.parse import Unreadable, parse_message
from channels_wa.inbound.reading import RawItem
from channels_wa.inbound.rereading import reread
from channels_wa.inbound.split import BATCH as SPLIT_AT_ONCE
from channels_wa.inbound.split import split_some
from channels_wa.inbound.statuses import apply_statuses
from channels_wa.inbound.steps import Incoming, steps
from channels_wa.messages.models import Source
from ops import claim, clock
from ops.failpoint import failpoint
from ops.metrics import JOB_SECONDS
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

LOOK_FOR = timedelta(seconds=5)
MESSAGES_AT_ONCE = 64
STATUSES_AT_ONCE = 500
WAIT_FOR_SPLITTER_S = 0.005


def run(look_for: timedelta = LOOK_FOR) -> int:
    """Look at everything that may be there, for at most five seconds; how many deliveries and items were handled.

    This is what finds work whose bell or worker was lost, and what waits for its second try.
    """
    until, total = clock.real() + look_for, 0
    with JOB_SECONDS.labels("replies", "drain").time():
        while clock.real() < until:
            # Messages first: a guest waits for an answer, nobody for a tick.
            done = split_some().deliveries + drain_messages() + drain_statuses() + note_changes() + note_elsewhere()
            total += done
            if not done:
                break
    return total


def run_new(look_for: timedelta = LOOK_FOR) -> int:
    """Handle what a bell tells of, and look at nothing else: a lone message is answered with few statements.

    Whoever keeps a delivery rings after the commit, and the bell is reset before we look; so what comes behind our back
    rings again.
    """
    until, total = clock.real() + look_for, 0
    with JOB_SECONDS.labels("replies", "drain").time():
        while clock.real() < until:
            found = split_some()
            handled = drain_messages()
            while handled and (more := drain_messages()) and clock.real() < until:
                handled += more
            handled += drain_statuses() if found.statuses else 0
            handled += note_changes() + note_elsewhere() if found.changes else 0
            total += found.deliveries + handled
            if found.is_busy and not handled:
                time.sleep(WAIT_FOR_SPLITTER_S)
            elif found.deliveries < SPLIT_AT_ONCE and handled < STATUSES_AT_ONCE:
                break
    return total


def drain_messages() -> int:
    """One batch of messages through both transactions; how many items."""
    rows = queue.claim_messages(MESSAGES_AT_ONCE)
    failpoint("inbound.after_claim")
    for salon_id, works in _understood(rows).items():
        try:
            run_in_salon(salon_id, partial(_in_salon, works))
        except Exception:
            # Their leases end by themselves; the other salons of the batch are not to wait for that.
            log.exception("messages of salon %s could not be handled", salon_id)
    return len(rows)


def drain_statuses() -> int:
    """One batch of statuses; how many."""
    rows = queue.claim_statuses(STATUSES_AT_ONCE)
    if rows:
        apply_statuses(rows)
    return len(rows)


def _understood(rows: Sequence[claim.Claimed]) -> dict[int, list[Work]]:
    """Claimed items with their content, by salon; what cannot be read goes to quarantine."""
    raw_items = contents((row.values["delivery_id"], row.values["index"]) for row in rows)
    found: dict[int, list[Work]] = defaultdict(list)
    for row in rows:
        try:
            work = _work(row, raw_items[row.values["delivery_id"], row.values["index"]])
        except Unreadable as error:
            queue.quarantine([row], error.reason)
        except Exception as error:
            # The reader promises one exception; should it break the promise, only this item pays.
            log.exception("an item could not be read")
            queue.quarantine([row], f"reading failed: {type(error).__name__}")
        else:
            found[row.values["salon_id"]].append(work)
    return found


def _work(row: claim.Claimed, raw: RawItem | None) -> Work:
    if raw is None:
        raise Unreadable("its delivery is gone")
    number = routes().of(raw)
    if number is None or number.salon_id != row.values["salon_id"]:
        raise Unreadable("its number has left the salon")
    message = parse_message(raw)
    incoming = Incoming(
        item_id=row.id,
        number_id=number.pk,
        portfolio=number.portfolio,
        message=message,
        source=Source.GROUP if "group_id" in message.payload else Source.HERE,
        # The moment of arrival, moved with the demo's time.
        at=row.values["created_at"] + clock.offset(),
    )
    return Work(row, raw, incoming)


def _in_salon(works: list[Work]) -> None:
    """Keep what is new, then answer."""
    stages: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        stages[work.row.values["stage"]].append(work)
    kept = keep_all(stages["keep"]) if stages["keep"] else []
    _tell(kept)
    if held := queue.not_yet_answerable([work.row for work in kept]) if kept else set():
        claim.release(queue.MESSAGES, [work.row for work in kept if work.row.id in held])
        kept = [work for work in kept if work.row.id not in held]
    if stages["answer"]:
        kept += reload(stages["answer"])
    if kept:
        answer(kept)
    if stages["reread"]:
        reread(stages["reread"])


def _tell(kept: list[Work]) -> None:
    if not kept:
        return
    for step in steps("tell"):
        try:
            step([work.incoming for work in kept])
        except Exception:
            # It is committed by now: news may be lost, the message may not be handled a second time.
            log.exception("news of kept messages lost")
