"""The builder's pages: what each shows and does, who may not, and that another salon sees nothing (FL-001, FL-003)."""

import json
from typing import Any

import pytest

from flows import actions
from flows.builder.drawn import Drawn
from flows.models import Flow, FlowRevision, FlowTest, FlowVersion
from ops import clock
from ops.salon import inside
from tests.flows.builder.conftest import fresh, hello
from tests.flows.flow import drawing, say
from tests.world import Browser, Salons

EN = {"accept-language": "en"}
HTMX = {"hx-request": "true", **EN}


def save(browser: Browser, flow: Flow, graph: Any, revision: int, **more: Any) -> Any:
    body = {"revision": revision, "graph": graph, **more}
    return browser.post(f"/flows/{flow.public_id}/draft/", body, content_type="application/json", headers=EN)


def now(salons: Salons, flow: Flow) -> Flow:
    with inside(salons.aurora.pk):
        return fresh(flow)


def triggers(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer.headers["HX-Trigger"]))


def test_the_page_holds_the_drawing_and_what_can_be_added(alice: Browser, live: Flow) -> None:
    """FL-001."""
    page = alice.get_page(f"/flows/{live.public_id}/")
    for part in ("flow-toolbar", "flow-palette", "canvas", "panel", "problems", "outline", "simulator", "console"):
        assert f'id="{part}"' in page
    for script in ("graph", "described", "words", "path", "counts"):
        assert f'<script id="{script}" type="application/json">' in page
    assert 'data-add="ask"' in page
    assert "style=" not in page


def test_an_archived_flow_is_only_to_look_at(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001."""
    with inside(salons.aurora.pk):
        actions.archive(live, by=None)
    page = alice.get_page(f"/flows/{live.public_id}/")
    assert "data-editable" not in page and "data-add=" not in page
    assert save(alice, live, hello("Olá!"), 1).status_code == 403


def test_a_save_gives_the_drawing_in_words(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: autosave."""
    before = now(salons, live).draft_revision
    answer = save(alice, live, hello("Olá!"), before, outline=True)
    assert answer.status_code == 200
    said = answer.json()
    assert said["revision"] == before + 1
    assert said["described"]["hi"]["summary"] == "Olá!"
    assert "Olá!" in said["parts"]["outline"]
    assert said["problems"] == []


def test_problems_come_with_the_save(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: shown on the node and in the list."""
    said = save(alice, live, hello(""), now(salons, live).draft_revision).json()
    assert [(one["node"], one["field"], one["level"]) for one in said["problems"]] == [("hi", "text", "error")]
    assert 'data-problem-node="hi"' in said["parts"]["problems"]


def test_who_was_slower_is_told_what_changed(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: 409, see theirs or keep mine."""
    before = now(salons, live).draft_revision
    save(alice, live, hello("Olá!"), before)
    answer = save(alice, live, hello("Bom dia!"), before)
    assert answer.status_code == 409
    said = answer.json()
    assert said["by"] == "Alice" and said["revision"] == before + 1
    assert any("Olá!" in line for line in said["changes"])
    assert 'data-collision="mine"' in said["html"]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"revision": 1}', '{"revision": "1", "graph": {}}', '{"graph": {}}'])
def test_what_is_no_save_is_refused(alice: Browser, live: Flow, body: str) -> None:
    """FL-001."""
    answer = alice.post(f"/flows/{live.public_id}/draft/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_a_colleague_reads_what_changed_since_a_revision(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: for the open page of the other one."""
    before = now(salons, live).draft_revision
    save(alice, live, hello("Olá!"), before)
    said = alice.get(f"/flows/{live.public_id}/drawing/", {"since": before}, headers=EN).json()
    assert said["graph"] == hello("Olá!")
    assert len(said["changes"]) == 1


def test_the_dialog_says_what_would_be_published(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001, FL-008: changes, problems and tests before guests meet it."""
    with inside(salons.aurora.pk):
        script = {"version": 1, "steps": [{"say": "oi"}, {"expect": "message", "text": "Oi!"}]}
        FlowTest.objects.create(flow=live, name="greets", script=script)
    save(alice, live, hello("Olá!"), now(salons, live).draft_revision)
    page = alice.get(f"/flows/{live.public_id}/publish/", headers=HTMX).content.decode()
    assert "is now “Olá!”" in page and "greets" in page
    assert "disabled" in page


def test_it_is_published_with_a_note(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001."""
    save(alice, live, hello("Olá!"), now(salons, live).draft_revision)
    given = {"revision": now(salons, live).draft_revision, "note": "Warmer"}
    answer = alice.post(f"/flows/{live.public_id}/publish/", given, headers=HTMX)
    assert answer.status_code == 200 and "flow:published" in triggers(answer)
    with inside(salons.aurora.pk):
        version = FlowVersion.objects.get(flow=live, number=2)
    assert (version.note, version.published_by_id) == ("Warmer", alice.member.pk)


def test_a_drawing_with_errors_is_not_published(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001."""
    save(alice, live, hello(""), now(salons, live).draft_revision)
    given = {"revision": now(salons, live).draft_revision}
    answer = alice.post(f"/flows/{live.public_id}/publish/", given, headers=HTMX)
    assert answer.status_code == 422
    assert 'data-problem-node="hi"' in answer.content.decode()
    assert now(salons, live).published.number == 1  # type: ignore[union-attr]


def test_a_new_flow_opens_to_be_drawn(alice: Browser, salons: Salons) -> None:
    """FL-001."""
    answer = alice.post("/flows/new/", {"name": "Aniversário"})
    assert answer.status_code == 303
    page = alice.get_page(answer["Location"])
    assert "Aniversário" in page and 'id="first-steps"' in page


def test_renaming_answers_with_the_name(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001."""
    answer = alice.post(f"/flows/{live.public_id}/rename/", {"name": "Olá"}, headers=HTMX)
    assert answer.status_code == 200 and "Olá" in answer.content.decode()
    assert alice.post(f"/flows/{live.public_id}/rename/", {"name": " "}, headers=HTMX).status_code == 422
    assert now(salons, live).name == "Olá"


def test_switching_off_can_be_undone(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-003."""
    answer = alice.post(f"/flows/{live.public_id}/switch/?on=0", headers=HTMX)
    assert not now(salons, live).is_active
    alice.post(triggers(answer)["toast"]["undo"], headers=HTMX)
    assert now(salons, live).is_active


def test_archiving_can_be_undone(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: it leaves the list and comes back."""
    answer = alice.post(f"/flows/{live.public_id}/archive/", headers=HTMX)
    assert str(live.public_id) not in alice.get_page("/flows/")
    assert str(live.public_id) in alice.get_page("/flows/", show="archived")
    alice.post(triggers(answer)["toast"]["undo"], headers=HTMX)
    assert str(live.public_id) in alice.get_page("/flows/")


def test_a_paused_flow_says_why_and_is_resumed(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-010."""
    with inside(salons.aurora.pk):
        Flow.objects.filter(pk=live.pk).update(paused_at=clock.now(), paused_reason="10/60 timeout")
    for page in ("", "settings/"):
        assert "timeout" in alice.get_page(f"/flows/{live.public_id}/{page}")
    assert "timeout" in alice.get_page("/flows/")
    alice.post(f"/flows/{live.public_id}/resume/", headers=HTMX)
    assert now(salons, live).paused_at is None


def test_two_that_want_the_same_are_told_and_ordered(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-003: “these two flows both want …”."""
    with inside(salons.aurora.pk):
        other = actions.create("Other", hello("Olá!"))
    page = alice.get("/flows/", headers=EN).content.decode()
    assert "conflict__words" in page
    alice.post(f"/flows/{other.public_id}/first/", {"before": str(live.public_id)}, headers=HTMX)
    assert now(salons, other).priority > now(salons, live).priority


def test_the_list_goes_on_after_a_page(alice: Browser, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    """FL-001: by key, also where names are alike."""
    monkeypatch.setattr("flows.builder.listing.FLOWS_A_PAGE", 2)
    with inside(salons.aurora.pk):
        made = [actions.draw("Same").public_id for _ in range(3)]
    first = alice.get("/flows/").content.decode()
    assert [one for one in made if str(one) in first] == made[:2]
    url = first.split('href="/flows/?after=')[1].split('"')[0].replace("&amp;", "&")
    rest = alice.get(f"/flows/?after={url}", headers=HTMX).content.decode()
    assert [one for one in made if str(one) in rest] == made[2:]


def test_settings_are_taken_or_explained(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-010."""
    good = {"priority": 3, "failure_text": "Desculpe!", "failures": 5, "within_minutes": 30, "may_interrupt": "on"}
    assert alice.post(f"/flows/{live.public_id}/settings/", good).status_code == 303
    found = now(salons, live)
    assert found.priority == 3
    assert found.settings == {
        "failure_text": "Desculpe!",
        "hand_over_on_failure": False,
        "error_budget": {"failures": 5, "within_minutes": 30},
        "may_interrupt": True,
    }
    bad = {**good, "failure_text": "Oi {{ contact."}
    assert alice.post(f"/flows/{live.public_id}/settings/", bad).status_code == 422
    assert now(salons, live).settings == found.settings


def test_versions_are_compared_in_words_and_on_the_canvas(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: diff."""
    with inside(salons.aurora.pk):
        actions.publish(live, drawing(say("hi", "Olá!"), say("bye", "Tchau!"), edges="start.done>hi hi.done>bye"))
    page = alice.get(f"/flows/{live.public_id}/versions/", {"from": "1", "to": "2"}, headers=EN).content.decode()
    assert "<del>Oi!</del>" in page and "<ins>Olá!</ins>" in page
    assert '"bye": "added"' in page and '"hi": "changed"' in page


def test_a_version_comes_back_into_the_draft(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001: rollback."""
    with inside(salons.aurora.pk):
        actions.publish(live, hello("Olá!"))
    assert alice.post(f"/flows/{live.public_id}/versions/1/restore/").status_code == 303
    assert now(salons, live).draft == hello()


def test_a_save_of_the_draft_comes_back(alice: Browser, salons: Salons, live: Flow) -> None:
    """FL-001."""
    before = now(salons, live).draft_revision
    save(alice, live, hello("Olá!"), before)
    answer = alice.post(f"/flows/{live.public_id}/revisions/{before}/revert/", {"revision": before + 1}, headers=HTMX)
    assert "flow:reread" in triggers(answer)
    assert now(salons, live).draft == hello()
    with inside(salons.aurora.pk):
        assert FlowRevision.objects.filter(flow=live, number=before + 2).exists()


PAGES = ("", "drawing/", "publish/", "settings/", "versions/", "versions/1/move/")
DEEDS = (
    *("draft/", "discard/", "publish/", "rename/", "switch/", "resume/", "archive/", "restore/", "duplicate/"),
    *("first/", "settings/", "versions/1/restore/", "versions/1/move/", "versions/1/end/", "revisions/1/revert/"),
)


@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_and_another_salon_see_nothing(vera: Browser, charlie: Browser, live: Flow, page: str) -> None:
    """FL-001."""
    assert vera.get(f"/flows/{live.public_id}/{page}").status_code == 403
    assert charlie.get(f"/flows/{live.public_id}/{page}").status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_a_viewer_and_another_salon_change_nothing(
    vera: Browser, charlie: Browser, salons: Salons, live: Flow, deed: str
) -> None:
    """FL-001."""
    before = now(salons, live)
    given = {"revision": 1, "graph": hello("Olá!"), "name": "x", "priority": 1}
    for browser, status in ((vera, 403), (charlie, 404)):
        url = f"/flows/{live.public_id}/{deed}"
        assert browser.post(url, given, content_type="application/json").status_code == status
    after = now(salons, live)
    for field in ("name", "priority", "draft_revision", "published_id", "is_active", "archived_at", "settings"):
        assert getattr(after, field) == getattr(before, field)


def test_a_viewer_makes_no_flow(vera: Browser, salons: Salons) -> None:
    """FL-001."""
    assert vera.post("/flows/new/", {"name": "x"}).status_code == 403
    with inside(salons.aurora.pk):
        assert not Flow.objects.exists()


def test_ways_that_may_stay_open_are_offered() -> None:
    """FL-010: what a call or a time-out may come to has a way out to lead on; hardly used ones are not drawn."""
    from flows.console.drawing import described, for_canvas

    call = {"id": "call", "type": "http_request", "url": "https://a.com"}
    asks = {
        "id": "ask",
        "type": "ask",
        "text": "Qual dia?",
        "variable": "day",
        "timeout": {"amount": 1, "unit": "hours"},
    }
    found = for_canvas(described(drawing(call, asks, edges="start.done>call call.done>ask")))

    def names(node: str, part: str) -> list[str]:
        return [way["name"] for way in found[node][part]]

    assert names("call", "exits") == ["done", "failed", "error"]
    assert [way.get("spare", False) for way in found["call"]["exits"]] == [False, True, True]
    assert "timeout" in names("ask", "exits") and "invalid" in names("ask", "more")


def test_the_list_of_steps_offers_an_error_branch(alice: Browser, salons: Salons) -> None:
    """FL-010: on a phone too."""
    call = {"id": "call", "type": "http_request", "url": "https://a.com"}
    with inside(salons.aurora.pk):
        flow = actions.create("Calls", drawing(call, say("s", "ok"), edges="start.done>call call.done>s"))
    page = alice.get_page(f"/flows/{flow.public_id}/")
    assert 'data-add-after="call" data-add-exit="error"' in page
    assert 'data-add-after="s" data-add-exit="error"' not in page


def test_a_secret_that_is_not_there_is_a_problem_of_its_step(alice: Browser, salons: Salons) -> None:
    """FL-012: files never carry secrets, so after an import the step says what it waits for."""
    call = {"id": "call", "type": "http_request", "url": "https://a.com/?k={{ secret.FOREIGN }}"}
    with inside(salons.aurora.pk):
        flow = actions.draw("Imported", drawing(call, edges="start.done>call"))
        told = Drawn(flow).problem_rows
        assert [(row.node, row.is_error) for row in told] == [("call", False)]
        assert "FOREIGN" in told[0].message
