"""What may leave the audit log: its oldest sealed rows by age, and what would name who is erased."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from ops.salon import current_salon_id, inside
from tenants.audit.sealing.models import AuditChain

KEPT_DAYS = 5 * 365
AT_ONCE = 5000
_LAST = """
    SELECT position, hash FROM (
        SELECT position, hash, max(at) OVER (ORDER BY position) AS newest FROM audit_entry
        WHERE position > %s ORDER BY position LIMIT %s
    ) AS oldest WHERE newest < %s ORDER BY position DESC LIMIT 1
"""


def prune(salon_id: int, before: datetime) -> int:
    """Remove rows written before a moment, from the old end and no further than the first that stays; how many.

    The chain goes on from the last one that went, which the public side keeps. One batch; call again until 0.
    """
    with transaction.atomic():
        chain = AuditChain.objects.select_for_update().filter(salon_id=salon_id).first()
        if chain is None:
            return 0
        with inside(salon_id), connection.cursor() as cursor:
            cursor.execute(_LAST, [chain.pruned_position, AT_ONCE, before])
            last = cursor.fetchone()
            if last is None:
                return 0
            cursor.execute("SET LOCAL cadeira.audit_prunes = 'on'")
            cursor.execute("DELETE FROM audit_entry WHERE position <= %s", [last[0]])
            gone = int(cursor.rowcount)
            cursor.execute("SET LOCAL cadeira.audit_prunes = 'off'")
        AuditChain.objects.filter(pk=chain.pk).update(pruned_position=last[0], pruned_hash=bytes(last[1]))
    return gone


@transaction.atomic
def erase(subjects: Iterable[object], *, words: Iterable[str] = ()) -> int:
    """Take the values out of the rows about these subjects, and of those that hold one of the words; how many.

    Called inside the salon. Who did what and when stays, and the chain holds.
    """
    if current_salon_id() is None:
        raise RuntimeError("the audit log belongs to a salon; there is none here")
    patterns = [f"%{plain(word)}%" for word in words if word]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cadeira.audit_erases = 'on'")
        cursor.execute(
            "UPDATE audit_entry SET before = NULL, after = NULL, salt = NULL "
            "WHERE (before IS NOT NULL OR after IS NOT NULL) AND (subject = ANY(%s) "
            "OR before::text ILIKE ANY(%s) OR after::text ILIKE ANY(%s))",
            [[str(one) for one in subjects], patterns, patterns],
        )
        gone = int(cursor.rowcount)
        cursor.execute("SET LOCAL cadeira.audit_erases = 'off'")
    return gone


@transaction.atomic
def forget_actor(actor: object) -> int:
    """Take the name and the addresses of one of the team out of what they did; in how many rows.

    Called inside the salon. Their id stays, so that what one person did is told apart still; the chain holds.
    """
    if current_salon_id() is None:
        raise RuntimeError("the audit log belongs to a salon; there is none here")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cadeira.audit_erases = 'on'")
        cursor.execute(
            "UPDATE audit_entry SET actor_name = '', ip = NULL, actor_salt = NULL WHERE actor = %s "
            "AND (actor_name <> '' OR ip IS NOT NULL) AND (position IS NULL OR actor_digest IS NOT NULL)",
            [str(actor)],
        )
        gone = int(cursor.rowcount)
        cursor.execute("SET LOCAL cadeira.audit_erases = 'off'")
    return gone


def plain(word: str) -> str:
    """For LIKE."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
