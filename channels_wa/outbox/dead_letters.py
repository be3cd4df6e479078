"""What failed or is unknown, and what a person does about it. Each verb takes many and says which it changed."""

from collections.abc import Sequence

from django.db import connection, transaction

from channels_wa.outbox.dispatcher import wake
from channels_wa.outbox.telling import Change, tell
from ops import clock
from ops.salon import current_salon_id

# Refused at once, refused later by a status, or never answered.
_RETRY = """
    UPDATE public.outbox_item o SET resent = o.resent OR o.outcome <> 'failed', state = 'queued', outcome = '',
        reason = '', not_before = %s, settled_at = NULL, retries = 0, discarded_at = NULL, discarded_by = NULL
    FROM message m WHERE o.salon_id = %s AND o.message_id = ANY(%s) AND m.id = o.message_id AND o.state = 'settled'
    AND (o.outcome IN ('failed', 'unknown') OR (o.outcome = 'accepted' AND m.status = 'failed'))
    RETURNING o.message_id, o.lane, o.resent
"""


@transaction.atomic(savepoint=False)
def retry(message_ids: Sequence[int]) -> list[int]:
    """Send again what failed or whose fate nobody knows, because a person asked for it; the messages it is done for."""
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, [clock.now(), _salon(), sorted(message_ids)])
        rows = cursor.fetchall()
        if not rows:
            return []
        # Meta gives the new try an id of its own, and what comes under the old one is told of the old try.
        cursor.execute(
            "UPDATE message m SET resent = g.resent, wamid = NULL FROM unnest(%s::bigint[], %s::boolean[]) "
            "AS g(id, resent) WHERE m.id = g.id",
            [[row[0] for row in rows], [row[2] for row in rows]],
        )
    retried = [row[0] for row in rows]
    show(retried, "queued")
    lanes = {row[1] for row in rows}
    transaction.on_commit(lambda: wake(*lanes))
    return retried


@transaction.atomic(savepoint=False)
def discard(message_ids: Sequence[int], *, by: int | None) -> list[int]:
    """A person has dealt with these (`by` is the member): they stay as they are and are listed no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item o SET discarded_at = %s, discarded_by = %s FROM message m "
            "WHERE o.salon_id = %s AND o.message_id = ANY(%s) AND m.id = o.message_id AND o.state = 'settled' "
            "AND m.status IN ('failed', 'unknown') AND o.discarded_at IS NULL RETURNING o.message_id",
            [clock.now(), by, _salon(), sorted(message_ids)],
        )
        return [pk for (pk,) in cursor.fetchall()]


def restore(message_ids: Sequence[int]) -> list[int]:
    """Undo a discard: the messages are listed again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET discarded_at = NULL, discarded_by = NULL "
            "WHERE salon_id = %s AND message_id = ANY(%s) AND discarded_at IS NOT NULL RETURNING message_id",
            [_salon(), sorted(message_ids)],
        )
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic(savepoint=False)
def confirm(message_ids: Sequence[int], *, by: int | None) -> list[int]:
    """A person knows that these arrived, though WhatsApp never said so: they count as sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item o SET outcome = 'accepted', discarded_at = %s, discarded_by = %s "
            "WHERE o.salon_id = %s AND o.message_id = ANY(%s) AND o.state = 'settled' AND o.outcome = 'unknown' "
            "RETURNING o.message_id",
            [clock.now(), by, _salon(), sorted(message_ids)],
        )
        confirmed = [pk for (pk,) in cursor.fetchall()]
    show(confirmed, "sent")
    return confirmed


@transaction.atomic(savepoint=False)
def take_back(message_ids: Sequence[int], *, reason: str = "cancelled") -> list[int]:
    """Cancel what waits and has not been tried in a way that may have arrived."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET state = 'settled', outcome = 'cancelled', reason = %s, settled_at = %s "
            "WHERE salon_id = %s AND message_id = ANY(%s) AND state = 'queued' AND NOT resent RETURNING message_id",
            [reason, clock.now(), _salon(), sorted(message_ids)],
        )
        taken = [pk for (pk,) in cursor.fetchall()]
    show(taken, "cancelled", reason)
    return taken


def show(message_ids: Sequence[int], status: str, reason: str = "") -> None:
    """Set what messages show, and tell those who look."""
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE message SET status = %s, reason = %s WHERE id = ANY(%s) RETURNING id, public_id, conversation_id",
            [status, reason, sorted(message_ids)],
        )
        rows = cursor.fetchall()
    tell(_salon(), [Change(row[0], row[1], row[2], status, reason) for row in rows])


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("messages belong to a salon; there is none here")
    return salon_id
