"""A host that fails again and again is left alone for a while, so that a flow need not wait for it each time."""

from collections.abc import Collection
from datetime import timedelta

from django.db import connection

from flows.models import FlowCircuit
from ops import clock

OPENS_AFTER = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
# The one call that tries whether the host is back may take so long.
TRIES_FOR = timedelta(seconds=90)


def resting(hosts: Collection[str]) -> set[str]:
    """Hosts that are not to be called now. One whose rest is over may be called once; the others go on resting."""
    found = set()
    for circuit in FlowCircuit.objects.filter(host__in=hosts, in_a_row__gte=OPENS_AFTER):
        if circuit.open_until and circuit.open_until > clock.now():
            found.add(circuit.host)
            continue
        before = circuit.open_until
        # Of several processes one tries.
        tries = FlowCircuit.objects.filter(host=circuit.host, open_until=before)
        if not tries.update(open_until=clock.now() + TRIES_FOR):
            found.add(circuit.host)
    return found


def note(host: str, *, worked: bool) -> bool:
    """Keep what a call came to; whether the host begins to rest now."""
    if worked:
        FlowCircuit.objects.filter(host=host).delete()
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flow_circuit (host, in_a_row) VALUES (%s, 1) "
            "ON CONFLICT (host) DO UPDATE SET in_a_row = flow_circuit.in_a_row + 1 RETURNING in_a_row",
            [host],
        )
        (in_a_row,) = cursor.fetchone()
    if in_a_row < OPENS_AFTER:
        return False
    rest = min(FIRST_REST * 2 ** min(in_a_row - OPENS_AFTER, 10), LONGEST_REST)
    FlowCircuit.objects.filter(host=host).update(open_until=clock.now() + rest)
    return bool(in_a_row == OPENS_AFTER)
