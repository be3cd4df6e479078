"""BL-009: what a salon has used, for programs."""

from tests.api.program import Program
from tests.world import Browser, Salons


def test_every_limit_with_what_is_used(salons: Salons, db: None) -> None:
    program = Program(salons.aurora, role="owner")
    program.ask("contacts/")
    shown = program.ask("usage/")
    by_name = {row["name"]: row for row in shown["results"]}
    assert by_name["api_calls"]["used"] == 2
    assert by_name["contacts"]["resets_at"] is None
    assert by_name["messages"]["limit"] is None
    assert shown["period"]["starts_at"] < shown["period"]["ends_at"]


def test_who_may_not_see_the_plan(vera: Browser) -> None:
    assert vera.get("/api/v1/usage/").status_code == 403
