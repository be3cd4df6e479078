"""/api/v1/teams/, /api/v1/members/; what waits for its moment; merging by API (CR-001, CR-002)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem
from tests.world import Browser


def test_a_team_is_made_changed_and_ended(program: Program, seeded: Seeded) -> None:
    people = {one["name"]: one for one in program.ask("members/")["results"]}
    assert (people["Bob"]["role"], people["Bob"]["is_away"]) == ("receptionist", False)
    alice, bob = people["Alice"]["id"], people["Bob"]["id"]
    body = {"name": "Desk", "members": [bob, alice], "numbers": [seeded.number], "takes_turns": True}
    made = program.write("teams/", body, key="k1")
    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in body} == body
    assert program.write("teams/", body, key="k1").json() == made.json()
    path = f"teams/{made.json()['id']}/"
    assert program.write(path, {"members": [bob]}, method="patch").json() | {"members": []} == made.json() | {
        "members": []
    }
    assert program.ask(path)["members"] == [bob]
    assert fields(program.write("teams/", {"name": "Desk"}), 409) == ["name"]
    assert program.delete(f"/api/v1/{path}").status_code == 204
    problem(program.get(f"/api/v1/{path}"), 404)


def test_what_a_team_cannot_be(program: Program, seeded: Seeded, bob: Browser) -> None:
    vera = next(one["id"] for one in program.ask("members/")["results"] if one["name"] == "Vera")
    for body, field, status in (
        ({}, "name", 400),
        ({"name": " "}, "name", 400),
        ({"name": "x", "members": [vera]}, "members.0", 404),
        ({"name": "x", "numbers": [str(uuid4())]}, "numbers.0", 404),
        ({"name": "x", "members": "all"}, "members", 400),
        ({"name": "x", "last_turn": 1}, "last_turn", 400),
    ):
        assert fields(program.write("teams/", body), status) == [field], body
    assert bob.post("/api/v1/teams/", {"name": "x"}, content_type="application/json").status_code == 403
    assert bob.get("/api/v1/teams/").status_code == 200


def test_what_waits_for_its_moment_is_moved_and_taken_back(program: Program, seeded: Seeded) -> None:
    tomorrow, later = (clock.now().replace(microsecond=0) + timedelta(days=days) for days in (1, 2))
    body: dict[str, Any] = {"contact": seeded.contact, "type": "text", "text": "Até amanhã!"}
    made = program.write("messages/", {**body, "send_at": tomorrow.isoformat()}).json()
    path = f"messages/{made['id']}/"
    assert made["send_at"] == tomorrow.isoformat().replace("+00:00", "Z")
    # Who waits for an answer still does.
    assert program.ask(f"conversations/{seeded.conversation}/")["last_direction"] == "in"
    moved = program.write(path, {"send_at": later.isoformat()}, method="patch").json()
    assert moved["send_at"] == later.isoformat().replace("+00:00", "Z")
    assert fields(program.write(path, {"send_at": "2020-01-01T00:00:00Z"}, method="patch")) == ["send_at"]
    assert fields(program.write(path, {"text": "x"}, method="patch")) == ["text"]
    assert program.write(f"{path}cancel/", {}).json()["status"] == "cancelled"
    problem(program.write(f"{path}cancel/", {}), 409)
    assert fields(program.write(path, {"send_at": later.isoformat()}, method="patch"), 409) == ["send_at"]


def test_two_contacts_become_one(program: Program, seeded: Seeded, vera: Browser) -> None:
    double = program.write("contacts/", {"name": "Ana S.", "tags": ["double"]}).json()
    path = f"contacts/{double['id']}/merge/"
    assert vera.post(f"/api/v1/{path}", {"contact": seeded.contact}, content_type="application/json").status_code == 403
    assert fields(program.write(path, {"contact": str(uuid4())}), 404) == ["contact"]
    kept = program.write(path, {"contact": seeded.contact}).json()
    assert (kept["id"], kept["tags"]) == (seeded.contact, ["aurora", "double"])
    assert program.ask(f"contacts/{double['id']}/")["id"] == seeded.contact
    assert fields(program.write(path, {"contact": seeded.contact}), 409) == ["contact"]
    with inside(program.salon.pk):
        assert Contact.objects.count() == 1
