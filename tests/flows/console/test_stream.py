"""The console's socket to many (FL-006): rendered once for all, filtered for each, drafts for those who may edit."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from crm.contacts.models import Contact
from flows.console import consumers
from flows.console.consumers import topic
from flows.models import FlowStep
from ops.ids import uuid7
from ops.live import group
from ops.salon import inside
from tests.flows.console.conftest import History
from tests.portal.sockets import Socket, play
from tests.world import Browser


async def tell(history: History, **message: Any) -> None:
    name = group(history.salon_id, topic(history.run.flow_id))
    await get_channel_layer().group_send(name, {"type": "live", "message": message})


async def watch(browser: Browser, history: History, query: str = "") -> Socket:
    newest = await sync_to_async(lambda: newest_of(history))()
    socket = Socket(browser, f"/ws/flows/{history.run.flow.public_id}/console/?after={newest}{query}")
    assert (await socket.connect(timeout=5))[0]
    return socket


def test_a_step_is_rendered_once_for_all_who_watch(
    alice: Browser, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ARCHITECTURE §7: twenty people may watch one flow."""
    rendered: list[int] = []
    original = consumers.message_of

    def counting(step: Any, *, one_run: bool) -> dict[str, Any]:
        rendered.append(step.id)
        return original(step, one_run=one_run)

    monkeypatch.setattr(consumers, "message_of", counting)

    async def story() -> None:
        first = await watch(alice, history)
        others = [await watch(alice, history) for _ in range(3)]
        made = await sync_to_async(lambda: history.step(history.run, 91))()
        await tell(history, kind="steps", steps=[made.pk])
        heard = [await socket.receive_json_from(timeout=5) for socket in (first, *others)]
        assert [one["seq"] for one in heard] == [made.pk] * 4
        assert rendered == [made.pk]
        for socket in (first, *others):
            await socket.disconnect()

    play(story)


def newest_of(history: History) -> int:
    with inside(history.salon_id):
        return FlowStep.objects.latest("pk").pk


@pytest.mark.parametrize("kind", ["execution", "contact", "errors", "node"])
def test_a_watcher_sees_what_they_asked_for(alice: Browser, history: History, kind: str) -> None:
    """FL-006: one run, one guest, one step, or errors only."""
    other = history.ran(history.guest("Carla"))

    def made(run: Any, seq: int, **fields: Any) -> FlowStep:
        return history.step(run, seq, **fields)

    async def story() -> None:
        contact = await sync_to_async(lambda: contact_of(history))()
        query = {
            "execution": f"&execution={history.run.public_id}",
            "contact": f"&contact={contact}",
            "errors": "&errors=1",
            "node": "&node=end",
        }[kind]
        socket = await watch(alice, history, query)
        wrong = await sync_to_async(made)(other, 1)
        right = await sync_to_async(made)(history.run, 92, node="end", error="timeout")
        await tell(history, kind="steps", steps=[wrong.pk, right.pk])
        assert (await socket.receive_json_from(timeout=5))["seq"] == right.pk
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def contact_of(history: History) -> str:
    with inside(history.salon_id):
        return str(Contact.objects.get(pk=history.run.contact_id).public_id)


def test_a_saved_draft_is_told_to_those_who_may_edit(alice: Browser, history: History) -> None:
    """FL-001: a second editor hears of it at once."""
    draft = {"kind": "draft", "revision": 7, "by": "Bob"}

    async def story() -> None:
        socket = await watch(alice, history)
        await tell(history, **draft)
        assert await socket.receive_json_from(timeout=5) == draft
        await socket.disconnect()

    play(story)


def test_one_who_may_only_see_hears_of_no_draft(
    alice: Browser, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "may_on", lambda *_: False)

    async def story() -> None:
        socket = await watch(alice, history)
        await tell(history, kind="draft", revision=7, by="Bob")
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_going_on_after_a_wait_is_no_arrival(alice: Browser, history: History) -> None:
    """What is added up on the canvas is what flows.runtime.counts counts."""

    async def story() -> None:
        socket = await watch(alice, history)
        inputs: list[Any] = [{"input": "started", "message": None}, None, {"input": "said", "text": "oi"}]
        steps = [
            await sync_to_async(lambda n=n, said=said: history.step(history.run, 91 + n, input=said))()
            for n, said in enumerate(inputs)
        ]
        await tell(history, kind="steps", steps=[one.pk for one in steps])
        heard = [await socket.receive_json_from(timeout=5) for _ in steps]
        assert [one["arrived"] for one in heard] == [True, True, False]
        await socket.disconnect()

    play(story)


def test_the_console_alone_filters_too(alice: Browser, history: History) -> None:
    """What the page reads when a filter changes."""
    bad = history.step(history.run, 3, error="timeout")
    url = f"/flows/{history.run.flow.public_id}/console/"
    assert alice.get_page(url).count('id="console-') == 3
    assert alice.get_page(url, errors="1").count('id="console-') == 1
    assert f'id="console-{bad.pk}"' in alice.get_page(url, contact=contact_of(history), errors="1")
    assert alice.get_page(url, contact=str(uuid7())).count('id="console-') == 0
