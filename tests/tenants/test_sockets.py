"""The door of WebSockets, and that it closes behind whoever lost the right (I27)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator

from ops.live import group
from tenants.access.roles import Permission, Role
from tenants.access.rounds import Rounds, strangers
from tenants.access.sockets import CLOSE_FORBIDDEN, CLOSE_TRY_AGAIN, SalonConsumer
from tenants.access.tickets import Place, Ticket
from tenants.accounts.models import User
from tenants.salons.actions import add_member, remove_member, suspend_salon
from tests.tenants.people import Person
from tests.world import Browser, Salons

HOST = "aurora.cadeira.localhost:8000"


class Ear(SalonConsumer):
    """Hears the salon's news."""

    permission = Permission.INBOX_ANSWER
    recheck_s = 0.01

    async def topics(self) -> list[str]:
        return ["news"]


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database work is done in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def socket(browser: Browser | None, *, host: str = HOST, origin: str | None = None) -> WebsocketCommunicator:
    headers = [(b"host", host.encode())]
    if origin != "":
        headers.append((b"origin", (origin or f"http://{host}").encode()))
    if browser is not None:
        cookie = f"junk; __Host-session={browser.cookies['__Host-session'].value}"
        headers.append((b"cookie", cookie.encode()))
    return WebsocketCommunicator(Ear.as_asgi(), "/ws/ear/", headers=headers)


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story; its database work is done by this thread, inside the test's transaction."""
    async_to_sync(story)()


async def is_let_in(talk: WebsocketCommunicator) -> bool:
    let_in, _ = await talk.connect(timeout=5)
    if let_in:
        await talk.disconnect()
    return bool(let_in)


def test_a_member_hears_the_salons_news_and_no_others(alice: Browser, salons: Salons) -> None:
    async def story() -> None:
        talk = socket(alice)
        assert (await talk.connect(timeout=5))[0]
        layer = get_channel_layer()
        await layer.group_send(group(salons.other.pk, "news"), {"type": "live", "message": {"kind": "foreign"}})
        await layer.group_send(group(salons.aurora.pk, "news"), {"type": "live", "message": {"kind": "ours"}})
        assert await talk.receive_json_from(timeout=5) == {"kind": "ours"}
        await talk.disconnect()

    play(story)


@pytest.mark.parametrize(
    "origin",
    ["", "http://evil.test", "http://other.cadeira.localhost:8000", "http://cadeira.localhost:8000", "null"],
)
def test_a_page_of_another_host_is_refused(alice: Browser, origin: str) -> None:
    async def story() -> None:
        assert not await is_let_in(socket(alice, origin=origin))

    play(story)


@pytest.mark.parametrize("host", ["other.cadeira.localhost:8000", "cadeira.localhost:8000", "x.cadeira.localhost"])
def test_a_salons_session_is_refused_at_another_host(alice: Browser, host: str) -> None:
    async def story() -> None:
        assert not await is_let_in(socket(alice, host=host))

    play(story)


def test_strangers_and_those_without_the_right_are_refused(alice: Browser, vera: Browser, charlie: Browser) -> None:
    async def story() -> None:
        for refused in (None, vera, charlie):
            assert not await is_let_in(socket(refused))
        assert await is_let_in(socket(alice))

    play(story)


def removed(salons: Salons, bob: Browser) -> None:
    remove_member(salons.aurora, bob.user)


def demoted(salons: Salons, bob: Browser) -> None:
    add_member(salons.aurora, bob.user, role=Role.VIEWER)


def switched_off(salons: Salons, bob: Browser) -> None:
    User.objects.filter(pk=bob.user.pk).update(is_active=False)


def logged_out(salons: Salons, bob: Browser) -> None:
    bob.logout()


def new_password(salons: Salons, bob: Browser) -> None:
    bob.user.set_password("outro gato")
    bob.user.save()


def suspended(salons: Salons, bob: Browser) -> None:
    from tenants.salons import hosts

    suspend_salon(salons.aurora)
    hosts._salon_at.cache_clear()


@pytest.mark.parametrize("change", [removed, demoted, switched_off, logged_out, new_password, suspended])
def test_i27_an_open_socket_closes_when_the_right_goes(
    bob: Browser, salons: Salons, change: Callable[[Salons, Browser], None]
) -> None:
    async def story() -> None:
        talk = socket(bob)
        assert (await talk.connect(timeout=5))[0]
        await sync_to_async(change)(salons, bob)
        closed = await talk.receive_output(timeout=5)
        assert closed == {"type": "websocket.close", "code": CLOSE_FORBIDDEN}

    play(story)


def test_i27_the_rights_are_asked_again_within_five_seconds() -> None:
    assert SalonConsumer.recheck_s < 5


def test_a_socket_closes_when_its_rights_cannot_be_asked(bob: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_sockets: Any) -> Any:
        raise RuntimeError("no database")

    async def story() -> None:
        talk = socket(bob)
        assert (await talk.connect(timeout=5))[0]
        monkeypatch.setattr("tenants.access.rounds.strangers", fail)
        assert (await talk.receive_output(timeout=5))["code"] == CLOSE_TRY_AGAIN

    play(story)


class Sitting:
    """A socket that does nothing but stay."""

    permission = Permission.INBOX_SEE

    def __init__(self, ticket: Ticket) -> None:
        self.ticket, self.place, self.code = ticket, Place(0, 0, 0), 0
        self.is_out = False

    def lets_in(self, place: Place) -> bool:
        return place.may(self.permission)

    def take_place(self, place: Place) -> None:
        self.place = place

    async def settled(self) -> None:
        """Nothing to tell."""

    async def close(self, code: Any = None) -> None:
        self.code = code


def test_a_round_asks_no_more_for_a_hundred_sockets_than_for_one(
    alice: Browser, bob: Browser, charlie: Browser, django_assert_max_num_queries: Any
) -> None:
    def of(browser: Browser, host: str = HOST) -> Sitting:
        return Sitting(Ticket(host.partition(":")[0], browser.cookies["__Host-session"].value))

    inside = [of(person) for person in (alice, bob) for _ in range(50)]
    foreign = of(charlie)
    strangers([inside[0]])  # what a process looks up once
    with django_assert_max_num_queries(6):
        assert strangers([*inside, foreign]) == [foreign]
    assert {one.place.role for one in inside} == {Role.OWNER, Role.RECEPTIONIST}
    assert [one.place.member_id for one in inside[::50]] == [alice.member.pk, bob.member.pk]


def test_news_take_no_turn_in_the_databases_thread(alice: Browser, salons: Salons, monkeypatch: Any) -> None:
    monkeypatch.setattr(Ear, "recheck_s", 60)
    asked: list[int] = []

    async def story() -> None:
        talk = socket(alice)
        assert (await talk.connect(timeout=5))[0]
        monkeypatch.setattr("channels.db.close_old_connections", lambda: asked.append(1))
        for number in range(3):
            await get_channel_layer().group_send(
                group(salons.aurora.pk, "news"), {"type": "live", "message": {"kind": str(number)}}
            )
            assert await talk.receive_json_from(timeout=5) == {"kind": str(number)}
        assert not asked
        await talk.disconnect()

    play(story)


def test_what_cannot_be_asked_of_one_salon_closes_no_socket_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, sick = Sitting(Ticket("a", "1")), Sitting(Ticket("b", "2"))

    def ask(guests: Any) -> list[Any]:
        if sick in guests:
            raise RuntimeError("the schema is away")
        return []

    async def story() -> None:
        monkeypatch.setattr("tenants.access.rounds.strangers", ask)
        walk = Rounds(0.01)
        walk.enter(sound, 1)
        walk.enter(sick, 2)
        while not sick.code:
            await asyncio.sleep(0.01)
        walk.leave(sound)

    play(story)
    assert (sound.code, sick.code) == (0, CLOSE_TRY_AGAIN)


def test_i27_a_peer_that_reads_nothing_keeps_no_other_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(Sitting):
        async def close(self, code: Any = None) -> None:
            await asyncio.Event().wait()

    async def story() -> None:
        monkeypatch.setattr("tenants.access.rounds.strangers", list)
        monkeypatch.setattr("tenants.access.rounds.CLOSE_WAIT_S", 0.05)
        deaf, beside, later = Deaf(Ticket("a", "1")), Sitting(Ticket("a", "2")), Sitting(Ticket("a", "3"))
        walk = Rounds(0.01)
        walk.enter(deaf, 1)
        walk.enter(beside, 1)
        async with asyncio.timeout(5):
            while not beside.code:
                await asyncio.sleep(0.01)
            assert deaf.is_out
            walk.enter(later, 1)
            while not later.code:
                await asyncio.sleep(0.01)

    play(story)


def test_i27_who_was_turned_out_hears_nothing_more(alice: Browser, salons: Salons, monkeypatch: Any) -> None:
    monkeypatch.setattr(Ear, "recheck_s", 60)
    ears: list[Ear] = []

    async def joined(ear: Ear) -> None:
        ears.append(ear)

    monkeypatch.setattr(Ear, "joined", joined)

    async def story() -> None:
        talk = socket(alice)
        assert (await talk.connect(timeout=5))[0]
        while not ears:
            await asyncio.sleep(0)
        ears[0].is_out = True
        await get_channel_layer().group_send(group(salons.aurora.pk, "news"), {"type": "live", "message": {}})
        await ears[0].send_json({})
        assert await talk.receive_nothing(timeout=0.1)
        await talk.disconnect()

    play(story)


def test_logging_out_closes_the_sockets_of_that_login(dora_inside: Person, dora: User) -> None:
    client: Any = dora_inside.at(HOST)

    async def story() -> None:
        talk = socket(client)
        assert (await talk.connect(timeout=5))[0]
        await sync_to_async(dora_inside.send)("/accounts/logout/")
        assert (await talk.receive_output(timeout=5))["code"] == CLOSE_FORBIDDEN

    play(story)
