"""/api/v1/connections/: the table is public, so the filter by salon is all that keeps them apart."""

from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


def test_it_shows_the_salons_own_numbers(program: Program, seeded: Seeded) -> None:
    [found] = program.ask("connections/")["results"]
    assert found == program.ask(f"connections/{seeded.number}/")
    assert found.pop("created_at").endswith("Z")
    assert found == {
        "id": seeded.number,
        "display_phone": "+55 11 1111-1111",
        "name": "",
        "phone_number_id": "1" * 15,
        "waba_id": "1" * 16,
        "state": "active",
        "reason": "",
        "setup": None,
        "throughput_mps": 80,
        "quality": "UNKNOWN",
        "messaging_limit": None,
        "messaging_limit_known": False,
        "name_status": "",
        "account_status": "",
        "health_score": 100,
        "is_default": False,
        "default_flow": None,
    }


def test_another_salon_sees_its_own_only(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/connections/{seeded.number}/"), 404)
    assert [one["phone_number_id"] for one in stranger.ask("connections/")["results"]] == ["2" * 15]


def test_what_meta_says_cannot_be_written(program: Program, seeded: Seeded) -> None:
    answer = program.write(f"connections/{seeded.number}/", {"quality": "GREEN"}, method="patch")
    assert fields(answer) == ["quality"]


def test_a_receptionist_may_not(program: Program) -> None:
    problem(Program(program.salon, role="receptionist").get("/api/v1/connections/"), 403)
