"""Colleagues in one conversation: who has it open, who is answering, and that it goes by itself (CR-002)."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from crm.inbox import news
from crm.inbox.news import News, Reader
from crm.inbox.presence import OPEN_S, TYPING_S, Presence
from ops.live import group
from tenants.access.roles import built_in
from tests.inbox.conftest import Guest, NewTalk, Rule, change_talk
from tests.portal.sockets import Socket, play
from tests.world import Browser


class Clock:
    """Seconds, as one sets them."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def said(socket: str, name: str = "Bob", **more: Any) -> dict[str, Any]:
    return {
        "conversation": "c",
        "socket": socket,
        "member": name.lower(),
        "name": name,
        "typing": False,
        "left": False,
        **more,
    }


def test_who_says_it_is_there_until_it_is_not_said_any_more() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.note(said("1"))
    assert presence.people("c") == [{"id": "bob", "name": "Bob", "typing": False}]
    clock.now += OPEN_S
    assert presence.people("c") == []
    assert presence.conversations() == []


def test_typing_ends_before_being_there_does() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.note(said("1", typing=True))
    presence.note(said("1"))
    assert presence.people("c")[0]["typing"]
    clock.now += TYPING_S
    assert not presence.people("c")[0]["typing"]


def test_a_person_with_two_pages_is_one_and_leaves_with_the_last() -> None:
    presence = Presence(Clock())
    for socket in "12":
        presence.note(said(socket, typing=socket == "1"))
    presence.note(said("3", "Ana"))
    assert [(one["name"], one["typing"]) for one in presence.people("c")] == [("Ana", False), ("Bob", True)]
    presence.note(said("1", left=True))
    assert [one["name"] for one in presence.people("c")] == ["Ana", "Bob"]
    presence.note(said("2", left=True))
    assert [one["name"] for one in presence.people("c")] == ["Ana"]


async def opened(person: Browser, **options: Any) -> Socket:
    socket = Socket(person, "/ws/inbox/?after=0", **options)
    assert (await socket.connect(timeout=5))[0]
    return socket


async def heard(socket: Socket, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while (message := await socket.receive_json_from(timeout=5))["kind"] != kind:
        pass
    return dict(message)


def test_one_sees_who_is_answering(guest: Guest, alice: Browser, bob: Browser) -> None:
    talk = str(guest.conversation.public_id)

    async def story() -> None:
        ours, theirs = await opened(alice), await opened(bob)
        await theirs.send_json_to({"kind": "watch", "conversation": talk})
        here = await heard(ours, "presence")
        assert (here["conversation"], [(one["name"], one["typing"]) for one in here["people"]]) == (
            talk,
            [("Bob", False)],
        )
        await theirs.send_json_to({"kind": "typing", "conversation": talk})
        assert [one["typing"] for one in (await heard(ours, "presence"))["people"]] == [True]
        late = await opened(alice)
        assert [one["name"] for one in (await heard(late, "presence"))["people"]] == ["Bob"]
        await theirs.send_json_to({"kind": "watch", "conversation": None})
        assert (await heard(ours, "presence"))["people"] == []
        for socket in (ours, theirs, late):
            await socket.disconnect()

    play(story)


def test_a_closed_page_is_nowhere(guest: Guest, alice: Browser, bob: Browser) -> None:
    async def story() -> None:
        ours, theirs = await opened(alice), await opened(bob)
        await theirs.send_json_to({"kind": "watch", "conversation": str(guest.conversation.public_id)})
        assert (await heard(ours, "presence"))["people"]
        await theirs.disconnect()
        assert (await heard(ours, "presence"))["people"] == []
        await ours.disconnect()

    play(story)


def test_who_may_only_look_types_nothing(guest: Guest, alice: Browser, vera: Browser) -> None:
    talk = str(guest.conversation.public_id)

    async def story() -> None:
        ours, theirs = await opened(alice), await opened(vera)
        await theirs.send_json_to({"kind": "watch", "conversation": talk})
        await heard(ours, "presence")
        await theirs.send_json_to({"kind": "typing", "conversation": talk})
        assert await ours.receive_nothing()
        await ours.disconnect()
        await theirs.disconnect()

    play(story)


@pytest.mark.parametrize(
    "text", ["x", "[]", "null", '{"kind": "watch"}', '{"kind": "watch", "conversation": 1}', "{" * 1000]
)
def test_what_is_not_understood_is_no_reason_to_fail(guest: Guest, alice: Browser, text: str) -> None:
    async def story() -> None:
        socket = await opened(alice)
        await socket.send_to(text_data=text)
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_of_another_salons_conversation_nothing_is_said(guest: Guest, alice: Browser, charlie: Browser) -> None:
    async def story() -> None:
        ours = await opened(alice)
        theirs = await opened(charlie, host="other.cadeira.localhost:8000")
        await theirs.send_json_to({"kind": "watch", "conversation": str(guest.conversation.public_id)})
        assert await ours.receive_nothing()
        await ours.disconnect()
        await theirs.disconnect()

    play(story)


def test_who_sees_their_own_only_hears_of_no_other(guest: Guest, rule: Rule, alice: Browser, bob: Browser) -> None:
    rule(own_only_roles=["receptionist"])

    async def story() -> None:
        theirs, ours = await opened(bob), await opened(alice)
        await theirs.send_json_to({"kind": "watch", "conversation": str(guest.conversation.public_id)})
        await ours.send_json_to({"kind": "watch", "conversation": str(guest.conversation.public_id)})
        await heard(ours, "presence")
        assert await theirs.receive_nothing()
        await theirs.disconnect()
        await ours.disconnect()

    play(story)


# The news.


async def tell(guest: Guest, messages: list[int], conversations: list[int], **event: Any) -> None:
    left = [[pk, event.pop("had", [])] for pk in conversations]
    kind = "messages" if messages else "conversations"
    what = {"kind": kind, "messages": messages, "conversations": conversations, "left": left}
    await get_channel_layer().group_send(group(guest.salon_id, "inbox"), {"type": "live", "message": what, **event})


def test_news_are_rendered_once_for_all_who_see_them_alike(
    guest: Guest, alice: Browser, bob: Browser, vera: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner, a receptionist and a viewer: three groups for six sockets."""
    made: list[Reader] = []

    def text_of(what: News, reader: Reader) -> str:
        made.append(reader)
        return news.text_of(what, reader)

    monkeypatch.setattr("crm.inbox.consumers.text_of", text_of)
    message = guest.wrote("quero marcar")

    async def story() -> None:
        sockets = [await opened(person) for person in (alice, alice, bob, bob, bob, vera)]
        await tell(guest, [message.pk], [guest.conversation.pk], id="1")
        for socket in sockets:
            assert "quero marcar" in (await heard(socket, "messages"))["html"]
            await socket.disconnect()

    play(story)
    assert sorted(one.rights.role for one in made) == ["owner", "receptionist", "viewer"]


def test_the_same_conversation_twice_in_a_moment_is_read_twice(guest: Guest, alice: Browser) -> None:
    async def story() -> None:
        socket = await opened(alice)
        for text in ("first", "second"):
            await sync_to_async(change_talk)(guest.conversation, last_text=text)
            await tell(guest, [], [guest.conversation.pk], id=text)
            assert text in (await heard(socket, "messages"))["rows"]
        await socket.disconnect()

    play(story)


def test_who_sees_their_own_only_gets_their_own_and_is_told_what_left(
    guest: Guest, talk: NewTalk, rule: Rule, alice: Browser, bob: Browser
) -> None:
    own = talk("Carla", assignee=bob.member)
    rule(own_only_roles=["receptionist"], masked_roles=["receptionist"])
    message, somebody, bob_pk = guest.wrote("secret"), alice.member, bob.member.pk

    async def story() -> None:
        socket = await opened(bob)
        await tell(guest, [message.pk], [guest.conversation.pk, own.pk])
        found = await heard(socket, "messages")
        # Not even the id of what was never theirs.
        assert str(guest.conversation.public_id) not in str(found)
        assert "Carla" in found["rows"]
        assert "Beatriz" not in found["rows"] + found["html"]
        assert "secret" not in found["html"]
        await sync_to_async(change_talk)(own, assignee=somebody)
        await tell(guest, [], [own.pk], had=[bob_pk, somebody.pk])
        found = await heard(socket, "messages")
        assert (found["rows"], found["gone"]) == ("", [str(own.public_id)])
        await socket.disconnect()

    play(story)


def test_i27_a_rule_that_narrows_holds_for_open_pages_at_once(
    guest: Guest, rule: Rule, bob: Browser, alice: Browser
) -> None:
    async def story() -> None:
        socket = await opened(bob)
        await sync_to_async(rule)(own_only_roles=["receptionist"])
        await get_channel_layer().group_send(
            group(guest.salon_id, "inbox"), {"type": "live", "message": {"kind": "rules"}}
        )
        assert (await socket.receive_json_from(timeout=5))["kind"] == "gap"
        await tell(guest, [(await sync_to_async(guest.wrote)("secret")).pk], [guest.conversation.pk])
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_readers_are_alike_by_rights_language_and_zone() -> None:
    one = Reader(built_in("owner"), False, 0, "en", "UTC")
    assert one.key == Reader(built_in("manager"), False, 0, "en", "UTC").key
    for other in (
        Reader(built_in("receptionist"), False, 0, "en", "UTC"),
        Reader(built_in("owner"), True, 0, "en", "UTC"),
        Reader(built_in("owner"), False, 7, "en", "UTC"),
        Reader(built_in("owner"), False, 0, "es", "UTC"),
        Reader(built_in("owner"), False, 0, "en", "America/Bahia"),
    ):
        assert one.key != other.key
    assert news.newer_than(0) == []
