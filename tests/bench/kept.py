"""Deliveries put where the gate puts them, without a gate."""

import time
from collections.abc import Iterable

from channels_wa.gate.delivery import delivery_box
from ops.ids import uuid7
from tests.bench.house import House
from tests.load import Request, body_of


def keep_all(house: House, requests: Iterable[Request]) -> int:
    """Store them in one transaction; how many."""
    box, count, moment = delivery_box(), 0, time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
    with house.database.transaction(), house.database.cursor() as cursor:
        with cursor.copy("COPY public.delivery (id, received_at, signature, raw) FROM STDIN") as copy:
            for request in requests:
                identifier = uuid7()
                copy.write_row((identifier, moment, "", box.seal(body_of(request), identifier.bytes)))
                count += 1
    house.database.execute("ANALYZE public.delivery")
    return count
