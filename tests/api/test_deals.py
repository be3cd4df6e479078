"""/api/v1/deals/, /pipelines/ and /tasks/ (API-001, CR-002)."""

from typing import Any

import pytest

from crm.deals.actions import pipelines
from crm.deals.models import Deal, Pipeline, Stage, Task
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


@pytest.fixture
def pipeline(program: Program) -> dict[str, Any]:
    """The one a salon begins with."""
    found: dict[str, Any] = next(one for one in program.ask("pipelines/")["results"] if one["is_default"])
    return found


@pytest.fixture
def deal(program: Program, seeded: Seeded) -> dict[str, Any]:
    """One that a program made."""
    body = {"title": "Noiva", "contact": seeded.contact, "value_minor": 150_000}
    answer = program.write("deals/", body)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_a_pipeline_has_its_stages(pipeline: dict[str, Any]) -> None:
    assert [stage["kind"] for stage in pipeline["stages"]] == ["open", "open", "open", "won", "lost"]


def test_it_makes_and_changes_a_pipeline(program: Program) -> None:
    stages = [{"name": "A", "rot_days": 2}, {"name": "B", "kind": "won"}, {"name": "C", "kind": "lost"}]
    made = program.write("pipelines/", {"name": "Noivas", "stages": stages}).json()
    assert [stage["name"] for stage in made["stages"]] == ["A", "B", "C"]
    changed = program.write(f"pipelines/{made['id']}/", {"name": "Festas", "lost_reasons": ["Caro"]}, method="patch")
    assert (changed.json()["name"], changed.json()["lost_reasons"]) == ("Festas", ["Caro"])
    refused = program.write("pipelines/", {"name": "x", "stages": [{"name": "A"}] * 3})
    assert fields(refused) == ["stages"]


def test_it_makes_a_deal(program: Program, seeded: Seeded, deal: dict[str, Any], pipeline: dict[str, Any]) -> None:
    assert (deal["stage"], deal["pipeline"]) == (pipeline["stages"][0]["id"], pipeline["id"])
    assert (deal["contact"], deal["currency"], deal["source"], deal["version"]) == (seeded.contact, "BRL", "api", 1)
    assert program.ask(f"deals/{deal['id']}/") == deal
    with inside(program.salon.pk):
        assert AuditEntry.objects.get(subject=deal["id"]).actor_kind == "apikey"


def test_it_makes_one_deal_for_one_key(program: Program, seeded: Seeded) -> None:
    body = {"title": "Noiva", "contact": seeded.contact}
    first, second = (program.write("deals/", body, key="a") for _ in range(2))
    assert first.json() == second.json()
    with inside(program.salon.pk):
        assert Deal.objects.filter(title="Noiva").count() == 1


def test_it_filters(program: Program, seeded: Seeded, deal: dict[str, Any]) -> None:
    for query in ({"stage": deal["stage"]}, {"search": "noi"}, {"pipeline": deal["pipeline"]}):
        assert [one["id"] for one in program.ask("deals/", **query)["results"]] == [deal["id"]], query
    assert len(program.ask("deals/", contact=seeded.contact, is_open="true", order="oldest")["results"]) == 2
    assert program.ask("deals/", state="won")["results"] == []


def test_it_changes_what_was_seen(program: Program, deal: dict[str, Any]) -> None:
    path = f"deals/{deal['id']}/"
    changed = program.write(path, {"title": "Festa", "version": 1}, method="patch").json()
    assert (changed["title"], changed["version"]) == ("Festa", 2)
    assert fields(program.write(path, {"title": "x", "version": 1}, method="patch"), 409) == ["version"]
    assert program.ask(path)["title"] == "Festa"


def test_it_moves_and_closes(program: Program, deal: dict[str, Any], pipeline: dict[str, Any]) -> None:
    quoted, lost = pipeline["stages"][2]["id"], pipeline["stages"][4]["id"]
    path = f"deals/{deal['id']}/move/"
    moved = program.write(path, {"stage": quoted, "version": 1}).json()
    assert (moved["stage"], moved["version"]) == (quoted, 2)
    problem(program.write(path, {"stage": quoted, "version": 1}), 409)
    assert fields(program.write(path, {"stage": lost})) == ["lost_reason"]
    closed = program.write(path, {"stage": lost, "lost_reason": "Caro"}).json()
    assert (closed["state"], closed["lost_reason"], closed["closed_at"] is None) == ("lost", "Caro", False)


def test_a_patch_of_the_stage_is_a_move(program: Program, deal: dict[str, Any], pipeline: dict[str, Any]) -> None:
    path, quoted, lost = f"deals/{deal['id']}/", pipeline["stages"][2]["id"], pipeline["stages"][4]["id"]
    moved = program.write(path, {"stage": quoted, "title": "Festa", "version": 1}, method="patch").json()
    assert (moved["stage"], moved["title"]) == (quoted, "Festa")
    problem(program.write(path, {"stage": lost, "version": 1}, method="patch"), 409)
    assert fields(program.write(path, {"stage": lost, "title": "x"}, method="patch")) == ["lost_reason"]
    assert fields(program.write(path, {"lost_reason": "Caro"}, method="patch")) == ["lost_reason"]
    assert program.ask(path) == moved
    closed = program.write(path, {"stage": lost, "lost_reason": "Caro"}, method="patch").json()
    assert (closed["state"], closed["lost_reason"]) == ("lost", "Caro")
    with inside(program.salon.pk):
        kinds = list(Event.objects.filter(subject=deal["id"]).order_by("id").values_list("kind", flat=True))
        lines = AuditEntry.objects.filter(subject=deal["id"], action="deal.moved").count()
    assert kinds == [
        *("deal.created", "deal.changed", "deal.stage_changed", "deal.stage_changed", "deal.lost"),
    ]
    assert lines == 2


def test_it_says_what_is_wrong_with_a_deal(program: Program, seeded: Seeded, deal: dict[str, Any]) -> None:
    body = {"title": "Noiva", "contact": seeded.contact}
    for wrong, field in (({"value_minor": -1}, "value_minor"), ({"value_minor": 10**14}, "value_minor"),
                         ({"currency": "XYZ"}, "currency"), ({"currency": "brl"}, "currency"),
                         ({"expected_on": "24/12"}, "expected_on"), ({"price": 5}, "price")):  # fmt: skip
        assert fields(program.write("deals/", body | wrong)) == [field], wrong
        assert fields(program.write(f"deals/{deal['id']}/", wrong, method="patch")) == [field], wrong
    stages = [{"name": "A"}, {"name": "B", "kind": "won"}, {"name": "C", "kind": "lost"}]
    away = program.write("pipelines/", {"name": "Antigo", "stages": stages}).json()
    with inside(program.salon.pk):
        pipelines.archive(Pipeline.objects.get(public_id=away["id"]), by=None)
    closed = {"stage": away["stages"][0]["id"]}
    assert fields(program.write("deals/", body | closed), 409) == ["stage"]
    assert fields(program.write(f"deals/{deal['id']}/", closed, method="patch"), 409) == ["stage"]
    assert fields(program.write(f"deals/{deal['id']}/move/", closed), 409) == ["stage"]
    assert fields(program.write("deals/", body | {"stage": deal["id"]}), 404) == ["stage"]


def test_it_makes_and_finishes_a_task(program: Program, seeded: Seeded, deal: dict[str, Any]) -> None:
    body = {"text": "Ligar", "kind": "call", "deal": deal["id"], "due_at": "2026-12-20T13:00:00Z"}
    made = program.write("tasks/", body).json()
    assert (made["contact"], made["due_at"]) == (seeded.contact, "2026-12-20T13:00:00Z")
    done = program.write(f"tasks/{made['id']}/", {"is_done": True, "text": "Ligou"}, method="patch").json()
    assert (done["text"], done["done_at"] is None) == ("Ligou", False)
    assert [one["id"] for one in program.ask("tasks/", is_done="true")["results"]] == [made["id"]]
    assert program.ask("tasks/", due_before="2026-01-01T00:00:00Z")["results"] == []


def test_a_viewer_only_looks(program: Program, seeded: Seeded, deal: dict[str, Any]) -> None:
    viewer = Program(program.salon, role="viewer")
    assert viewer.ask("deals/")["results"]
    problem(viewer.write("deals/", {"title": "x", "contact": seeded.contact}), 403)
    problem(viewer.write(f"deals/{deal['id']}/move/", {"stage": deal["stage"]}), 403)
    problem(viewer.write("pipelines/", {"name": "x"}), 403)
    problem(viewer.write("tasks/", {"text": "x"}), 403)
    with inside(program.salon.pk):
        assert Deal.objects.get(public_id=deal["id"]).version == 1


def test_another_salon_sees_nothing(stranger: Program, seeded: Seeded) -> None:
    ids = seeded.more
    for path in (f"deals/{ids['deal']}/", f"pipelines/{ids['pipeline']}/", f"tasks/{ids['task']}/"):
        problem(stranger.get(f"/api/v1/{path}"), 404)
        problem(stranger.write(path, {}, method="patch"), 404)
    problem(stranger.write(f"deals/{ids['deal']}/move/", {}), 404)
    with inside(stranger.salon.pk):
        own = Stage.objects.filter(kind="open").first()
    assert own is not None
    assert fields(stranger.write("deals/", {"title": "x", "contact": seeded.contact}), 404) == ["contact"]
    with inside(stranger.salon.pk):
        assert (Deal.objects.count(), Task.objects.count()) == (0, 0)
