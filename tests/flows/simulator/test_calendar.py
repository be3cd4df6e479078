"""A flow that books is tried without booking anything (FL-007), and its trial becomes a test (FL-008)."""

from datetime import timedelta

from crm.bookings.models import Booking
from flows.gallery.actions import make, of_ready
from flows.gallery.ready import ready_flow
from flows.graph import Graph
from flows.simulator.calendar import DriverWithCalendar, _meant
from flows.simulator.playing import play
from flows.simulator.recording import script_of_talk
from flows.simulator.script import read
from flows.simulator.world import TRIED, World, contact_facts, options_of
from ops import clock
from ops.salon import inside
from tests.bookings.conftest import Chair, chair

__all__ = ["chair"]


def talk(slug: str) -> tuple[World, DriverWithCalendar, Graph]:
    graph = Graph.parse(ready_flow(slug).graph)
    world = World(clock.now().replace(second=0, microsecond=0), contact=contact_facts("Ana Souza"))
    return world, DriverWithCalendar(world, {TRIED: graph}.get), graph


def shown(world: World) -> list[str]:
    return [one["title"] for one in options_of([entry for entry in world.log if entry["kind"] == "message"][-1])]


def test_free_times_are_real_and_nothing_is_written(chair: Chair) -> None:
    with inside(chair.salon_id):
        world, driver, _graph = talk("booking")
        driver.say("marcar")
        driver.tap("Corte")
        driver.tap("Tanto faz")
        driver.tap(shown(world)[0])
        driver.tap("Sim, marcar")
        assert Booking.objects.count() == 0
    assert [one["state"] for one in world.bookings] == ["booked"]
    assert World.from_json(world.to_json()).bookings == world.bookings
    assert world.log[-1]["kind"] == "ended"


def test_what_was_booked_in_the_trial_can_be_cancelled_there(chair: Chair) -> None:
    with inside(chair.salon_id):
        world, driver, _graph = talk("change_visit")
        world.bookings = [
            {"id": "x", "state": "booked", "starts_at": (world.now + timedelta(days=3)).isoformat(), "when": "quinta",
             "services": "Corte", "professional": "Bia", "service_ids": [str(chair.cut.public_id)], "may_change": True}
        ]  # fmt: skip
        driver.say("mudar")
        driver.tap("Cancelar visita")
    assert [one["state"] for one in world.bookings] == ["cancelled"]


def test_a_trial_cancels_no_other_visit_than_the_one_that_is_named(chair: Chair) -> None:
    world = World(clock.now().replace(second=0, microsecond=0), contact=contact_facts("Ana Souza"))
    soon = (world.now + timedelta(days=3)).isoformat()
    world.bookings = [{"id": "x", "state": "booked", "starts_at": soon}]
    found = [_meant(world, {"booking": named}) for named in ("gone", "", "x", None)]
    assert [one is not None for one in found] == [False, False, True, True]


def test_a_trial_is_kept_as_a_test_with_the_calendars_answers(chair: Chair) -> None:
    """FL-008: played again it needs no calendar, whatever that says by then."""
    with inside(chair.salon_id):
        world, driver, graph = talk("booking")
        driver.say("marcar")
        driver.tap("Corte")
        driver.tap("Bia")
        driver.tap(shown(world)[0])
        driver.tap("Sim, marcar")
    script = script_of_talk(world, {"name": "Ana Souza"})
    assert play(read(script), {TRIED: graph}.get).failure is None


def test_the_clock_of_a_trial_may_be_ahead(chair: Chair) -> None:
    with inside(chair.salon_id):
        world, driver, _graph = talk("booking")
        driver.until(world.now + timedelta(days=10))
        driver.say("marcar")
        driver.tap("Corte")
        driver.tap("Bia")
    offered = world.log[-2]["body"]["rows"] if "body" in world.log[-2] else []
    first = int(offered[0]["id"].rpartition("t")[2])
    assert first * 60 >= (world.now - timedelta(days=1)).timestamp()


def test_a_ready_flow_brings_its_settings(chair: Chair) -> None:
    with inside(chair.salon_id):
        assert make(of_ready(ready_flow("booking")), by=None).settings["may_interrupt"] is True
