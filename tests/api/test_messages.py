"""/api/v1/messages/: reading."""

from datetime import timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Message
from ops import clock
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


def test_it_shows_a_message(program: Program, seeded: Seeded) -> None:
    found = program.ask(f"messages/{seeded.inbound}/")
    assert found.pop("at").endswith("Z")
    assert found == {
        "id": seeded.inbound,
        "wamid": "wamid.aurora",
        "direction": "in",
        "type": "text",
        "text": "oi aurora",
        "status": "delivered",
        "reason": None,
        "purpose": "reply",
        "contact": seeded.contact,
        "conversation": seeded.conversation,
        "number": seeded.number,
        "media": None,
        "send_at": None,
    }


def _hour(by: int) -> str:
    return (clock.now() + timedelta(hours=by)).isoformat()


@pytest.mark.parametrize(
    ("name", "hit", "miss"),
    [
        ("direction", "in", "out"),
        ("status", "delivered", "sent"),
        ("wamid", "wamid.aurora", "wamid.other"),
        ("at_after", -1, 1),
        ("at_before", 1, -1),
    ],
)
def test_it_filters(program: Program, seeded: Seeded, name: str, hit: Any, miss: Any) -> None:
    hit, miss = (_hour(value) if isinstance(value, int) else value for value in (hit, miss))
    assert len(program.ask("messages/", **{name: hit})["results"]) == 1
    assert program.ask("messages/", **{name: miss})["results"] == []


def test_it_filters_by_contact_and_conversation(program: Program, seeded: Seeded) -> None:
    for query in ({"contact": seeded.contact}, {"conversation": seeded.conversation}):
        assert [one["id"] for one in program.ask("messages/", **query)["results"]] == [seeded.inbound]


def test_an_unescaped_plus_in_a_moment_is_understood(program: Program, seeded: Seeded) -> None:
    answer = program.get("/api/v1/messages/?at_after=2020-01-01T00:00:00+00:00")
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("direction", "sideways"),
        ("status", "gone"),
        ("contact", "not-a-uuid"),
        ("conversation", "1"),
        ("at_after", "yesterday"),
        ("at_after", "2026-01-01T00:00:00"),
        ("at_before", "99999-01-01T00:00:00Z"),
        ("wamid", "x" * 201),
        ("wamid", "a\0b"),
        ("contcat", "x"),
        ("limit", "0"),
        ("limit", "1000"),
        ("limit", "9" * 5000),
        ("order", "random"),
        ("cursor", "cD0xZTk="),
        ("cursor", "é"),
    ],
)
def test_it_refuses_a_query_and_names_the_field(program: Program, seeded: Seeded, name: str, value: str) -> None:
    assert fields(program.get("/api/v1/messages/", {name: value})) == [name]


def test_a_foreign_id_in_the_query_is_nothing_here(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get("/api/v1/messages/", {"contact": seeded.contact}), 404)
    problem(stranger.get("/api/v1/messages/", {"conversation": seeded.conversation}), 404)
    problem(stranger.get(f"/api/v1/messages/{seeded.inbound}/"), 404)


def _add(program: Program, seeded: Seeded, count: int, start: int = 0) -> None:
    with inside(program.salon.pk):
        first = Message.objects.get(public_id=seeded.inbound)
        Message.objects.bulk_create(
            Message(
                wamid=f"w{number}", direction="in", type="text", text=str(number), status="delivered", at=clock.now(),
                contact_id=first.contact_id, conversation_id=first.conversation_id, number_id=first.number_id,
            )
            for number in range(start, start + count)
        )  # fmt: skip


def test_pages_stay_where_they_are_while_rows_are_added(program: Program, seeded: Seeded) -> None:
    _add(program, seeded, 24)
    seen, page = [], program.ask("messages/", limit=10)
    while True:
        seen += [one["id"] for one in page["results"]]
        _add(program, seeded, 3, start=100 * len(seen))
        if not page["next"]:
            break
        page = program.get(page["next"]).json()
    assert len(seen) == len(set(seen)) == 25


def test_one_can_go_back(program: Program, seeded: Seeded) -> None:
    _add(program, seeded, 9)
    first = program.ask("messages/", limit=5)
    second = program.get(first["next"]).json()
    assert program.get(second["previous"]).json()["results"] == first["results"]


def test_oldest_first(program: Program, seeded: Seeded) -> None:
    _add(program, seeded, 9)
    page = program.ask("messages/", order="oldest", limit=5)
    rest = program.get(page["next"]).json()
    assert [one["text"] for one in page["results"] + rest["results"]] == ["oi aurora", *map(str, range(9))]


def test_addresses_of_pages_are_absolute_and_keep_host_port_and_filter(program: Program, seeded: Seeded) -> None:
    _add(program, seeded, 9)
    found = program.ask("messages/", direction="in", limit=5)["next"]
    assert found.startswith("http://aurora.cadeira.localhost:8000/api/v1/messages/?")
    assert "direction=in" in found


def test_a_page_costs_the_same_however_many_rows(
    program: Program, seeded: Seeded, django_assert_max_num_queries: Any
) -> None:
    _add(program, seeded, 150)
    program.ask("messages/")
    # Seven, and two more in the second in which the salon's address is looked up again.
    with django_assert_max_num_queries(9):
        assert len(program.ask("messages/", limit=150)["results"]) == 150
