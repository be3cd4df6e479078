"""/api/v1/conversations/."""

from crm.inbox.models import Conversation
from ops import clock
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


def test_it_shows_a_conversation(program: Program, seeded: Seeded) -> None:
    found = program.ask(f"conversations/{seeded.conversation}/")
    assert all(found.pop(name).endswith("Z") for name in ("last_at", "last_inbound_at", "opened_at"))
    assert found == {
        "id": seeded.conversation,
        "contact": seeded.contact,
        "number": seeded.number,
        "assignee": None,
        "bot_on": True,
        "unread": 0,
        "last_text": "aurora",
        "last_direction": "in",
        "attention": None,
        "closed_at": None,
    }


def test_it_filters(program: Program, seeded: Seeded) -> None:
    for query in ({"contact": seeded.contact}, {"number": seeded.number}, {"open": "true"}):
        assert [one["id"] for one in program.ask("conversations/", **query)["results"]] == [seeded.conversation]
    with inside(program.salon.pk):
        Conversation.objects.update(closed_at=clock.now())
    assert program.ask("conversations/", open="true")["results"] == []
    assert len(program.ask("conversations/", open="false")["results"]) == 1


def test_it_refuses_a_filter(program: Program) -> None:
    assert fields(program.get("/api/v1/conversations/", {"open": "maybe"})) == ["open"]


def test_a_foreign_id_is_nothing_here(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/conversations/{seeded.conversation}/"), 404)
    problem(stranger.get("/api/v1/conversations/", {"number": seeded.number}), 404)
    problem(stranger.get("/api/v1/conversations/", {"contact": seeded.contact}), 404)
