"""FL-008: a flow's tests are listed, run, written and changed by people."""

from typing import Any

import pytest

from flows import actions
from flows.models import Flow, FlowTest
from flows.simulator.editing import rows_of, script_from
from flows.simulator.script import read
from ops.salon import inside
from tests.flows.flow import say
from tests.flows.simulator.test_driver import MENU
from tests.world import Browser, Salons

SCRIPT: dict[str, Any] = {
    "steps": [{"say": "oi"}, {"tap": "Sim"}, {"expect": "message", "text": "Que bom", "match": "exact"}]
}
EVERYTHING: dict[str, Any] = {
    "version": 1,
    "answers": {"a": {"status": 200, "json": {"x": [1]}}, "b": [{"error": "timeout"}, {"status": 500, "text": "oops"}]},
    "steps": [
        {"say": "oi\nalô"}, {"say": "oi", "anyway": True},
        {"tap": "Sim"}, {"send": "image", "caption": "assim"}, {"send": "audio"},
        {"time": "next"}, {"time": {"days": 2}}, {"time": {"hours": 1.5}}, {"time": "2026-11-22T09:00"},
        {"answer": "a", "status": 200, "json": {"x": 1}}, {"start": {"on": "api"}, "variables": {"n": 1}},
        {"event": "contact.changed", "payload": {"x": 1}}, {"set": "n", "value": 3}, {"set": "n", "value": "3"},
        {"set": "n", "value": "três"}, {"person": True}, {"person": False},
        {"expect": "message", "text": "Oi", "match": "contains"}, {"expect": "buttons", "titles": ["Sim", "Não"]},
        {"expect": "nothing"}, {"expect": "variable", "name": "n", "value": 3},
        {"expect": "variable", "name": "n", "is": "set"}, {"expect": "tag", "tag": "vip", "has": False},
        {"expect": "field", "name": "city", "value": "Santos"},
        {"expect": "effect", "effect": "team.tell", "payload": {"level": "info"}}, {"expect": "node", "node": "menu"},
        {"expect": "waiting"}, {"expect": "ended"}, {"expect": "failed", "reason": "empty_text"},
    ],
}  # fmt: skip


@pytest.fixture
def flow(salons: Salons, db: None) -> Flow:
    with inside(salons.aurora.pk):
        return actions.create("Menu", MENU)


@pytest.fixture
def kept(flow: Flow, salons: Salons) -> FlowTest:
    with inside(salons.aurora.pk):
        return FlowTest.objects.create(flow=flow, name="Diz sim", script=SCRIPT)


def posted(script: dict[str, Any], **more: str) -> dict[str, Any]:
    """A script as the editor posts it."""
    rows = rows_of(script, MENU)
    by_name = [{blank.name: blank.value for blank in row.blanks} for row in rows]
    fields = {name: [one[name] for one in by_name] for name in ("a", "b", "c")}
    return {"title": "Diz sim", "guest": "Ana Lima", "kind": [row.kind for row in rows], **fields, **more}


def test_every_kind_of_row_comes_back_as_it_was() -> None:
    again = script_from(posted(EVERYTHING), EVERYTHING)
    assert again == EVERYTHING
    read(again)


def test_the_list_says_how_each_went(flow: Flow, kept: FlowTest, alice: Browser, salons: Salons) -> None:
    assert "Diz sim" in alice.get_page(f"/flows/{flow.public_id}/tests/")
    other = {**MENU, "nodes": [*MENU["nodes"][:2], say("good", "Ótimo"), MENU["nodes"][3]]}
    with inside(salons.aurora.pk):
        Flow.objects.filter(pk=flow.pk).update(draft=other)
    answer = alice.post(f"/flows/{flow.public_id}/tests/run/")
    assert "Expected “Que bom”, but got “Ótimo”." in answer.content.decode()
    assert '"good": "differs"' in answer.headers["HX-Trigger"]


def test_one_is_run_alone(flow: Flow, kept: FlowTest, alice: Browser, salons: Salons) -> None:
    with inside(salons.aurora.pk):
        FlowTest.objects.create(flow=flow, name="Outro", script=SCRIPT)
    assert alice.post(f"/flows/{flow.public_id}/tests/run/", {"test": str(kept.public_id)}).status_code == 200
    with inside(salons.aurora.pk):
        assert [bool(one.result) for one in FlowTest.objects.order_by("name")] == [True, False]


def test_a_new_one_is_written(flow: Flow, alice: Browser, salons: Salons) -> None:
    assert "The guest says" in alice.get_page(f"/flows/{flow.public_id}/tests/new/")
    answer = alice.post(f"/flows/{flow.public_id}/tests/new/", posted(SCRIPT, tags="vip"))
    assert answer.status_code == 303
    assert "It goes as written" in alice.get(answer.headers["location"]).content.decode()
    with inside(salons.aurora.pk):
        made = FlowTest.objects.get()
    assert made.script["contact"]["tags"] == ["vip"] and made.script["steps"] == SCRIPT["steps"]


def test_one_is_changed_and_shows_its_first_difference(flow: Flow, kept: FlowTest, alice: Browser) -> None:
    page = f"/flows/{flow.public_id}/tests/{kept.public_id}/"
    other = {"steps": [*SCRIPT["steps"][:2], {"expect": "message", "text": "Ótimo", "match": "exact"}]}
    text = alice.post(page, posted(other)).content.decode()
    assert "Row 3 goes another way" in text and "is-failed" in text and '"good": "differs"' in text


def test_the_json_may_be_written_by_hand(flow: Flow, kept: FlowTest, alice: Browser) -> None:
    page = f"/flows/{flow.public_id}/tests/{kept.public_id}/"
    answer = alice.post(page, {"title": "Diz sim", "json": '{"steps": [{"say": "oi"}]}'})
    assert answer.status_code == 200
    for wrong in ("[", "[]", '{"steps": [{"rain": 1}]}'):
        refused = alice.post(page, {"title": "Diz sim", "json": wrong}, headers={"hx-request": "true"})
        assert refused.status_code == 422
    kept_page = alice.get_page(page)
    assert "&quot;say&quot;: &quot;oi&quot;" in kept_page


def test_two_have_not_one_name(flow: Flow, kept: FlowTest, alice: Browser, salons: Salons) -> None:
    answer = alice.post(f"/flows/{flow.public_id}/tests/new/", posted(SCRIPT), headers={"hx-request": "true"})
    assert answer.status_code == 422
    with inside(salons.aurora.pk):
        assert FlowTest.objects.count() == 1


def test_it_is_switched_off_and_deleted(flow: Flow, kept: FlowTest, alice: Browser, salons: Salons) -> None:
    page = f"/flows/{flow.public_id}/tests/{kept.public_id}/"
    alice.post(f"{page}switch/")
    with inside(salons.aurora.pk):
        assert not FlowTest.objects.get().is_on
    alice.post(f"{page}drop/")
    with inside(salons.aurora.pk):
        assert not FlowTest.objects.exists()


def test_a_row_is_added(flow: Flow, alice: Browser) -> None:
    row = alice.get_page(f"/flows/{flow.public_id}/tests/row/", kind="expect.message")
    assert 'value="expect.message"' in row and row.count('name="a"') == row.count('name="c"') == 1
    assert (
        alice.get(f"/flows/{flow.public_id}/tests/row/", {"kind": "x"}, headers={"hx-request": "true"}).status_code
        == 422
    )


def test_publishing_is_refused_while_one_is_red(flow: Flow, kept: FlowTest, salons: Salons) -> None:
    """A failing test blocks publishing, and says which."""
    other = {**MENU, "nodes": [*MENU["nodes"][:2], say("good", "Ótimo"), MENU["nodes"][3]]}
    with inside(salons.aurora.pk):
        revision = actions.save_draft(flow, other, flow.draft_revision, by=None)
        with pytest.raises(actions.TestsFailed) as failed:
            actions.publish_draft(flow, by=None, revision=revision)
        flow.refresh_from_db()
        assert failed.value.failed[0].name == "Diz sim"
        assert flow.published is not None and flow.published.number == 1


@pytest.mark.parametrize(
    "path", ["tests/run/", "tests/new/", "tests/{test}/", "tests/{test}/switch/", "tests/{test}/drop/"]
)
def test_a_viewer_may_not_and_another_salon_sees_nothing(
    flow: Flow, kept: FlowTest, vera: Browser, charlie: Browser, salons: Salons, path: str
) -> None:
    address = f"/flows/{flow.public_id}/{path.format(test=kept.public_id)}"
    assert vera.post(address, {"title": "x"}).status_code == 403
    assert charlie.post(address, {"title": "x"}).status_code == 404
    assert vera.get(f"/flows/{flow.public_id}/tests/").status_code == 403
    assert charlie.get(f"/flows/{flow.public_id}/tests/").status_code == 404
    with inside(salons.aurora.pk):
        assert FlowTest.objects.get().is_on
