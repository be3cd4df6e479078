"""Writing down what became of attempts: one statement for each salon and batch."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from channels_wa.adapters.outcome import ErrorClass
from channels_wa.messages.models import STATUS_ORDER
from channels_wa.outbox import consequences, usage
from channels_wa.outbox.numbers import apply_effects
from channels_wa.outbox.reactions import Ending, Result
from channels_wa.outbox.telling import Change, tell
from ops import clock
from ops.metrics import MESSAGES
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

_STATUS = {
    Ending.ACCEPTED: "sent",
    Ending.FAILED: "failed",
    Ending.UNKNOWN: "unknown",
    Ending.CANCELLED: "cancelled",
    Ending.AGAIN: "queued",
}
_RANK = f"COALESCE(array_position(ARRAY[{', '.join(repr(one) for one in STATUS_ORDER)}]::varchar[], {{}}), 0)"

# An accept is recorded even after its lease was lost: the attempt was made, and the message is with Meta. Everything
# else is only true as long as nobody has begun another attempt.
_RECORD = f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[]) AS g(item_id, fence, message_id, ending, status, wamid, reason, not_before)
    ), ours AS MATERIALIZED (
        SELECT o.id, given.* FROM public.outbox_item o JOIN given ON given.item_id = o.id
        WHERE CASE given.ending WHEN 'accepted' THEN o.state <> 'settled' OR o.outcome = 'unknown'
            ELSE o.fence = given.fence AND o.state = 'sending' END
        ORDER BY o.id FOR UPDATE OF o
    ), noted AS (
        UPDATE public.outbox_item o SET
            state = CASE ours.ending WHEN 'again' THEN 'queued' WHEN 'unknown' THEN 'unknown' ELSE 'settled' END,
            outcome = CASE ours.ending WHEN 'again' THEN '' WHEN 'unknown' THEN '' ELSE ours.ending END,
            reason = ours.reason, lease_until = NULL, not_before = COALESCE(ours.not_before, o.not_before),
            retries = o.retries + CASE ours.ending WHEN 'again' THEN 1 ELSE 0 END,
            settled_at = CASE WHEN ours.ending IN ('again', 'unknown') THEN NULL ELSE %s END
        FROM ours WHERE o.id = ours.id
    ), locked AS MATERIALIZED (
        SELECT m.id, ours.wamid, ours.status, ours.reason, ours.ending
        FROM message m JOIN ours ON ours.message_id = m.id ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message m SET wamid = COALESCE(m.wamid, locked.wamid), reason = locked.reason,
        status = CASE WHEN locked.ending = 'cancelled'
                OR {_RANK.format("locked.status::varchar")} > {_RANK.format("m.status")}
            THEN locked.status ELSE m.status END
    FROM locked WHERE m.id = locked.id
    RETURNING m.id, m.public_id, m.conversation_id, m.status, m.reason, m.type
"""
_COUNTING = _RECORD.rstrip() + ", {counted}"


class NotRecorded(Exception):
    """The database is away; these results must be written later."""

    def __init__(self, results: Sequence[Result]) -> None:
        super().__init__(f"{len(results)} results")
        self.results = list(results)


def record(results: Sequence[Result]) -> int:
    """Write results of any salons, then what they mean for whole numbers; how many messages changed.

    Raises NotRecorded with what must be tried again. A result that can never be written is logged and left to its
    lease: the message becomes unknown, and its statuses settle it.
    """
    by_salon: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        by_salon[result.item.salon_id].append(result)
    done, away = 0, []
    for salon_id, group in by_salon.items():
        try:
            done += _record(salon_id, group)
        except NotRecorded as error:
            away += error.results
    apply_effects([result.effect for result in results if result.effect is not None])
    if away:
        raise NotRecorded(away)
    return done


def _record(salon_id: int, results: Sequence[Result]) -> int:
    try:
        return run_in_salon(salon_id, lambda: _record_in_salon(salon_id, results))
    except (OperationalError, InterfaceError) as error:
        log.warning("results not recorded yet: %s", error)
        raise NotRecorded(results) from error
    except Exception:
        if len(results) > 1:
            return sum(_record(salon_id, [result]) for result in results)
        log.exception("the result of attempt %s-%s cannot be recorded", results[0].item.id, results[0].item.attempts)
        return 0


def _record_in_salon(salon_id: int, results: Sequence[Result]) -> int:
    of_message = {result.item.message_id: result for result in results}
    with transaction.atomic():
        rows = _write(salon_id, results)
        tell(salon_id, [_change(row, of_message[row[0]]) for row in rows])
        consequences.tell([failed for row in rows if (failed := _failed(of_message[row[0]]))])
    for row in rows:
        if of_message[row[0]].ending is Ending.ACCEPTED:
            MESSAGES.labels(str(salon_id), "whatsapp", row[5]).inc()
    return len(rows)


def _write(salon_id: int, results: Sequence[Result]) -> list[tuple[Any, ...]]:
    """The rows of messages that changed; those that were accepted are counted."""
    accepted = {result.item.message_id for result in results if result.ending is Ending.ACCEPTED}
    if len(results) == len(accepted) == 1:
        return _write_and_count(salon_id, results)
    rows = _rows(_RECORD, [*_columns(results), clock.now()])
    usage.count(salon_id, [row[:2] for row in rows if row[0] in accepted])
    return rows


def _write_and_count(salon_id: int, results: Sequence[Result]) -> list[tuple[Any, ...]]:
    counting = usage.in_statement(salon_id, results[0].item.message_id)
    sql = _COUNTING.replace("{counted}", counting.sql)
    rows = _rows(sql, [*_columns(results), clock.now(), *counting.params])
    if rows and rows[0][-1]:
        counting.tell_on_commit()
    return rows


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _columns(results: Sequence[Result]) -> list[list[Any]]:
    return [
        [result.item.id for result in results],
        [result.item.fence for result in results],
        [result.item.message_id for result in results],
        [str(result.ending) for result in results],
        [_STATUS[result.ending] for result in results],
        [result.wamid for result in results],
        [result.reason for result in results],
        [result.not_before for result in results],
    ]


def _change(row: tuple[Any, ...], result: Result) -> Change:
    # Whether an unknown one arrived may still be told by its statuses; `settling` decides when they stay away.
    is_settled = result.ending not in (Ending.UNKNOWN, Ending.AGAIN)
    return Change(row[0], row[1], row[2], row[3], row[4], result.more, is_settled)


def _failed(result: Result) -> consequences.Failed | None:
    code = result.more.get("code")
    if result.ending is not Ending.FAILED or code is None:
        return None
    return consequences.Failed(result.item.message_id, code, ErrorClass(result.more["class"]))
