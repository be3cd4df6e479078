"""FL-007: the phone beside the drawing; nothing of it leaves."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from flows import actions
from flows.models import Flow, FlowSimulation, FlowTest
from ops.salon import inside
from tests.flows.flow import drawing, say
from tests.flows.simulator.test_driver import MENU
from tests.world import Browser, Salons

HTTP = drawing(
    {"id": "call", "type": "http_request", "url": "https://api.example.com/orders",
     "response": [{"path": "total", "variable": "total"}]},
    say("tell", "São {{ vars.total }}"),
    {"id": "tag", "type": "tag_contact", "add": ["vip"]},
    {"id": "over", "type": "hand_over", "text": "Já chamo alguém", "note": "vip"},
    edges="start.done>call call.done>tell tell.done>tag tag.done>over",
)  # fmt: skip
# What real talks leave behind.
TABLES = (
    "message", "contact", "conversation", "event", "flow_execution", "flow_step", "flow_call",
    "public.outbox_item", "public.event_item", "public.timer",
)  # fmt: skip


def flow_of(salons: Salons, graph: dict[str, Any] = MENU) -> Flow:
    with inside(salons.aurora.pk):
        return actions.create("Menu", graph)


def counts(salons: Salons) -> dict[str, int]:
    with inside(salons.aurora.pk), connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


def act(browser: Browser, flow: Flow, act: str, **more: str) -> str:
    answer = browser.post(f"/flows/{flow.public_id}/simulator/act/", {"act": act, **more})
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def test_a_talk_by_words_taps_and_time(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    assert "Write as a guest would" in alice.get_page(f"/flows/{flow.public_id}/simulator/")
    page = act(alice, flow, "say", text="oi")
    assert "Oi, Ana! Vamos?" in page and "menu:yes" in page and "To the next moment" in page
    assert "Que bom" in act(alice, flow, "tap", choice="menu:yes")
    alice.post(f"/flows/{flow.public_id}/simulator/restart/")
    act(alice, flow, "say", text="oi")
    assert "Que pena" in act(alice, flow, "skip")


def test_nothing_leaves(alice: Browser, salons: Salons) -> None:
    """No message, no call, no event, no timer, no row of a guest."""
    flow = flow_of(salons, HTTP)
    before = counts(salons)
    assert "https://api.example.com/orders" in act(alice, flow, "say", text="oi")
    page = act(alice, flow, "answer", node="call", status="200", body='{"total": 3}', keep="1")
    assert "São 3" in page and "Já chamo alguém" in page and "vip" in page
    assert "A person of the salon answers now" in act(alice, flow, "say", text="oi?")
    assert counts(salons) == before


def test_an_answer_is_remembered_for_its_step(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons, HTTP)
    act(alice, flow, "say", text="oi")
    act(alice, flow, "answer", node="call", status="200", body='{"total": 7}', keep="1")
    alice.post(f"/flows/{flow.public_id}/simulator/restart/")
    assert "São 7" in act(alice, flow, "say", text="oi")


def test_it_runs_the_draft_and_tells_when_that_changed(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    act(alice, flow, "say", text="oi")
    other = {**MENU, "nodes": [*MENU["nodes"][:2], say("good", "Ótimo"), MENU["nodes"][3]]}
    with inside(salons.aurora.pk):
        Flow.objects.filter(pk=flow.pk).update(draft=other, draft_revision=F("draft_revision") + 1)
    page = act(alice, flow, "tap", choice="Sim")
    assert "Que bom" in page and 'data-outdated="1"' in page
    alice.post(f"/flows/{flow.public_id}/simulator/restart/")
    act(alice, flow, "say", text="oi")
    page = act(alice, flow, "tap", choice="Sim")
    assert "Ótimo" in page and 'data-outdated=""' in page


def test_a_moved_step_is_no_change(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    act(alice, flow, "say", text="oi")
    moved = {**MENU, "nodes": [{**node, "position": {"x": 9, "y": 9}} for node in MENU["nodes"]]}
    with inside(salons.aurora.pk):
        Flow.objects.filter(pk=flow.pk).update(draft=moved, draft_revision=F("draft_revision") + 1)
    assert 'data-outdated=""' in act(alice, flow, "tap", choice="Sim")


def test_each_person_has_a_talk_of_their_own(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    act(alice, flow, "say", text="oi")
    with inside(salons.aurora.pk):
        assert [one.member.user_id for one in FlowSimulation.objects.select_related("member")] == [alice.user.pk]


def test_another_guest_and_a_variable(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    data = {"name": "Bia Lima", "tags": "vip, nova", "language": "es", "fields": "city=Santos", "known": "on"}
    page = alice.post(f"/flows/{flow.public_id}/simulator/restart/", data).content.decode()
    assert "Bia Lima" in page and "vip, nova" in page
    assert "Oi, Bia!" in act(alice, flow, "say", text="oi")
    assert "<code>visits</code>" in act(alice, flow, "set", name="visits", value="3")


def test_a_drawing_that_cannot_be_run_says_why(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    with inside(salons.aurora.pk):
        broken = {**MENU, "nodes": [*MENU["nodes"], say("empty", "")]}
        Flow.objects.filter(pk=flow.pk).update(draft=broken, draft_revision=F("draft_revision") + 1)
    page = alice.get_page(f"/flows/{flow.public_id}/simulator/")
    assert "cannot be run yet" in page and 'data-sim-show="empty"' in page
    # In the reader's words, by the step's name, as the list of problems has it.
    assert "Fill this in." in page and ">empty<" not in page


def test_the_path_is_told_to_the_canvas(alice: Browser, salons: Salons) -> None:
    page = act(alice, flow_of(salons), "say", text="oi")
    path = json.loads(page.split('id="sim-path" type="application/json">')[1].split("</script>")[0])
    assert path == {"nodes": ["menu", "start"], "edges": ["e1"], "current": "menu"}


@pytest.mark.parametrize(
    "posted",
    [
        {"act": "fly"},
        {"act": "until", "to": "soon"},
        {"act": "until", "to": "1999-01-01T00:00"},
        {"act": "set", "name": "a b", "value": "1"},
        {"act": "event", "event": "x", "payload": "["},
        {"act": "answer", "node": "x", "status": "abc"},
        {"act": "send", "kind": "bomb"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(alice: Browser, salons: Salons, posted: dict[str, str]) -> None:
    answer = alice.post(f"/flows/{flow_of(salons).public_id}/simulator/act/", posted, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert "toast" in answer.headers["HX-Trigger"]


def test_a_talk_becomes_a_test_that_passes(alice: Browser, salons: Salons) -> None:
    """FL-008: recorded from the simulator."""
    flow = flow_of(salons, HTTP)
    act(alice, flow, "say", text="oi")
    act(alice, flow, "answer", node="call", status="200", body='{"total": 3}')
    act(alice, flow, "say", text="alô?")
    answer = alice.post(f"/flows/{flow.public_id}/simulator/save/", {"name": "Pedido"})
    assert answer.status_code == 204 and "Look at it" in answer.headers["HX-Trigger"]
    with inside(salons.aurora.pk):
        from flows.simulator.publishing import check

        kept = FlowTest.objects.get()
        assert kept.script["answers"] == {"call": {"status": 200, "json": {"total": 3}}}
        assert {"expect": "effect", "effect": "conversation.hand_over", "payload": {"note": "vip"}} in kept.script[
            "steps"
        ]
        assert kept.script["steps"][-1] == {"expect": "ended"}
        assert check(flow, HTTP) == []
        kept.delete()


def test_an_empty_talk_is_no_test(alice: Browser, salons: Salons) -> None:
    flow = flow_of(salons)
    assert (
        alice.post(
            f"/flows/{flow.public_id}/simulator/save/", {"name": "x"}, headers={"hx-request": "true"}
        ).status_code
        == 422
    )


@pytest.mark.parametrize("path", ["simulator/act/", "simulator/restart/", "simulator/save/"])
def test_a_viewer_may_not_and_another_salon_sees_nothing(
    vera: Browser, charlie: Browser, salons: Salons, path: str
) -> None:
    flow = flow_of(salons)
    assert vera.post(f"/flows/{flow.public_id}/{path}", {"act": "say", "text": "oi"}).status_code == 403
    assert charlie.post(f"/flows/{flow.public_id}/{path}", {"act": "say", "text": "oi"}).status_code == 404
    assert vera.get(f"/flows/{flow.public_id}/simulator/").status_code == 403
    assert charlie.get(f"/flows/{flow.public_id}/simulator/").status_code == 404
    with inside(salons.aurora.pk):
        assert not FlowSimulation.objects.exists()


def test_a_message_that_starts_nothing_may_start_it_anyway(alice: Browser, salons: Salons) -> None:
    graph = drawing(say("hi", "Oi"), edges="start.done>hi")
    graph["nodes"][0] |= {"trigger": "keywords", "keywords": ["agendar"]}
    flow = flow_of(salons, graph)
    assert "Start it anyway" in act(alice, flow, "say", text="bom dia")
    assert "The flow is over" in act(alice, flow, "say", text="bom dia", anyway="1")
    alice.post(f"/flows/{flow.public_id}/simulator/save/", {"name": "x"})
    with inside(salons.aurora.pk):
        from flows.simulator.publishing import check

        assert {"say": "bom dia", "anyway": True} in FlowTest.objects.get().script["steps"]
        assert check(flow, graph) == []
