"""I27, TN-005: what was taken back closes the open socket of the one flow within five seconds."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from flows.console.consumers import ConsoleConsumer
from flows.models import Flow
from ops.salon import inside
from tenants.access.rounds import CLOSE_FORBIDDEN, strangers
from tenants.sharing.models import Share
from tests.tenants.sharing.conftest import Give
from tests.tenants.test_sockets import HOST, play
from tests.world import Browser

Close = Callable[..., None]


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    monkeypatch.setattr(ConsoleConsumer, "recheck_s", 0.01)


def watch(browser: Browser, flow: Flow) -> WebsocketCommunicator:
    cookie = f"__Host-session={browser.cookies['__Host-session'].value}"
    headers = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode()), (b"cookie", cookie.encode())]
    made = WebsocketCommunicator(ConsoleConsumer.as_asgi(), f"/ws/flows/{flow.public_id}/console/", headers=headers)
    made.scope["url_route"] = {"kwargs": {"public_id": str(flow.public_id)}}
    return made


def taken_back(browser: Browser) -> None:
    with inside(browser.salon.pk):
        Share.objects.all().delete()


def test_a_socket_ends_with_the_right(bob: Browser, flow: Flow, second: Flow, give: Give) -> None:
    give(flow, bob)

    async def story() -> None:
        assert not (await watch(bob, second).connect(timeout=5))[0]
        talk = watch(bob, flow)
        assert (await talk.connect(timeout=5))[0]
        await sync_to_async(taken_back)(bob)
        assert (await talk.receive_output(timeout=5))["code"] == CLOSE_FORBIDDEN

    play(story)


def test_closed_to_a_role_it_ends_too(bob: Browser, flow: Flow, close: Close, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bob as of a role that sees all runs, and no shares."""
    from tenants.access.roles import Permission, Rights

    held = Rights("custom-runs", frozenset({Permission.FLOWS_SEE, Permission.EXECUTIONS_SEE, Permission.INBOX_SEE}))
    monkeypatch.setattr("tenants.access.tickets.rights_of", lambda role, stored: held)

    async def story() -> None:
        talk = watch(bob, flow)
        assert (await talk.connect(timeout=5))[0]
        await sync_to_async(close)(flow)
        assert (await talk.receive_output(timeout=5))["code"] == CLOSE_FORBIDDEN

    play(story)


def test_a_round_asks_once_for_all_that_were_given_something(
    bob: Browser, vera: Browser, flow: Flow, give: Give, django_assert_max_num_queries: Any
) -> None:
    from tenants.access.tickets import Ticket

    for one in (bob, vera):
        give(flow, one)

    def seat(browser: Browser) -> ConsoleConsumer:
        made = ConsoleConsumer()
        made.ticket = Ticket(HOST.partition(":")[0], browser.cookies["__Host-session"].value)
        made.scope = {"url_route": {"kwargs": {"public_id": str(flow.public_id)}}}
        return made

    seats: list[Any] = [seat(one) for one in (bob, vera) for _ in range(20)]
    strangers(seats[:1])  # what a process looks up once
    with django_assert_max_num_queries(8):
        assert strangers(seats) == []
