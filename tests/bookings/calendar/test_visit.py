"""BK-002, FR-DB-002: a visit is moved, its state set and taken back, by whoever may."""

from crm.bookings.actions import writing
from crm.bookings.actions.booking import ItemWanted
from crm.bookings.models import Booking
from ops.salon import inside
from tests.bookings.calendar.conftest import Desk
from tests.bookings.conftest import ZONE, Chair
from tests.world import Browser


def test_fr_db_002_a_drag_moves_and_its_undo_moves_back(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    status, told = desk.drag(booking, "14:30", professional=chair.bia.public_id)
    assert (status, told["version"]) == (200, 2)
    assert chair.busy(booking)[0][:3] == (chair.bia.pk, "14:30", "15:30")
    assert desk.browser.post(told["undo"], headers={"HX-Request": "true"}).status_code == 200
    assert chair.busy(booking)[0][:3] == (chair.ana.pk, "10:00", "11:00")


def test_fr_db_002_a_drag_into_somebody_is_refused_with_the_reason_and_free_times(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    chair.book("14:00")
    status, told = desk.drag(booking, "14:15")
    assert (status, told["reason"]) == (409, "Ana is busy then.")
    assert 'data-slot="' in told["html"]
    assert chair.fresh(booking).version == 1


def test_fr_db_002_outside_of_hours_a_reason_is_needed_and_kept(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    status, told = desk.drag(booking, "06:00")
    assert (status, told["reason"]) == (409, "Ana does not work then.")
    assert 'name="override"' in told["html"]
    status, told = desk.drag(booking, "06:00", override="noiva")
    assert status == 200
    assert chair.fresh(booking).override_reason == "noiva"


def test_fr_db_002_of_two_who_drag_the_second_is_told_who_was_first(desk: Desk, chair: Chair, bob: Browser) -> None:
    booking = chair.book("10:00")
    assert Desk(bob, chair).drag(booking, "11:00")[0] == 200
    status, told = desk.drag(booking, "12:00")
    assert (status, told["code"]) == (409, "stale")
    assert "Bob" in told["reason"]
    assert chair.fresh(booking).wall_clock.endswith("11:00")


def test_fr_db_002_a_visit_is_made_longer_and_what_follows_begins_later(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    status, _told = desk.drag(booking, "10:00", resize="1", end=f"{chair.day}T11:30")
    assert status == 200
    assert [f"{one.ends_at - one.starts_at}" for one in chair.items(booking)] == ["1:30:00"]


def test_fr_db_002_undo_gives_back_the_time_in_which_the_professional_was_free(desk: Desk, chair: Chair) -> None:
    """Too short for its processing time the visit is one piece; taken back it is what it was."""
    booking = chair.book("10:00", service=chair.colour)
    before = chair.busy(booking)
    _status, told = desk.drag(booking, "10:00", resize="1", end=f"{chair.day}T10:20")
    assert len(chair.items(booking)[0].segments) == 1
    assert desk.browser.post(told["undo"], headers={"HX-Request": "true"}).status_code == 200
    assert chair.busy(booking) == before
    assert len(chair.items(booking)[0].segments) == 3


def test_fr_db_002_by_keyboard_the_form_moves_it(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    page = desk.browser.get_page(f"/calendar/bookings/{booking.public_id}/move/")
    assert 'value="10:00"' in page
    given = {"day": chair.day, "time": "16:20", "who-0": chair.bia.public_id, "minutes-0": 30}
    answer = desk.act(booking, "move", **given)
    assert answer.status_code == 200
    assert chair.busy(booking)[0][:3] == (chair.bia.pk, "16:20", "17:05")


def test_bk_004_states_go_forward_and_back(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    answer = desk.act(booking, "state", state="arrived")
    assert answer.status_code == 200
    assert "cal-state--arrived" in answer.content.decode()
    assert chair.fresh(booking).state == "arrived"
    assert desk.act(booking, "state", state="done").status_code == 409
    assert desk.act(chair.fresh(booking), "undo").status_code == 200
    assert chair.fresh(booking).state == "booked"


def test_bk_004_a_cancelled_visit_frees_its_time_and_says_why(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    answer = desk.act(booking, "state", state="cancelled", reason="doente")
    assert "doente" in answer.content.decode()
    assert [row[3] for row in chair.busy(booking)] == [False]


def test_fr_db_002_nobody_touches_what_is_not_theirs(
    own_desk: Desk, chair: Chair, vera: Browser, charlie: Browser
) -> None:
    """Bob has Bia's column only, Vera looks on, Charlie is of another salon."""
    anas, bias = chair.book("10:00"), chair.book("12:00", who=chair.bia)
    assert own_desk.browser.get(f"/calendar/bookings/{anas.public_id}/").status_code == 404
    assert own_desk.act(anas, "state", state="arrived").status_code == 404
    assert own_desk.act(bias, "move", day=chair.day, time="12:00", **{"who-0": chair.ana.public_id}).status_code == 403
    assert Desk(vera, chair).act(bias, "state", state="arrived").status_code == 403
    assert charlie.get(f"/calendar/bookings/{bias.public_id}/").status_code == 404
    with inside(chair.salon_id):
        assert set(Booking.objects.values_list("version", flat=True)) == {1}


def test_fr_db_002_undo_takes_back_a_booking_but_nothing_that_staff_did_not_do(desk: Desk, chair: Chair) -> None:
    """Money that came in the meantime is no mistake of a click."""
    booking, paid = chair.book("10:00"), chair.book("12:00")
    assert desk.act(booking, "undo").status_code == 200
    assert chair.fresh(booking).state == "cancelled"
    with inside(chair.salon_id):
        writing.note(paid, "deposit", before=None, after={"deposit_state": "paid"}, by=None)
    assert desk.act(paid, "undo").status_code == 409
    assert chair.fresh(paid).state == "booked"


def test_fr_db_002_of_a_visit_of_two_services_one_is_given_to_somebody_else(desk: Desk, chair: Chair) -> None:
    """The other goes along in time, not in hands."""
    items = [ItemWanted(chair.cut.pk, chair.ana.pk, chair.at("10:00")), ItemWanted(chair.colour.pk, chair.ana.pk)]
    booking = chair.book("10:00", items=items)
    status, _told = desk.drag(booking, "14:00", professional=chair.bia.public_id)
    assert status == 200
    placed = [(one.professional_id, f"{one.starts_at.astimezone(ZONE):%H:%M}") for one in chair.items(booking)]
    assert placed == [(chair.bia.pk, "14:00"), (chair.ana.pk, "14:45")]


def test_bk_004_a_deposit_is_asked_for_by_hand(desk: Desk, chair: Chair) -> None:
    booking = chair.book("10:00")
    assert 'id="deposit-amount"' in desk.browser.get_page(f"/calendar/bookings/{booking.public_id}/")
    answer = desk.act(booking, "deposit", amount="30,00")
    fresh = chair.fresh(booking)
    assert (answer.status_code, fresh.state, fresh.deposit_state, fresh.deposit_minor) == (200, "booked", "due", 3000)
    assert desk.act(booking, "deposit", amount="x").status_code == 422
    # Another drawer was open all along: the guest does not hear of a second amount.
    assert desk.act(booking, "deposit", amount="45").status_code == 409
    assert chair.fresh(booking).deposit_minor == 3000
