"""Another plan: what waited for the next period is asked about again."""

from collections.abc import Sequence

from django.db import connection, transaction

from billing.quotas import outbound
from channels_wa.outbox.dispatcher import wake
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id


def on_changed(events: Sequence[Heard]) -> None:
    """`subscription.changed`: what waits for the next period is asked about again at once."""
    salon_id = current_salon_id()
    if not events or salon_id is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s, reason = '' WHERE salon_id = %s AND state = 'queued' "
            "AND (reason = %s OR starts_with(reason, 'subscription_')) RETURNING lane",
            [clock.now(), salon_id, outbound.REASON],
        )
        lanes = {lane for (lane,) in cursor.fetchall()}
        transaction.on_commit(lambda: wake(*lanes))
