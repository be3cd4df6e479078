"""Epochs: a restored database starts in quarantine, and nothing old is sent until an operator releases it (I29)."""

from django.db import connection, transaction

# Read in statements that write or claim items; without the row it is epoch 0.
CURRENT = "COALESCE((SELECT e.current FROM public.outbox_epoch e WHERE e.id = 1), 0)"


def current() -> int:
    """The epoch that is being sent."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CURRENT}")
        return int(cursor.fetchone()[0])


def quarantine() -> int:
    """Begin a new epoch: what is open now waits until it is released. The new epoch. Called by a restore."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.outbox_epoch AS e (id, current) VALUES (1, 1) "
            "ON CONFLICT (id) DO UPDATE SET current = e.current + 1 RETURNING current"
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def release(epoch: int) -> int:
    """Let the open items of a quarantined epoch be sent after all; how many. ValueError for the current one."""
    if epoch >= current():
        raise ValueError(f"epoch {epoch} is not in quarantine")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE public.outbox_item SET epoch = {CURRENT} WHERE epoch = %s AND state <> 'settled'", [epoch]
        )
        return int(cursor.rowcount)


def held() -> dict[int, int]:
    """How many open items lie in quarantine, by epoch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT epoch, count(*) FROM public.outbox_item "
            f"WHERE state IN ('queued', 'sending', 'unknown') AND epoch < {CURRENT} GROUP BY epoch ORDER BY epoch"
        )
        return dict(cursor.fetchall())
