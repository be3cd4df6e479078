"""Missed reply: the guest wrote, and for so many minutes neither a flow nor a person answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from channels_wa.inbound.steps import Incoming
from flows.runtime.starting import Wish, start_many
from flows.triggers.lineup import Candidate, lineup
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_missing
from ops.timers.registry import Due

MISSED: Final = "flow.missed"


def watch(batch: Sequence[Incoming], flows: Sequence[Candidate]) -> None:
    """Look again after the minutes of each flow that wants to know; a look that is planned already stays."""
    waiting = [(flow, minutes) for flow in flows if (minutes := _minutes(flow))]
    if not waiting or not batch:
        return
    set_missing(
        current_salon_id(),
        [
            NewTimer(MISSED, f"{flow.flow_id}:{one.conversation_id}", one.at + timedelta(minutes=minutes))
            for one in batch
            for flow, minutes in waiting
        ],
    )


def look(due: Sequence[Due]) -> None:
    """Begin where the guest still waits; where somebody answered and they wrote again, look again at its time."""
    salon_id = current_salon_id() or 0
    asked = [tuple(map(int, one.subject.split(":"))) for one in due]
    flows = {one.flow_id: one for one in lineup(salon_id, {flow_id for flow_id, _talk in asked})}
    since = _unanswered_since([talk for _flow_id, talk in asked])
    wishes, later = [], []
    for flow_id, talk in asked:
        minutes = _minutes(flows[flow_id]) if flow_id in flows else None
        if minutes is None or talk not in since:
            continue
        contact_id, at = since[talk]
        ripe = at + timedelta(minutes=minutes)
        if ripe <= clock.now():
            wishes.append(Wish(flow_id, contact_id, "missed_reply", {"on": "missed_reply", "minutes": minutes}))
        else:
            # A version of its own: the timer that fires now is finished beside it.
            later.append(NewTimer(MISSED, f"{flow_id}:{talk}", ripe, int(ripe.timestamp())))
    set_missing(salon_id, later)
    start_many(wishes)


def _minutes(flow: Candidate) -> int | None:
    return min((one.minutes for one in flow.of_kind("missed_reply") if one.minutes), default=None)


def _unanswered_since(conversation_ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Contact, and when they first wrote what nobody has answered, by open conversation in which flows may answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.id, v.contact_id, first.at FROM conversation v CROSS JOIN LATERAL ("
            "SELECT min(m.at) AS at FROM message m WHERE m.conversation_id = v.id AND m.direction = 'in' AND m.id > "
            "COALESCE((SELECT max(o.id) FROM message o WHERE o.conversation_id = v.id AND o.direction = 'out' "
            "AND o.status <> 'cancelled' AND o.type <> 'reaction'), 0)) first "
            "WHERE v.id = ANY(%s) AND v.last_direction = 'in' AND v.closed_at IS NULL AND v.bot_on "
            "AND first.at IS NOT NULL",
            [list(conversation_ids)],
        )
        return {pk: (contact_id, at) for pk, contact_id, at in cursor.fetchall()}
