"""Idempotency-Key on writes (API-001)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from api.idempotency import KEPT_FOR
from api.models import IdempotencyKey
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from channels_wa.outbox.models import OutboxItem
from crm.contacts.models import Contact
from ops.eventqueue.models import EventItem
from ops.salon import inside
from tenants.accounts.models import User
from tenants.salons.actions import NewSalon, open_salon
from tenants.salons.models import Salon
from tenants.salons.schemas import drop_schema
from tests.api.conftest import Seeded, approve_template
from tests.api.program import Program, fields, problem, public_host

BIA = {"name": "Bia", "tags": ["a", "b"]}


def _contacts(salon: Salon) -> int:
    with inside(salon.pk):
        return Contact.objects.count()


def test_the_second_time_gives_the_first_answer(program: Program) -> None:
    first = program.write("contacts/", BIA, key="k1")
    again = program.write("contacts/", BIA, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert (first.has_header("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (False, "true")
    assert _contacts(program.salon) == 1


def test_a_message_is_sent_once(program: Program, seeded: Seeded) -> None:
    body = {"contact": seeded.contact, "type": "text", "text": "Oi"}
    answers = [program.write("messages/", body, key="k") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert OutboxItem.objects.filter(salon_id=program.salon.pk).count() == 1


def test_the_order_of_names_in_the_body_does_not_matter(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    assert program.write("contacts/", dict(reversed(BIA.items())), key="k1").status_code == 201
    assert _contacts(program.salon) == 1


def test_another_body_is_refused(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    problem(program.write("contacts/", {"name": "Ana"}, key="k1"), 422)
    assert _contacts(program.salon) == 1


def test_another_address_is_refused(program: Program, seeded: Seeded) -> None:
    program.write("contacts/", BIA, key="k1")
    problem(program.write(f"contacts/{seeded.contact}/", BIA, method="patch", key="k1"), 422)


def test_a_change_is_made_once(program: Program, seeded: Seeded) -> None:
    path = f"contacts/{seeded.contact}/"
    program.write(path, {"name": "One"}, method="patch", key="k1")
    program.write(path, {"name": "Two"}, method="patch")
    assert program.write(path, {"name": "One"}, method="patch", key="k1").json()["name"] == "One"
    assert program.ask(path)["name"] == "Two"


def test_a_refused_request_may_be_mended(program: Program) -> None:
    problem(program.write("contacts/", {"name": ""}, key="k1"), 400)
    assert program.write("contacts/", BIA, key="k1").status_code == 201


def test_keys_of_two_callers_are_two_keys(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    assert not Program(program.salon).write("contacts/", BIA, key="k1").has_header("Idempotency-Replayed")
    assert _contacts(program.salon) == 2


def test_the_key_holds_on_both_hosts(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    assert program.elsewhere(public_host()).write("contacts/", BIA, key="k1")["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", [" ", "a b", "é", "x" * 201])
def test_a_key_that_is_none(program: Program, key: str) -> None:
    assert fields(program.write("contacts/", BIA, key=key)) == ["Idempotency-Key"]


def test_a_viewer_gets_no_answer_of_others(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    problem(Program(program.salon, role="viewer").write("contacts/", BIA, key="k1"), 403)


def _age(program: Program, by: timedelta) -> None:
    with inside(program.salon.pk):
        for row in IdempotencyKey.objects.all():
            IdempotencyKey.objects.filter(pk=row.pk).update(created_at=row.created_at - by)


def test_it_is_kept_for_a_day(program: Program) -> None:
    program.write("contacts/", BIA, key="k1")
    _age(program, KEPT_FOR - timedelta(minutes=1))
    assert program.write("contacts/", BIA, key="k1").has_header("Idempotency-Replayed")
    _age(program, timedelta(minutes=2))
    assert not program.write("contacts/", BIA, key="k1").has_header("Idempotency-Replayed")


def test_old_keys_go(program: Program) -> None:
    for number in range(5):
        program.write("contacts/", BIA, key=f"old{number}")
    _age(program, KEPT_FOR + timedelta(minutes=1))
    program.write("contacts/", BIA, key="new")
    with inside(program.salon.pk):
        assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


@pytest.fixture
def race(salons: object, django_db_blocker: Any) -> Iterator[Program]:
    """A program of a salon of its own, in real transactions: threads must see each other's."""
    with django_db_blocker.unblock():
        # Hosts are remembered for a moment, so no two of these salons have the same.
        slug = f"race-{uuid4().hex[:8]}"
        owner = User.objects.create_user(f"{slug}@example.com", "a long password")
        salon = open_salon(NewSalon("Race", slug, plan="unlimited"), owner=owner)
        Number.objects.create(salon_id=salon.pk, phone_number_id=slug, waba_id=slug, portfolio=slug, display_phone="+1")
        approve_template(salon)
        try:
            yield Program(salon)
        finally:
            OutboxItem.objects.filter(salon_id=salon.pk).delete()
            EventItem.objects.filter(salon_id=salon.pk).delete()
            Number.objects.filter(salon_id=salon.pk).delete()
            drop_schema(salon.pk)
            Salon.objects.filter(pk=salon.pk).delete()
            owner.delete()


def _at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    def alone(number: int) -> Any:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def test_at_the_same_time_one_acts_and_the_others_wait(race: Program) -> None:
    answers = _at_once(6, lambda _: Program(race.salon, key=race.key).write("contacts/", BIA, key="k1"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.has_header("Idempotency-Replayed") for answer in answers) == 5
    assert _contacts(race.salon) == 1


def test_at_the_same_time_one_phone_is_one_contact(race: Program) -> None:
    body = {"identities": [{"value": "+5511911112222"}]}
    answers = _at_once(6, lambda _: Program(race.salon, key=race.key).write("contacts/", body))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert _contacts(race.salon) == 1


HELLO = {"to": "+5511911112222", "type": "template", "template": {"name": "hello", "language": "pt_BR"}}


def test_i08_at_the_same_time_messages_to_a_stranger_make_one_talk(race: Program) -> None:
    answers = _at_once(6, lambda _: Program(race.salon, key=race.key).write("messages/", HELLO))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 6
    assert len({(answer.json()["contact"], answer.json()["conversation"]) for answer in answers}) == 1
    assert _contacts(race.salon) == 1


def test_at_the_same_time_one_key_sends_one_message(race: Program) -> None:
    answers = _at_once(6, lambda _: Program(race.salon, key=race.key).write("messages/", HELLO, key="k1"))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert OutboxItem.objects.filter(salon_id=race.salon.pk).count() == 1


def test_at_the_same_time_added_fields_all_stay(race: Program) -> None:
    made = race.write("contacts/", BIA).json()["id"]
    _at_once(
        6,
        lambda n: Program(race.salon, key=race.key).write(
            f"contacts/{made}/", {"fields": {f"f{n}": n}}, method="patch"
        ),
    )
    assert race.ask(f"contacts/{made}/")["fields"] == {f"f{n}": n for n in range(6)}


def test_who_fails_leaves_the_key_to_the_next(race: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Contact.objects.create
    failed: list[bool] = []

    def fail_once(**values: Any) -> Contact:
        if not failed:
            failed.append(True)
            raise RuntimeError("cut")
        return real(**values)

    monkeypatch.setattr(Contact.objects, "create", fail_once)
    race.raise_request_exception = False
    problem(race.write("contacts/", BIA, key="k1"), 500)
    assert race.write("contacts/", BIA, key="k1").status_code == 201
    with inside(race.salon.pk):
        assert (Contact.objects.count(), Message.objects.count()) == (1, 0)
