"""The inbox's socket: new messages, their statuses and the list's lines, for members of this salon only."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from channels_wa.messages.models import Message, StatusEvent
from crm.inbox import consumers
from ops import clock
from ops.live import group
from ops.salon import inside
from tests.portal.conftest import Guest
from tests.portal.sockets import Socket, play
from tests.world import Browser, Salons

CANARY = "<img src=x onerror=alert(1)>"


def newest(guest: Guest) -> int:
    with inside(guest.salon_id):
        return Message.objects.latest("pk").pk


async def tell(salon_id: int, guest: Guest, message: Message, kind: str = "messages") -> None:
    news = {"kind": kind, "messages": [message.pk], "conversations": [guest.conversation.pk]}
    await get_channel_layer().group_send(group(salon_id, "inbox"), {"type": "live", "message": news})


def heard_by(person: Browser, guest: Guest, text: str, **fields: Any) -> dict[str, Any]:
    """What a person's socket gets when this is written."""
    found: dict[str, Any] = {}
    after = newest(guest)

    async def story() -> None:
        socket = Socket(person, f"/ws/inbox/?after={after}")
        assert (await socket.connect(timeout=5))[0]
        message = await sync_to_async(guest.wrote)(text, **fields)
        await tell(guest.salon_id, guest, message)
        found.update(await socket.receive_json_from(timeout=5))
        await socket.disconnect()

    play(story)
    return found


def test_a_message_arrives_with_its_line_of_the_list(alice: Browser, guest: Guest) -> None:
    heard = heard_by(alice, guest, "quero marcar")
    assert "quero marcar" in heard["html"]
    assert f'id="conversation-{guest.conversation.public_id}"' in heard["rows"]
    assert heard["arrived"] == [str(guest.conversation.public_id)]
    assert heard["states"] == {str(guest.conversation.public_id): "free/bot"}


def test_markup_of_a_guest_stays_text(alice: Browser, guest: Guest) -> None:
    html = heard_by(alice, guest, CANARY)["html"]
    assert "<img" not in html
    assert "&lt;img" in html


def test_only_who_may_answer_gets_the_button(alice: Browser, vera: Browser, guest: Guest) -> None:
    failed: dict[str, Any] = {"direction": "out", "status": "failed", "reason": "131026 no"}
    assert "/retry/" in heard_by(alice, guest, "a", **failed)["html"]
    assert "/retry/" not in heard_by(vera, guest, "b", **failed)["html"]


def test_after_a_lost_socket_the_page_reads_itself_again(alice: Browser, guest: Guest) -> None:
    """Statuses have no number of their own, so only the page knows what it shows."""
    before = newest(guest)
    missed = guest.wrote("meanwhile")

    async def story() -> None:
        socket = Socket(alice, f"/ws/inbox/?after={before}&again=1")
        assert (await socket.connect(timeout=5))[0]
        assert (await socket.receive_json_from(timeout=5))["kind"] == "gap"
        assert (await socket.receive_json_from(timeout=5))["seq"] == missed.pk
        await socket.disconnect()

    play(story)


def heard_since(person: Browser, guest: Guest, since: str) -> list[Any]:
    """What a first socket of a page that was made then gets at once."""
    found: list[Any] = []
    after = newest(guest)

    async def story() -> None:
        socket = Socket(person, f"/ws/inbox/?{urlencode({'after': after, 'since': since})}")
        assert (await socket.connect(timeout=5))[0]
        if not await socket.receive_nothing():
            found.append(await socket.receive_json_from(timeout=5))
        await socket.disconnect()

    play(story)
    return found


def told_of(guest: Guest, message: Message, ago: timedelta) -> None:
    """A status of it came so long ago."""
    with inside(guest.salon_id):
        StatusEvent.objects.create(message_id=message.pk, status="read", received_at=clock.now() - ago)


def test_a_status_that_came_before_the_socket_was_open_is_told(alice: Browser, guest: Guest) -> None:
    ours = guest.wrote("Oi!", direction="out", status="read")
    told_of(guest, ours, timedelta(seconds=1))
    [heard] = heard_since(alice, guest, (clock.now() - timedelta(seconds=2)).isoformat())
    assert (heard["kind"], heard["seq"]) == ("messages", 0)
    assert f'id="message-{ours.public_id}"' in heard["html"]


def test_one_that_the_page_knows_is_not(alice: Browser, guest: Guest) -> None:
    told_of(guest, guest.wrote("Oi!", direction="out", status="read"), timedelta(minutes=1))
    assert heard_since(alice, guest, clock.now().isoformat()) == []


@pytest.mark.parametrize("since", ["", "yesterday", "2026-12-02T10:00:00", "9" * 400])
def test_a_moment_that_is_none_asks_for_nothing(alice: Browser, guest: Guest, since: str) -> None:
    told_of(guest, guest.wrote("Oi!", direction="out", status="read"), timedelta(seconds=1))
    assert heard_since(alice, guest, since) == []


def test_a_moment_at_the_end_of_time_brings_nothing(alice: Browser, guest: Guest) -> None:
    told_of(guest, guest.wrote("Oi!", direction="out", status="read"), timedelta(seconds=1))
    assert heard_since(alice, guest, "9999-12-31T23:59:59-23:59") == []


def test_a_page_that_is_old_reads_itself_again(alice: Browser, guest: Guest) -> None:
    assert heard_since(alice, guest, (clock.now() - timedelta(hours=1)).isoformat()) == [{"kind": "gap"}]


def test_who_missed_too_much_gets_a_gap(alice: Browser, guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "MOST_MISSED", 1)
    before = newest(guest)
    guest.wrote("one")
    last = guest.wrote("two")

    async def story() -> None:
        socket = Socket(alice, f"/ws/inbox/?after={before}")
        assert (await socket.connect(timeout=5))[0]
        assert await socket.receive_json_from(timeout=5) == {"kind": "gap", "seq": last.pk}
        await socket.disconnect()

    play(story)


def test_strangers_and_other_salons_are_refused(alice: Browser, charlie: Browser, guest: Guest, salons: Salons) -> None:
    async def story() -> None:
        refused: list[Any] = [None, charlie]
        for person in refused:
            assert await Socket(person, "/ws/inbox/").refusal() == 4403
        assert await Socket(alice, "/ws/inbox/", host="other.cadeira.localhost:8000").refusal() == 4403

    play(story)


def test_news_of_one_salon_never_reach_another(charlie: Browser, guest: Guest) -> None:
    async def story() -> None:
        socket = Socket(charlie, "/ws/inbox/?after=0", host="other.cadeira.localhost:8000")
        assert (await socket.connect(timeout=5))[0]
        await tell(guest.salon_id, guest, await sync_to_async(guest.wrote)("secret"))
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)
