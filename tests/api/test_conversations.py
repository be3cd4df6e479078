"""/api/v1/conversations/: lists, and the verbs of the inbox (CR-002)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from crm.contacts.models import Contact, Note
from crm.inbox.models import Conversation, Team
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem
from tests.world import Browser


@pytest.fixture
def people(program: Program) -> dict[str, Member]:
    """Aurora's members by name."""
    with inside(program.salon.pk):
        return {one.name: one for one in Member.objects.all()}


@pytest.fixture
def team(program: Program, people: dict[str, Member]) -> Team:
    """One that takes turns: Bob alone."""
    with inside(program.salon.pk):
        return Team.objects.create(name="Front desk", members=[people["Bob"].pk], takes_turns=True)


@pytest.fixture
def patch(program: Program, seeded: Seeded) -> Callable[..., Any]:
    """Change the conversation; the answer."""

    def change(body: Any, **options: Any) -> Any:
        return program.write(f"conversations/{seeded.conversation}/", body, method="patch", **options)

    return change


def test_it_shows_a_conversation(program: Program, seeded: Seeded) -> None:
    found = program.ask(f"conversations/{seeded.conversation}/")
    assert all(
        found.pop(name).endswith("Z") for name in ("last_at", "last_inbound_at", "opened_at", "window_closes_at")
    )
    assert found == {
        "id": seeded.conversation,
        "contact": seeded.contact,
        "number": seeded.number,
        "status": "open",
        "assignee": None,
        "assignee_name": None,
        "team": None,
        "team_name": None,
        "bot_on": True,
        "bot_resumes_at": None,
        "unread": 0,
        "snoozed_until": None,
        "waiting_since": None,
        "last_text": "aurora",
        "last_direction": "in",
        "attention": None,
        "closed_at": None,
    }


def test_it_filters(program: Program, seeded: Seeded, people: dict[str, Member], team: Team) -> None:
    """Every filter finds it one way and not the other."""
    now = clock.now()
    with inside(program.salon.pk):
        Conversation.objects.update(
            assignee=people["Bob"],
            team=team,
            unread=2,
            bot_on=False,
            attention="flow_failed",
            last_inbound_at=now - timedelta(hours=23),
            snoozed_until=now + timedelta(hours=1),
        )
    bob, other = str(people["Bob"].public_id), str(people["Alice"].public_id)
    before, after = ((now + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    for name, yes, no in (
        ("contact", seeded.contact, None),
        ("number", seeded.number, None),
        ("status", "open", "closed"),
        ("open", "true", "false"),
        ("assignee", bob, other),
        ("assignee", bob, "none"),
        ("team", str(team.public_id), "none"),
        ("unread", "true", "false"),
        ("waiting", "true", "false"),
        ("bot_on", "false", "true"),
        ("window_closing", "true", "false"),
        ("snoozed", "true", "false"),
        ("attention", "true", "false"),
        ("tag", "aurora", "other"),
        ("search", "ana", "zoe"),
        ("updated_after", before, after),
        ("updated_before", after, before),
    ):
        assert [one["id"] for one in program.ask("conversations/", **{name: yes})["results"]] == [seeded.conversation]
        assert no is None or program.ask("conversations/", **{name: no})["results"] == [], name


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"open": "maybe"}, 400),
        ({"status": "1=1"}, 400),
        ({"assignee": "x"}, 400),
        ({"assignee": "me"}, 400),
        ({"team": str(uuid4())}, 404),
        ({"updated_after": "yesterday"}, 400),
        ({"contact__salon": "1"}, 400),
        ({"assignee__isnull": "true"}, 400),
        ({"order": "password"}, 400),
        ({"order": "-last_at", "cursor": "cD00ODY="}, 400),
        ({"order": "newest", "cursor": "cD0yMDI2LTExLTIwKzE1JTNBMDA="}, 400),
    ],
)
def test_it_refuses_a_filter(program: Program, query: dict[str, str], status: int) -> None:
    """Also what would reach into columns nobody offers."""
    assert fields(program.get("/api/v1/conversations/", query), status)[0] in query


def test_it_pages_both_ways_by_the_newest_message(program: Program, seeded: Seeded) -> None:
    now = clock.now()
    with inside(program.salon.pk):
        for hours in range(1, 4):
            contact = Contact.objects.create(name=f"Guest {hours}")
            Conversation.objects.create(contact=contact, number_id=1, last_at=now - timedelta(hours=hours))

    def walk(page: Any, way: str) -> tuple[list[str], Any]:
        found = []
        while True:
            assert len(page["results"]) == 1
            found.append(page["results"][0]["last_at"])
            if page[way] is None:
                return found, page
            parts = urlsplit(page[way])
            page = program.get(f"{parts.path}?{parts.query}").json()

    there, last = walk(program.ask("conversations/", order="-last_at", limit="1"), "next")
    back, _first = walk(last, "previous")
    assert there == sorted(there, reverse=True)
    assert len(there) == 4
    assert back == there[::-1]


def test_everything_is_changed_at_once(
    patch: Callable[..., Any], program: Program, seeded: Seeded, people: dict[str, Member], team: Team
) -> None:
    """Through the verbs of the inbox: with their events, and with the key's act in the log."""
    with inside(program.salon.pk):
        Conversation.objects.update(unread=3, closed_at=clock.now())
    until = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    body = {
        "status": "open",
        "team": str(team.public_id),
        "assignee": str(people["Alice"].public_id),
        "bot_on": False,
        "read": True,
        "snoozed_until": until.isoformat(),
    }
    first = patch(body, key="once")
    assert first.status_code == 200, first.content
    found = first.json()
    assert (found["status"], found["assignee_name"], found["team_name"]) == ("open", "Alice", "Front desk")
    assert (found["bot_on"], found["unread"], found["closed_at"]) == (False, 0, None)
    assert datetime.fromisoformat(found["snoozed_until"]) == until
    assert patch(body, key="once")["Idempotency-Replayed"] == "true"
    with inside(program.salon.pk):
        acts = AuditEntry.objects.filter(subject=seeded.conversation).order_by("pk")
        assert [(one.action, one.actor_kind) for one in acts] == [
            ("conversation.reopened", "apikey"),
            ("conversation.given_to_team", "apikey"),
            ("conversation.assigned", "apikey"),
            ("conversation.assigned", "apikey"),
            ("conversation.bot_off", "apikey"),
            ("conversation.snoozed", "apikey"),
        ]
        assert Event.objects.filter(kind="conversation.reopened").count() == 1
    closed = patch({"status": "closed", "assignee": None}).json()
    assert (closed["status"], closed["assignee"], closed["snoozed_until"]) == ("closed", None, None)


@pytest.mark.parametrize(
    ("body", "field", "status"),
    [
        ({"status": "gone"}, "status", 400),
        ({"assignee": "x"}, "assignee", 400),
        ({"assignee": str(uuid4())}, "assignee", 404),
        ({"team": str(uuid4())}, "team", 404),
        ({"team": 1}, "team", 400),
        ({"bot_on": "perhaps"}, "bot_on", 400),
        ({"read": False}, "read", 400),
        ({"snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until", 400),
        ({"snoozed_until": "2026-12-24T09:00:00"}, "snoozed_until", 400),
        ({"status": "closed", "snoozed_until": "2026-12-24T09:00:00Z"}, "snoozed_until", 400),
        ({"contact": str(uuid4())}, "contact", 400),
        ({"assignee_id": 1}, "assignee_id", 400),
        ({"unread": 0}, "unread", 400),
        ({"closed_at": None}, "closed_at", 400),
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(
    patch: Callable[..., Any], program: Program, seeded: Seeded, body: dict[str, Any], field: str, status: int
) -> None:
    before = program.ask(f"conversations/{seeded.conversation}/")
    assert fields(patch({"bot_on": False, **body}), status) == [field]
    assert program.ask(f"conversations/{seeded.conversation}/") == before


def test_who_answers_nobody_is_given_nothing(patch: Callable[..., Any], people: dict[str, Member]) -> None:
    assert fields(patch({"assignee": str(people["Vera"].public_id)})) == ["assignee"]


def test_one_that_goes_on_elsewhere_is_not_reopened(patch: Callable[..., Any], program: Program) -> None:
    with inside(program.salon.pk):
        old = Conversation.objects.get()
        Conversation.objects.update(closed_at=clock.now())
        Conversation.objects.create(contact=old.contact, number_id=old.number_id, last_at=clock.now())
    assert fields(patch({"status": "open"}), 409) == ["status"]
    assert fields(patch({"snoozed_until": "2026-12-24T09:00:00Z"}), 409) == ["snoozed_until"]


def test_of_two_takers_the_second_hears_who(
    program: Program, seeded: Seeded, people: dict[str, Member], bob: Browser, alice: Browser
) -> None:
    """CR-002: nobody overwrites; a program says for whom."""
    path = f"conversations/{seeded.conversation}/take/"
    assert fields(program.write(path, {})) == ["member"]
    assert bob.post(f"/api/v1/{path}", {}, content_type="application/json").json()["assignee_name"] == "Bob"
    refused = problem(alice.post(f"/api/v1/{path}", {}, content_type="application/json"), 409)
    assert (refused["errors"][0]["field"], refused["detail"]) == ("assignee", "assignee: Bob is already answering.")
    assert fields(program.write(path, {"member": str(people["Alice"].public_id)}), 409) == ["assignee"]
    assert program.ask("conversations/", assignee=str(people["Bob"].public_id))["results"]
    assert bob.get("/api/v1/conversations/", {"assignee": "me"}).json()["results"]


def test_notes(program: Program, seeded: Seeded, bob: Browser) -> None:
    path = f"conversations/{seeded.conversation}/notes/"
    assert program.write(path, {"text": "Prefere a tarde. @Bob"}).status_code == 201
    made = bob.post(f"/api/v1/{path}", {"text": "<b>Certo</b>"}, content_type="application/json").json()
    found = program.ask(path)["results"]
    assert found[0] == made
    assert [(one["text"], one["by_name"]) for one in found[:2]] == [
        ("<b>Certo</b>", "Bob"),
        ("Prefere a tarde. @Bob", None),
    ]
    with inside(program.salon.pk):
        assert Note.objects.get(text__contains="@Bob").mentions == [bob.member.pk]
    for body in ({"text": "  "}, {"text": "x" * 5000}, {"text": "x", "by": 1}, {}):
        assert program.write(path, body).status_code == 400


def test_a_foreign_id_is_nothing_here(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/conversations/{seeded.conversation}/"), 404)
    problem(stranger.get("/api/v1/conversations/", {"number": seeded.number}), 404)
    problem(stranger.get("/api/v1/conversations/", {"contact": seeded.contact}), 404)
