"""FR-DB-002: an open calendar hears of each change, and somebody with one column of no other's."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from crm.bookings.actions import moving, states
from crm.bookings.actions.blocking import block
from crm.bookings.calendar import live
from ops.live import publish as publish_now
from ops.salon import inside
from tests.bookings.calendar.conftest import Desk
from tests.bookings.conftest import Chair
from tests.portal.sockets import Socket, play


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's database work is done in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What open calendars were told."""
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(live, "_on_commit", said.append)
    return said


def test_calendars_are_told_of_each_change_without_a_word_of_it(chair: Chair, told: list[dict[str, Any]]) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        moving.move(booking, chair.at("12:00"), by=None, professional=chair.bia.pk)
        states.confirm(booking, by=None)
        blocked = block(chair.ana, chair.at("13:00"), chair.at("14:00"), by=None)
    versions = [(one["id"], one["version"]) for one in told]
    assert versions == [(str(booking.public_id), n) for n in (1, 2, 3)] + [(str(blocked.public_id), 1)]
    assert told[1]["people"] == sorted([str(chair.ana.public_id), str(chair.bia.public_id)])
    assert "Carla" not in json.dumps(told)


def test_a_socket_says_how_new_the_calendar_is_and_keeps_other_columns_from_who_has_one(
    own_desk: Desk, chair: Chair
) -> None:
    """Bob is Bia: Ana's visit is no news for him, one that leaves his column is."""
    anas, was_bias = chair.book("10:00"), chair.book("12:00", who=chair.bia)
    with inside(chair.salon_id):
        seq = live.newest()
        gone = moving.move(was_bias, chair.at("15:00"), by=None, professional=chair.ana.pk)

    def news(*rows: Any) -> dict[str, Any]:
        return {"kind": "calendar", "news": list(rows), "all": False}

    def row(booking: Any, *people: Any) -> dict[str, Any]:
        return {"id": str(booking.public_id), "version": booking.version, "people": [str(p.public_id) for p in people]}

    async def story() -> None:
        socket = Socket(own_desk.browser, "/ws/calendar/?after=0")
        assert (await socket.connect(timeout=5))[0]
        assert (await socket.receive_json_from(timeout=5))["seq"] > seq
        publish = sync_to_async(publish_now)
        await publish(chair.salon_id, live.TOPIC, news(row(anas, chair.ana)))
        await publish(chair.salon_id, live.TOPIC, news(row(gone, chair.ana, chair.bia)))
        heard = await socket.receive_json_from(timeout=5)
        assert heard["changed"] == [[str(gone.public_id), 2]]
        await socket.disconnect()

    play(story)
