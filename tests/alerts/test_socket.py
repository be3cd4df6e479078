"""The socket /ws/alerts/: live, in the reader's language, for this salon's people only (WA-013, OB-004, I27)."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from ops.live import group
from ops.salon import inside
from tenants.access.roles import Role
from tenants.alerts.actions import acknowledge, clear_alert
from tenants.alerts.consumers import AlertsConsumer
from tenants.alerts.models import Alert
from tenants.salons.actions import add_member
from tests.alerts.conftest import tell
from tests.portal.sockets import Socket, play
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db
LOOK = {"type": "live", "message": {"kind": "look"}}


async def opened(person: Browser, path: str = "/ws/alerts/") -> tuple[Socket, dict[str, Any]]:
    """A socket that is let in, and the first it says."""
    socket = Socket(person, path)
    assert (await socket.connect(timeout=5))[0]
    return socket, await socket.receive_json_from(timeout=5)


async def ring(salons: Salons) -> None:
    await get_channel_layer().group_send(group(salons.aurora.pk, "alerts"), LOOK)


def test_it_says_what_is_open_first(salons: Salons, alice: Browser) -> None:
    tell(salons)

    async def story() -> None:
        socket, first = await opened(alice)
        assert (first["kind"], first["count"]) == ("open", 1)
        assert first["alerts"][0]["title"] == "The number +55 11 1111-1111 is stopped"
        await socket.disconnect()

    play(story)


def test_an_alert_comes_while_one_looks_and_goes(salons: Salons, alice: Browser) -> None:
    async def story() -> None:
        socket, _first = await opened(alice)
        await sync_to_async(tell)(salons)
        await ring(salons)
        raised = await socket.receive_json_from(timeout=5)
        assert (raised["kind"], raised["level"], raised["count"]) == ("alert", "critical", 1)
        assert 'id="alert-bell-top"' in raised["html"] and 'id="alert-bell-side"' in raised["html"]
        await sync_to_async(clear_alert)(salons.aurora.pk, "number:1:stopped")
        await ring(salons)
        cleared = await socket.receive_json_from(timeout=5)
        assert (cleared["kind"], cleared["id"], cleared["count"]) == ("cleared", raised["id"], 0)
        await socket.disconnect()

    play(story)


def test_what_was_missed_comes_after_a_lost_socket(salons: Salons, alice: Browser) -> None:
    tell(salons)
    with inside(salons.aurora.pk):
        seen = Alert.objects.get().pk
    tell(salons, key="missed")

    async def story() -> None:
        socket, first = await opened(alice, f"/ws/alerts/?after={seen}&again=1")
        assert len(first["alerts"]) == 2
        missed = await socket.receive_json_from(timeout=5)
        assert (missed["kind"], missed["seq"] > seen) == ("alert", True)
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_a_page_that_has_them_gets_no_toast_again(salons: Salons, alice: Browser) -> None:
    tell(salons)
    with inside(salons.aurora.pk):
        seen = Alert.objects.get().pk

    async def story() -> None:
        socket, _first = await opened(alice, f"/ws/alerts/?after={seen}")
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_the_bell_of_others_falls_silent_when_one_takes_care(salons: Salons, alice: Browser, bob: Browser) -> None:
    tell(salons)

    def take() -> None:
        with inside(salons.aurora.pk):
            acknowledge(Alert.objects.get().public_id, by=bob.member)

    async def story() -> None:
        socket, _first = await opened(alice)
        await socket.receive_json_from(timeout=5)
        await sync_to_async(take)()
        await ring(salons)
        told = await socket.receive_json_from(timeout=5)
        assert (told["kind"], told["count"]) == ("count", 0)
        await socket.disconnect()

    play(story)


def test_news_that_are_lost_are_found(salons: Salons, alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey is a doorbell: without it the socket looks by itself."""
    monkeypatch.setattr("tenants.alerts.consumers.AlertsConsumer.look_s", 0.05)

    async def story() -> None:
        socket, _first = await opened(alice)
        await sync_to_async(tell)(salons)
        assert (await socket.receive_json_from(timeout=5))["kind"] == "alert"
        await socket.disconnect()

    play(story)


def test_strangers_other_salons_and_those_without_the_right_are_refused(vera: Browser, charlie: Browser) -> None:
    async def story() -> None:
        refused: list[Any] = [None, vera, charlie]
        for person in refused:
            assert await Socket(person, "/ws/alerts/").refusal() == 4403

    play(story)


def test_who_loses_the_right_loses_the_socket(salons: Salons, bob: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """I27: within five seconds; here sooner."""
    monkeypatch.setattr(AlertsConsumer, "recheck_s", 0.05)

    async def story() -> None:
        socket, _first = await opened(bob)
        await sync_to_async(add_member)(salons.aurora, bob.user, role=Role.VIEWER)
        closed = await socket.receive_output(timeout=5)
        assert closed["code"] == 4403

    play(story)


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "%27", ""])
def test_odd_numbers_do_no_harm(alice: Browser, after: str) -> None:
    async def story() -> None:
        socket, first = await opened(alice, f"/ws/alerts/?after={after}")
        assert first["kind"] == "open"
        await socket.disconnect()

    play(story)
