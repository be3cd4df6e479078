"""While a person talks with a guest no flow does: what is due meanwhile is held, without a timer, and goes on after.

A run stays where it waits. Holding costs nothing, however long it takes: the end of the silence is an event.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection, transaction

from ops import clock
from ops.bell import ring
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many

# As flows.jobs knows them: a wait that stood back, a call whose answer is there, an event that somebody waits for.
AGAIN: Final = "flow.wait.again"
CALL: Final = "flow.call"
EVENT: Final = "flow.event"
# In the state of an execution: the ids of events that wait (flows.runtime.rows).
EVENTS_HELD: Final = "events_held"
# In FlowCall.response: an answer that came while people talked with the guest.
KEPT: Final = "kept"


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

    A wait that ends twice by this ends once: the second time its token is old. Who asked a program and has its answer
    by now goes on with that, however late it is.
    """
    ended = [event.payload["conversation_id"] for event in events if event.payload.get("bot_on", True)]
    if not ended:
        return
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state->'wait'->>'token', waiting_until <= %s, state->%s FROM flow_execution "
            "WHERE conversation_id = ANY(%s) AND status = 'waiting' ORDER BY id FOR UPDATE",
            [now, EVENTS_HELD, ended],
        )
        waiting = cursor.fetchall()
        cursor.execute(
            "SELECT id, attempts, execution_id FROM flow_call WHERE execution_id = ANY(%s) AND state = 'pending' "
            "AND response ? %s ORDER BY id",
            [[pk for pk, *_ in waiting], KEPT],
        )
        calls = cursor.fetchall()
    answered = {execution_id for _pk, _attempts, execution_id in calls}
    again = [NewTimer(CALL, str(pk), now, attempts) for pk, attempts, _execution_id in calls]
    again += [NewTimer(AGAIN, f"{pk}:{token}", now) for pk, token, due, _ in waiting if due and pk not in answered]
    # A version of its own each time, as the same event may have been held before.
    version = int(clock.real().timestamp() * 1000)
    again += [
        NewTimer(EVENT, f"{pk}:{event_id}", now, version)
        for pk, _token, _due, held in waiting
        for event_id in _ids(held)
    ]
    set_many(current_salon_id(), again)
    if again:
        transaction.on_commit(lambda: ring("timers"))


def _ids(held: Any) -> list[int]:
    found: list[int] = json.loads(held) if isinstance(held, str) else held or []
    return found
