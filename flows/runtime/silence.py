"""While a person talks with a guest no flow does: what is due meanwhile is held, without a timer, and goes on after.

A run stays where it waits. Holding costs nothing, however long it takes: the end of the silence is an event.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many

# As flows.jobs knows it: a wait that stood back.
AGAIN: Final = "flow.wait.again"


def silent(conversation_ids: Iterable[int]) -> set[int]:
    """In which of these conversations people answer alone; a closed one is nobody's any more.

    Ask it after the executions are locked: `on_events` waits for that lock, so nothing held is overlooked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM conversation WHERE id = ANY(%s) AND NOT bot_on AND closed_at IS NULL",
            [sorted(set(conversation_ids))],
        )
        return {pk for (pk,) in cursor.fetchall()}


def on_events(events: Sequence[Heard]) -> None:
    """What was held goes on: flows answer again (`conversation.bot_changed`), or the talk is over (`….closed`).

    A wait that ends twice by this ends once: the second time its token is old.
    """
    ended = [event.payload["conversation_id"] for event in events if event.payload.get("bot_on", True)]
    if not ended:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state->'wait'->>'token' FROM flow_execution WHERE conversation_id = ANY(%s) "
            "AND status = 'waiting' AND waiting_until <= %s ORDER BY id FOR UPDATE",
            [ended, clock.now()],
        )
        held = cursor.fetchall()
    set_many(current_salon_id(), [NewTimer(AGAIN, f"{pk}:{token}", clock.now()) for pk, token in held])
