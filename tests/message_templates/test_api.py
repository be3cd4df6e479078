"""/api/v1/message-templates/ (FR-WA-004, API-001)."""

from typing import Any

import pytest
from django.core.cache import cache

from channels_wa.message_templates.actions import SYNC
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from ops.salon import inside
from ops.timers import errands
from ops.timers.models import Timer
from tests.api.program import Program, fields, problem
from tests.message_templates.account import Account
from tests.message_templates.conftest import BODY, Make
from tests.world import Salons

WHERE = "message-templates/"
NEW: dict[str, Any] = {"name": "lembrete", "language": "pt_BR", "components": [BODY]}


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def program(salons: Salons, number: Number) -> Program:
    """Aurora's, with a manager's key."""
    return Program(salons.aurora)


def count(number: Number) -> int:
    with inside(number.salon_id):
        return MessageTemplate.objects.count()


def test_one_is_written_and_read(program: Program) -> None:
    answer = program.write(WHERE, NEW)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["name"], made["status"], made["components"]) == ("lembrete", "draft", [BODY])
    assert program.ask(f"{WHERE}{made['id']}/") == made
    assert answer["Location"].endswith(f"/api/v1/message-templates/{made['id']}/")


def test_one_is_submitted_at_once(program: Program, account: Account) -> None:
    made = program.write(WHERE, {**NEW, "submit": True}).json()
    assert made["is_submitting"]
    errands.work()
    found = program.ask(f"{WHERE}{made['id']}/")
    assert (found["status"], found["is_submitting"]) == ("pending", False)


def test_what_meta_would_refuse_is_refused_with_its_field_and_nothing_is_kept(program: Program, number: Number) -> None:
    wrong = {**NEW, "submit": True, "components": [{"type": "BODY", "text": "Oi, até amanhã às {{1}}"}]}
    answer = program.write(WHERE, wrong)
    assert fields(answer) == ["components.body", "components.body.example"]
    assert count(number) == 0


def test_a_name_that_is_taken_is_refused(program: Program, make: Make) -> None:
    make()
    assert fields(program.write(WHERE, NEW)) == ["name"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"components": []}, "components"),
        ({"components": "x"}, "components"),
        ({"components": ["x"]}, "components.0"),
        ({"category": "news"}, "category"),
        ({"colour": "red"}, "colour"),
        ({"language": "xx"}, "language"),
    ],
)
def test_a_body_that_is_wrong_names_its_field(program: Program, number: Number, change: Any, field: str) -> None:
    assert fields(program.write(WHERE, {**NEW, **change})) == [field]
    assert count(number) == 0


def test_the_list_is_filtered(program: Program, make: Make) -> None:
    make("a")
    make("b", language="es", meta_id="2")
    make("c", status="rejected", meta_id="3")
    for query, names in (({"name": "a"}, "a"), ({"language": "es"}, "b"), ({"status": "rejected"}, "c"), ({}, "cba")):
        assert "".join(one["name"] for one in program.ask(WHERE, **query)["results"]) == names
    assert fields(program.get(f"/api/v1/{WHERE}", {"status": "nonsense"})) == ["status"]


def test_changes_of_an_approved_one_wait(program: Program, make: Make) -> None:
    one = make()
    changed = {**BODY, "text": "Oi {{1}}, o seu horário mudou para {{2}}. Até lá!"}
    answer = program.write(f"{WHERE}{one.public_id}/", {"components": [changed]}, method="patch").json()
    assert (answer["status"], answer["has_changes"], answer["components"]) == ("approved", True, [BODY])


def test_what_is_in_review_cannot_be_changed(program: Program, make: Make) -> None:
    one = make(status="pending")
    problem(program.write(f"{WHERE}{one.public_id}/", {"components": [BODY]}, method="patch"), 409)


def test_a_draft_is_deleted(program: Program, make: Make, number: Number) -> None:
    one = make(status="draft", meta_id="")
    assert program.delete(f"/api/v1/{WHERE}{one.public_id}/").status_code == 204
    assert count(number) == 0


def test_submitting_twice_with_one_key_submits_once(program: Program, number: Number, account: Account) -> None:
    made = program.write(WHERE, NEW).json()
    answers = [program.write(f"{WHERE}{made['id']}/submit/", {}, key="once") for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    errands.work()
    assert [name for name, _what in account.calls] == ["create"]


def test_a_sync_is_asked_for(program: Program, number: Number) -> None:
    assert program.write(f"{WHERE}sync/", {}).status_code == 202
    assert Timer.objects.filter(kind=SYNC, subject=number.waba_id).exists()


def test_who_may_see_and_who_may_change(program: Program, make: Make, number: Number) -> None:
    one = make()
    receptionist = Program(program.salon, role="receptionist")
    assert receptionist.ask(WHERE)["results"]
    problem(receptionist.write(WHERE, NEW), 403)
    problem(receptionist.write(f"{WHERE}{one.public_id}/submit/", {}), 403)
    problem(Program(program.salon, role="viewer").get(f"/api/v1/{WHERE}"), 403)
    assert count(number) == 1


def test_another_salon_sees_nothing(salons: Salons, make: Make) -> None:
    one, stranger = make(), Program(salons.other)
    problem(stranger.get(f"/api/v1/{WHERE}{one.public_id}/"), 404)
    problem(stranger.delete(f"/api/v1/{WHERE}{one.public_id}/"), 404)
    assert stranger.ask(WHERE)["results"] == []
