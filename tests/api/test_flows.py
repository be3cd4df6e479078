"""/api/v1/flows/."""

from flows.models import Flow
from ops.salon import inside
from tests.api.conftest import GRAPH, Seeded
from tests.api.program import Program, problem


def test_it_lists_flows_without_their_graphs(program: Program, seeded: Seeded) -> None:
    [found] = program.ask("flows/")["results"]
    assert found.pop("created_at").endswith("Z")
    assert found == {
        "id": seeded.flow,
        "name": "Welcome aurora",
        "is_active": True,
        "trigger": {"on": "any"},
        "priority": 0,
        "version": 1,
    }


def test_it_shows_a_flow_with_its_graph(program: Program, seeded: Seeded) -> None:
    assert program.ask(f"flows/{seeded.flow}/")["graph"] == {**GRAPH, "note": "aurora"}


def test_a_flow_that_was_never_published(program: Program) -> None:
    with inside(program.salon.pk):
        flow = Flow.objects.create(name="Draft", is_active=False)
    found = program.ask(f"flows/{flow.public_id}/")
    assert (found["version"], found["graph"]) == (None, None)
    assert program.ask("flows/", is_active="true")["results"] == []


def test_a_receptionist_may_not(program: Program, seeded: Seeded) -> None:
    problem(Program(program.salon, role="receptionist").get(f"/api/v1/flows/{seeded.flow}/"), 403)


def test_another_salon_sees_nothing(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/flows/{seeded.flow}/"), 404)
    assert stranger.ask("flows/")["results"] == []
