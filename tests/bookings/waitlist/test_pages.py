"""BK-004: the waitlist in the portal."""

from datetime import timedelta

from crm.bookings.models import BookingPolicy, WaitlistEntry
from crm.bookings.waitlist.rights import counts
from ops.salon import inside
from tests.bookings.waitlist.conftest import Line
from tests.world import Browser, Salons


def test_somebody_waits_and_is_offered_a_time_by_hand(salons: Salons, line: Line) -> None:
    """BK-004: with the countdown; what is typed wrong is said; two who save notice each other."""
    alice, rui = Browser(salons.aurora, "alice@example.com"), line.guest("Rui", "5511977770001")
    with inside(salons.aurora.pk):
        cut = line.chair.cut
        typed = {
            "services": [str(cut.public_id)], "from_date": str(line.chair.day), "to_date": str(line.chair.day),
            "from_time": "09:00", "to_time": "12:00",
        }  # fmt: skip
    assert alice.post("/waitlist/new/", typed).status_code == 422
    assert alice.post("/waitlist/new/", {**typed, "contact": rui.public_id, "to_date": "2020-01-01"}).status_code == 422
    made = alice.post("/waitlist/new/", {**typed, "contact": rui.public_id})
    assert made.status_code == 303
    page = alice.get_page(made.headers["Location"])
    minute = page.split('name="minute" value="', 1)[1].split('"', 1)[0]
    assert alice.post(f"{made.headers['Location']}offer/", {"minute": minute}).status_code == 303
    assert line.offers() == [("Rui", "offered")]
    assert 'data-countdown="900"' in alice.get_page("/waitlist/").replace("899", "900")
    with inside(salons.aurora.pk):
        assert counts(alice.member) == (1, 1)
    assert alice.post(f"{made.headers['Location']}offer/", {"minute": minute}).status_code == 409
    alice.post(f"{made.headers['Location']}withdraw/")
    # What was taken back does not come back by itself.
    line.tick()
    assert line.offers() == [("Rui", "withdrawn")]
    assert alice.post(made.headers["Location"], {**typed, "version": 1, "note": "x"}).status_code == 409
    alice.post(f"{made.headers['Location']}leave/")
    with inside(salons.aurora.pk):
        assert WaitlistEntry.objects.get().reason == "removed"
    assert "Rui" in alice.get_page("/waitlist/", show="over")


def test_a_professional_sees_who_may_come_to_them(salons: Salons, line: Line) -> None:
    """BK-004, TN-004: roles with their own calendar only; viewers change nothing."""
    bob = Browser(salons.aurora, "bob@example.com")
    with inside(salons.aurora.pk):
        BookingPolicy.objects.update(own_calendar_roles=["professional", "receptionist"])
        line.chair.bia.member = bob.member
        line.chair.bia.save()
    line.wait(line.guest("For Ana"), professional_ids=[line.chair.ana.pk])
    line.wait(line.guest("For Bia"), professional_ids=[line.chair.bia.pk])
    line.wait(line.guest("For all"), to_date=line.chair.day + timedelta(days=2))
    page = bob.get_page("/waitlist/")
    assert ("For Bia" in page, "For all" in page, "For Ana" in page) == (True, True, False)
    vera = Browser(salons.aurora, "vera@example.com")
    with inside(salons.aurora.pk):
        path = f"/waitlist/{WaitlistEntry.objects.latest('pk').public_id}/"
    assert vera.get(path).status_code == 200
    assert [vera.post(f"{path}{act}").status_code for act in ("leave/", "offer/", "withdraw/")] == [403] * 3
    assert vera.post(path, headers={"HX-Request": "true"}).status_code == 403
    assert vera.get("/settings/waitlist/").status_code == 403


def test_how_long_an_offer_lasts(salons: Salons, line: Line) -> None:
    """BK-004: a setting of the salon."""
    alice = Browser(salons.aurora, "alice@example.com")
    assert alice.post("/settings/waitlist/", {"offer_minutes": "2"}).status_code == 422
    assert alice.post("/settings/waitlist/", {"offer_minutes": "30"}).status_code == 303
    line.wait(line.guest("Rui", "5511977770001"))
    line.free(line.chair.book("10:00"))
    line.later(minutes=20)
    assert line.offers() == [("Rui", "offered")]
