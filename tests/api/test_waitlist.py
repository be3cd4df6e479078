"""API-001, BK-004: the waitlist for programs."""

from datetime import timedelta
from typing import Any

from crm.bookings.models import WaitlistEntry
from ops.ids import uuid7
from ops.salon import inside
from tests.api.program import Program
from tests.bookings.conftest import Chair, chair
from tests.world import Salons

__all__ = ["chair"]


def body(chair: Chair, **more: Any) -> dict[str, Any]:
    return {"contact": str(chair.contact.public_id), "services": [str(chair.cut.public_id)],
            "to_date": str(chair.day), **more}  # fmt: skip


def test_somebody_waits_changes_their_mind_and_leaves(program: Program, chair: Chair) -> None:
    wishes = {"professionals": [str(chair.ana.public_id)], "weekdays": [0, 4], "from_time": "14:00"}
    answer = program.write("waitlist/", body(chair, **wishes))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made | wishes == made
    assert (made["state"], made["to_time"], made["offer"], made["source"]) == ("waiting", None, None, "api")
    # The same wish once more is no second place in the line.
    assert program.write("waitlist/", body(chair, **wishes)).json()["id"] == made["id"]
    assert [one["id"] for one in program.ask("waitlist/", is_open="true")["results"]] == [made["id"]]
    path = f"waitlist/{made['id']}/"
    later = {"from_time": None, "to_date": str(chair.day + timedelta(days=3)), "version": made["version"]}
    changed = program.write(path, later, method="patch").json()
    assert (changed["from_time"], changed["weekdays"], changed["version"]) == (None, [0, 4], made["version"] + 1)
    assert program.write(path, later, method="patch").status_code == 409
    for _ in range(2):
        assert program.write(f"{path}leave/", {}).json()["reason"] == "removed"
    assert program.write(path, {"note": "x"}, method="patch").status_code == 409


def test_wishes_that_cannot_be_are_refused_by_their_field(program: Program, chair: Chair, salons: Salons) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"services": []}, "services"),
        ({"to_date": "2020-01-01"}, "to_date"),
        ({"weekdays": [7]}, "weekdays.0"),
        ({"from_time": "15:00", "to_time": "14:00"}, "to_time"),
        ({"services": [str(chair.colour.public_id)], "professionals": [str(chair.bia.public_id)]}, "professionals"),
        ({"services": [str(uuid7())]}, "services"),
        ({"when": "soon"}, "when"),
    ]
    for more, field in wrong:
        answer = program.write("waitlist/", body(chair, **more))
        assert (answer.status_code in (400, 404), answer.json()["errors"][0]["field"]) == (True, field), more
    with inside(salons.aurora.pk):
        assert not WaitlistEntry.objects.exists()
