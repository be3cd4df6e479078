"""The inbox items as a queue, and how items leave it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import connection

from ops import claim

LEASE = timedelta(seconds=30)
# What an item is when it is neither a message nor a status.
CHANGES = ("account", "coexistence", "error", "other")
# What the salon's own phone tells (coexistence).
ELSEWHERE = ("echo", "history", "phonebook")
_COLUMNS = ("delivery_id", "index", "salon_id", "number_id", "stage", "message_id", "created_at")

# A message is kept as soon as the one before it is kept, and answered once the one before it has left the queue: an
# answer that fails and is tried again holds back later answers, never the guest's later messages.
MESSAGES = claim.Queue(
    "inbox_item", _COLUMNS, held_back_by="AND e.kind = 'message' AND (e.stage = 'keep' OR q.stage = 'answer')"
)
OTHERS = claim.Queue("inbox_item", _COLUMNS, ordered=False)


def claim_messages(limit: int) -> list[claim.Claimed]:
    """The oldest waiting message of each sender."""
    return claim.claim(MESSAGES, limit=limit, lease=LEASE, where="AND q.kind = 'message'")


def claim_statuses(limit: int) -> list[claim.Claimed]:
    """Statuses; their order does not matter."""
    return claim.claim(OTHERS, limit=limit, lease=LEASE, where="AND q.kind = 'status'")


def claim_changes(limit: int) -> list[claim.Claimed]:
    """Everything else: changes of accounts, errors."""
    # Named one by one: the index is by kind, and "all but" would walk over every waiting status.
    return claim.claim(OTHERS, limit=limit, lease=LEASE, where="AND q.kind = ANY(%s)", params=[list(CHANGES)])


def claim_elsewhere(limit: int) -> list[claim.Claimed]:
    """What the salon's own phone tells; the order does not matter, each says when it was."""
    return claim.claim(OTHERS, limit=limit, lease=LEASE, where="AND q.kind = ANY(%s)", params=[list(ELSEWHERE)])


def quarantine(rows: Iterable[claim.Claimed], reason: str) -> None:
    """Take items that cannot be used out of the queue; their bytes stay in the delivery, for an operator."""
    claim.advance(
        OTHERS, rows, assignments="state = 'quarantined', lease_until = NULL, error = %s", params=[reason[:500]]
    )


def shelve(row: claim.Claimed, reason: str) -> None:
    """A kept message that this release cannot read goes to the operator too; a later release may read it again.

    Raises LeaseLost.
    """
    assignments = "state = 'quarantined', stage = 'reread', lease_until = NULL, error = %s"
    claim.advance(OTHERS, [row], assignments=assignments, params=[reason[:500]])


def to_answer_stage(rows: Sequence[claim.Claimed], message_ids: Sequence[int]) -> None:
    """The message is kept; what may answer it comes next. Inside the keep transaction. Raises LeaseLost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.inbox_item q SET stage = 'answer', attempts = 0, error = '', message_id = kept.message_id "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS kept(id, fence, message_id) "
            "WHERE q.id = kept.id AND q.fence = kept.fence AND q.state = 'pending' AND q.stage = 'keep'",
            [[row.id for row in rows], [row.fence for row in rows], list(message_ids)],
        )
        if cursor.rowcount != len(rows):
            raise claim.LeaseLost("inbox_item: a kept message has another owner")


def not_yet_answerable(rows: Sequence[claim.Claimed]) -> set[int]:
    """Ids of items that an older message of the same sender still holds back from being answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT q.id FROM public.inbox_item q WHERE q.id = ANY(%s) AND EXISTS (SELECT 1 FROM public.inbox_item e "
            "WHERE e.state = 'pending' AND e.order_key = q.order_key AND e.kind = 'message' AND e.id < q.id)",
            [[row.id for row in rows]],
        )
        return {pk for (pk,) in cursor.fetchall()}
