"""/api/v1/executions/."""

import pytest

from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


def test_it_shows_an_execution_with_its_steps(program: Program, seeded: Seeded) -> None:
    found = program.ask(f"executions/{seeded.execution}/")
    assert found.pop("started_at").endswith("Z")
    assert found["steps"][0].pop("at").endswith("Z")
    assert found == {
        "id": seeded.execution,
        "flow": seeded.flow,
        "version": 1,
        "contact": seeded.contact,
        "status": "running",
        "steps": [
            {
                "seq": 1,
                "node": "start",
                "type": "start",
                "duration_ms": 0.4,
                "event": "passed",
                "changes": {"note": {"before": None, "after": "aurora"}},
                "error": None,
            }
        ],
    }


def test_the_list_shows_the_same(program: Program, seeded: Seeded) -> None:
    assert program.ask("executions/")["results"] == [program.ask(f"executions/{seeded.execution}/")]


@pytest.mark.parametrize("name", ["flow", "contact"])
def test_it_filters_by_id(program: Program, stranger: Program, seeded: Seeded, name: str) -> None:
    query = {name: getattr(seeded, name)}
    assert len(program.ask("executions/", **query)["results"]) == 1
    problem(stranger.get("/api/v1/executions/", query), 404)


def test_it_filters_by_status(program: Program, seeded: Seeded) -> None:
    assert len(program.ask("executions/", status="running")["results"]) == 1
    assert program.ask("executions/", status="failed")["results"] == []
    assert fields(program.get("/api/v1/executions/", {"status": "lost"})) == ["status"]


def test_a_receptionist_may_not(program: Program, seeded: Seeded) -> None:
    problem(Program(program.salon, role="receptionist").get("/api/v1/executions/"), 403)


def test_another_salon_sees_nothing(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/executions/{seeded.execution}/"), 404)
    assert stranger.ask("executions/")["results"] == []
