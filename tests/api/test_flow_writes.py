"""/api/v1/flows/: drawing, publishing and beginning flows by a program (FL-003, API-001)."""

from typing import Any

import pytest

from channels_wa.messages.models import Message
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows import actions
from flows.models import Flow, FlowExecution
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem
from tests.flows.runtime.conftest import ask, graph, say

HELLO = graph(say("s", "Oi, {{ vars.who }}"), edges=["start>s"], on="api")


def published(program: Program, drawing: dict[str, Any] = HELLO, name: str = "Hello") -> str:
    with inside(program.salon.pk):
        return str(actions.create(name, drawing).public_id)


def executions(program: Program) -> list[FlowExecution]:
    with inside(program.salon.pk):
        return list(FlowExecution.objects.select_related("flow").order_by("pk"))


def test_a_flow_is_taken_in_as_a_draft_and_begins_nothing(program: Program) -> None:
    made = program.write("flows/", {"name": "Import", "graph": HELLO, "settings": {"may_interrupt": True}})
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["version"]) == ("Import", None)
    draft = program.ask(f"flows/{body['id']}/draft/")
    assert (draft["graph"], draft["problems"]) == (HELLO, [])
    problem(program.write(f"flows/{body['id']}/start/", {"to": "+5511988881234"}), 409)
    with inside(program.salon.pk):
        assert Flow.objects.get(name="Import").settings["may_interrupt"] is True


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "x", "graph": {"version": 1}}, "graph.nodes"),
        ({"name": "x", "graph": {"version": 2, "nodes": [], "edges": []}}, "graph.version"),
        ({"name": "x", "settings": {"failure_text": "{{ 1 + }}"}}, "settings.failure_text"),
        ({"name": "x", "colour": "blue"}, "colour"),
        ({"name": "  "}, "name"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_place(program: Program, body: Any, where: str) -> None:
    assert where in fields(program.write("flows/", body))
    assert program.ask("flows/")["results"] == []


def test_a_draft_is_put_and_published(program: Program) -> None:
    flow = program.write("flows/", {"name": "New"}).json()["id"]
    revision = program.ask(f"flows/{flow}/draft/")["revision"]
    put = program.write(f"flows/{flow}/draft/", {"revision": revision, "graph": HELLO}, method="put")
    assert (put.status_code, put.json()["revision"]) == (200, revision + 1)
    stale = program.write(f"flows/{flow}/draft/", {"revision": revision, "graph": graph(edges=[])}, method="put")
    assert problem(stale, 409)["errors"][0]["code"] == "stale"
    made = program.write(f"flows/{flow}/publish/", {"note": "first"})
    assert (made.status_code, made.json()["version"], made.json()["note"]) == (201, 1, "first")
    problem(program.write(f"flows/{flow}/publish/", {}), 409)
    [version] = program.ask(f"flows/{flow}/versions/")["results"]
    assert (version["version"], version["is_current"]) == (1, True)
    assert program.ask(f"flows/{flow}/")["graph"] == HELLO
    with inside(program.salon.pk):
        by_key = AuditEntry.objects.filter(actor_kind="apikey").values_list("action", flat=True)
        assert set(by_key) >= {"api.flow.created", "api.flow.draft_changed", "api.flow.published"}


def test_a_drawing_with_errors_is_not_published(program: Program) -> None:
    broken = graph(say("s", "{{ 1 + }}"), edges=["start>s"])
    flow = program.write("flows/", {"name": "New", "graph": broken}).json()["id"]
    assert "graph.nodes.s.text" in fields(program.write(f"flows/{flow}/publish/", {}))
    assert program.ask(f"flows/{flow}/")["version"] is None


def test_name_switch_and_priority_are_changed(program: Program) -> None:
    flow = published(program)
    answer = program.write(f"flows/{flow}/", {"name": "Olá", "is_active": False, "priority": 7}, method="patch")
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in ("name", "is_active", "priority")} == {
        "name": "Olá", "is_active": False, "priority": 7,
    }  # fmt: skip
    assert fields(program.write(f"flows/{flow}/", {"priority": 10**6}, method="patch")) == ["priority"]


def test_a_paused_flow_is_let_go_on(program: Program) -> None:
    flow = published(program)
    with inside(program.salon.pk):
        Flow.objects.update(paused_at="2026-11-20T12:00:00Z", paused_reason="10/60 x")
    problem(program.write(f"flows/{flow}/start/", {"to": "+5511988881234"}), 409)
    assert program.write(f"flows/{flow}/resume/", {}).status_code == 200
    assert program.write(f"flows/{flow}/start/", {"to": "+5511988881234"}).status_code == 202


def test_a_flow_begins_with_a_contact_and_variables(program: Program, seeded: Seeded) -> None:
    flow = published(program)
    with inside(program.salon.pk):
        FlowExecution.objects.all().delete()
    answer = program.write(f"flows/{flow}/start/", {"contact": seeded.contact, "variables": {"who": "Ana"}})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["flow"], body["contact"], body["status"]) == (flow, seeded.contact, "completed")
    assert answer["Location"].endswith(f"/api/v1/executions/{body['id']}/")
    assert program.ask(f"executions/{body['id']}/") == body
    [run] = executions(program)
    assert run.began_by == "api"
    with inside(program.salon.pk):
        assert Message.objects.get(direction="out").text == "Oi, Ana"


def test_who_is_unknown_becomes_a_contact(program: Program) -> None:
    flow = published(program)
    assert program.write(f"flows/{flow}/start/", {"to": "+5511900001111"}).status_code == 202
    with inside(program.salon.pk):
        assert Contact.objects.count() == 1
        # Nobody has written: WhatsApp takes no free text.
        assert Message.objects.get().reason == "window_closed"


def test_one_key_begins_it_once(program: Program) -> None:
    flow = published(program)
    answers = [program.write(f"flows/{flow}/start/", {"to": "+5511900001111"}, key="k") for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert len(executions(program)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contact"),
        ({"to": "11900001111"}, "to"),
        ({"to": "+5511900001111", "variables": {"1st": 1}}, "variables.1st"),
        ({"to": "+5511900001111", "variables": {"long": "x" * 20_000}}, "variables.long"),
        ({"to": "+5511900001111", "variables": {f"v{n}": n for n in range(51)}}, "variables"),
    ],
)
def test_what_cannot_begin_it_is_refused(program: Program, body: Any, field: str) -> None:
    assert field in fields(program.write(f"flows/{published(program)}/start/", body))
    assert executions(program) == []


def test_a_guest_who_is_asked_something_is_not_interrupted_unless_it_is_meant(program: Program) -> None:
    asking = published(program, graph(ask("a", "Nome?", "name"), edges=["start>a"], on="api"), "Ask")
    to = {"to": "+5511900001111"}
    assert program.write(f"flows/{asking}/start/", to).status_code == 202
    hello = published(program)
    assert problem(program.write(f"flows/{hello}/start/", to), 409)["detail"].startswith("Another flow waits")
    assert program.write(f"flows/{hello}/start/", {**to, "interrupt": True}).status_code == 202
    assert [one.status for one in executions(program)] == ["cancelled", "completed"]


def test_people_are_not_talked_over_unless_it_is_meant(program: Program) -> None:
    flow, to = published(program), {"to": "+5511900001111"}
    program.write(f"flows/{flow}/start/", to)
    with inside(program.salon.pk):
        Conversation.objects.update(bot_on=False)
    problem(program.write(f"flows/{flow}/start/", to), 409)
    assert program.write(f"flows/{flow}/start/", {**to, "interrupt": True}).status_code == 202


def test_a_run_is_cancelled_once(program: Program) -> None:
    asking = published(program, graph(ask("a", "Nome?", "name"), edges=["start>a"], on="api"), "Ask")
    run = program.write(f"flows/{asking}/start/", {"to": "+5511900001111"}).json()["id"]
    answer = program.write(f"executions/{run}/cancel/", {})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    problem(program.write(f"executions/{run}/cancel/", {}), 409)


def test_runs_are_found_by_version_time_and_error(program: Program, seeded: Seeded) -> None:
    with inside(program.salon.pk):
        FlowExecution.objects.update(status="failed", error="too_many_nodes: a loop")

    def found(**query: Any) -> int:
        return len(program.ask("executions/", **query)["results"])

    assert [found(version=1), found(version=2)] == [1, 0]
    assert [found(error="too_many"), found(error="timeout")] == [1, 0]
    assert [found(started_after="2020-01-01T00:00:00Z"), found(started_before="2020-01-01T00:00:00Z")] == [1, 0]
    assert [found(order="oldest", flow=seeded.flow, status="failed")] == [1]
    assert fields(program.get("/api/v1/executions/", {"version": "x"})) == ["version"]
    assert fields(program.get("/api/v1/executions/", {"version": "99999999999999999999"})) == ["version"]


WRITES = [
    ("patch", "flows/{flow}/", {"name": "x"}),
    ("put", "flows/{flow}/draft/", {"revision": 0, "graph": HELLO}),
    ("post", "flows/{flow}/publish/", {}),
    ("post", "flows/{flow}/resume/", {}),
    ("post", "flows/{flow}/start/", {"to": "+5511900001111"}),
    ("post", "executions/{execution}/cancel/", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_another_salon_changes_nothing(
    program: Program, stranger: Program, seeded: Seeded, method: str, path: str, body: Any
) -> None:
    address = path.format(**vars(seeded))
    problem(stranger.write(address, body, method=method), 404)
    foreign = stranger.elsewhere(str(program.defaults["HTTP_HOST"]))
    problem(foreign.write(address, body, method=method), 403)
    with inside(program.salon.pk):
        assert Flow.objects.get().name == "Welcome aurora"
        assert FlowExecution.objects.get().status == "running"


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_who_may_only_look_changes_nothing(program: Program, seeded: Seeded, method: str, path: str, body: Any) -> None:
    viewer = Program(program.salon, role="viewer")
    problem(viewer.write(path.format(**vars(seeded)), body, method=method), 403)


def test_a_receptionist_begins_flows_and_draws_none(program: Program) -> None:
    flow = published(program)
    bob = Program(program.salon, role="receptionist")
    assert bob.write(f"flows/{flow}/start/", {"to": "+5511900001111"}).status_code == 202
    problem(bob.write(f"flows/{flow}/", {"name": "x"}, method="patch"), 403)


@pytest.mark.parametrize("name", ["contact", "number"])
def test_ids_of_another_salon_are_nobodys(program: Program, stranger: Program, seeded: Seeded, name: str) -> None:
    flow = published(stranger)
    body = {"to": "+5511900001111", name: getattr(seeded, name)} if name == "number" else {name: seeded.contact}
    problem(stranger.write(f"flows/{flow}/start/", body), 404)
