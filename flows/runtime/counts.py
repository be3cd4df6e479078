"""How often each node was reached and each edge taken, by version and day of the salon: the numbers on the canvas."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from flows.engine.inputs import Started

if TYPE_CHECKING:
    from flows.runtime.running import Turn

NODE, EDGE = "node", "edge"
# (flow, version, node or edge, its id)
_Key = tuple[int, int, str, str]


def add(turns: Sequence["Turn"], day: date) -> None:
    """Count the steps of a batch by one statement; the last of its transaction, as others wait for these rows."""
    found = counted(turns)
    if not found:
        return
    # Everybody locks in one order, so that two batches of a salon never wait for each other.
    keys = sorted(found)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flow_count (flow_id, version_id, day, kind, name, count) "
            "SELECT flow_id, version_id, %s, kind, name, count "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[]) "
            "AS new(flow_id, version_id, kind, name, count) "
            "ON CONFLICT (version_id, day, kind, name) DO UPDATE SET count = flow_count.count + EXCLUDED.count",
            [
                day,
                [key[0] for key in keys],
                [key[1] for key in keys],
                [key[2] for key in keys],
                [key[3] for key in keys],
                [found[key] for key in keys],
            ],
        )


def counted(turns: Sequence["Turn"]) -> "Counter[_Key]":
    """Arrivals at nodes and departures by edges. A node that goes on after a wait was reached when the wait began."""
    found: Counter[_Key] = Counter()
    for turn in turns:
        if turn.outcome is None:
            continue
        flow_id, version_id = turn.execution.flow_id, turn.execution.version_id
        goes_on = not isinstance(turn.said, Started)
        for number, one in enumerate(turn.outcome.steps):
            if number or not goes_on:
                found[flow_id, version_id, NODE, one.node] += 1
            if one.edge:
                found[flow_id, version_id, EDGE, one.edge] += 1
    return found
