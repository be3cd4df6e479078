"""A number that was disconnected sends nothing, and what waited for it says why (WA-011, I13)."""

from typing import Any
from uuid import uuid4

from channels_wa.numbers.actions import disconnect
from channels_wa.numbers.models import Number
from channels_wa.outbox import disconnected
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import run_in_salon
from tests.outbox.conftest import Out


def hear(out: Out) -> None:
    event = Heard(1, uuid4(), "number.disconnected", out.number.public_id, 1, {"number_id": out.number.pk}, clock.now())
    run_in_salon(out.salon_id, lambda: disconnected.on_events([event]))


def test_what_waits_is_taken_back_with_the_reason(out: Out) -> None:
    one = out.say()
    disconnect(out.number)
    hear(out)
    hear(out)
    assert out.shown(one) == ("cancelled", "number_disconnected")
    assert out.run() == 0 and not out.phone.sent


def test_nothing_new_is_taken(out: Out, settings: Any) -> None:
    settings.OUTBOUND_CHECKS = ["channels_wa.outbox.disconnected.check"]
    disconnect(out.number)
    assert out.shown(out.say()) == ("cancelled", "number_disconnected")


def test_what_waits_stays_where_the_number_came_back_meanwhile(out: Out) -> None:
    one = out.say()
    disconnect(out.number)
    Number.objects.filter(pk=out.number.pk).update(state="active")
    hear(out)
    assert out.status(one) == "queued"
