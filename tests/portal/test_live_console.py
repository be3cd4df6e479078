"""The console's socket: each step at once, what was missed after a lost socket, nothing for strangers (I22)."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from flows.console import consumers
from flows.console.consumers import topic
from flows.models import FlowExecution, FlowStep
from ops.ids import uuid7
from ops.live import group
from ops.salon import inside
from tests.portal.conftest import step
from tests.portal.sockets import Socket, play
from tests.world import Browser, Salons

CANARY = "<script>alert('canary')</script>"


def path(run: FlowExecution, query: str = "") -> str:
    return f"/ws/flows/{run.flow.public_id}/console/{query}"


def steps_of(run: FlowExecution, salons: Salons) -> list[int]:
    with inside(salons.aurora.pk):
        return list(FlowStep.objects.filter(execution=run).order_by("pk").values_list("pk", flat=True))


async def tell(salon_id: int, run: FlowExecution, *ids: int) -> None:
    name = group(salon_id, topic(run.flow_id))
    await get_channel_layer().group_send(name, {"type": "live", "message": {"kind": "steps", "steps": list(ids)}})


def test_a_step_arrives_rendered_with_its_number(alice: Browser, salons: Salons, run: FlowExecution) -> None:
    async def story() -> None:
        socket = Socket(alice, path(run, f"?after={await sync_to_async(newest)()}"))
        assert (await socket.connect(timeout=5))[0]
        made = await sync_to_async(more)()
        await tell(salons.aurora.pk, run, made.pk)
        heard = await socket.receive_json_from(timeout=5)
        assert (heard["kind"], heard["seq"], heard["node"]) == ("step", made.pk, "hello")
        assert f'id="console-{made.pk}"' in heard["html"]
        await socket.disconnect()

    def newest() -> int:
        return steps_of(run, salons)[-1]

    def more() -> FlowStep:
        with inside(salons.aurora.pk):
            return step(run, 3, "hello", "send_message")

    play(story)


def test_after_a_lost_socket_it_sends_what_was_missed(alice: Browser, salons: Salons, run: FlowExecution) -> None:
    first, second = steps_of(run, salons)

    async def story() -> None:
        socket = Socket(alice, path(run, f"?after={first}"))
        assert (await socket.connect(timeout=5))[0]
        assert (await socket.receive_json_from(timeout=5))["seq"] == second
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)


def test_who_missed_too_much_reads_the_page_again(
    alice: Browser, salons: Salons, run: FlowExecution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MOST_MISSED", 1)

    async def story() -> None:
        socket = Socket(alice, path(run, "?after=0"))
        assert (await socket.connect(timeout=5))[0]
        assert await socket.receive_json_from(timeout=5) == {"kind": "gap", "seq": steps_of_run[-1]}
        await socket.disconnect()

    steps_of_run = steps_of(run, salons)
    play(story)


def test_it_finds_by_itself_what_no_news_told(
    alice: Browser, salons: Salons, run: FlowExecution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valkey may be dead: the socket looks on its own."""
    monkeypatch.setattr(consumers.ConsoleConsumer, "look_s", 0.02)
    newest = steps_of(run, salons)[-1]

    def more() -> FlowStep:
        with inside(salons.aurora.pk):
            return step(run, 3, "hello", "send_message")

    async def story() -> None:
        socket = Socket(alice, path(run, f"?after={newest}"))
        assert (await socket.connect(timeout=5))[0]
        made = await sync_to_async(more)()
        assert (await socket.receive_json_from(timeout=5))["seq"] == made.pk
        await socket.disconnect()

    play(story)


def test_markup_in_a_step_stays_text(alice: Browser, salons: Salons, run: FlowExecution) -> None:
    with inside(salons.aurora.pk):
        step(run, 3, "hello", "send_message", changes={"name": CANARY}, error=CANARY)
    newest = steps_of(run, salons)[-2]

    async def story() -> None:
        socket = Socket(alice, path(run, f"?after={newest}"))
        assert (await socket.connect(timeout=5))[0]
        html = (await socket.receive_json_from(timeout=5))["html"]
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        await socket.disconnect()

    play(story)


def test_strangers_and_members_without_the_right_are_refused(
    alice: Browser, vera: Browser, charlie: Browser, run: FlowExecution
) -> None:
    async def story() -> None:
        refused: list[Any] = [None, vera, charlie]
        for person in refused:
            assert await Socket(person, path(run)).refusal() == 4403
        assert await Socket(alice, path(run), host="other.cadeira.localhost:8000").refusal() == 4403

    play(story)


def test_a_flow_of_another_salon_is_not_there(alice: Browser, charlie: Browser, run: FlowExecution) -> None:
    async def story() -> None:
        assert await Socket(charlie, path(run), host="other.cadeira.localhost:8000").refusal() == 4404
        assert await Socket(alice, f"/ws/flows/{uuid7()}/console/").refusal() == 4404

    play(story)


def test_a_run_of_another_flow_brings_nothing(alice: Browser, run: FlowExecution) -> None:
    async def story() -> None:
        socket = Socket(alice, path(run, f"?after=0&execution={uuid7()}"))
        assert (await socket.connect(timeout=5))[0]
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)
