"""BK-004: deposits of who waits: no sure visit is given up before the new one is sure, money for nothing goes back."""

from datetime import timedelta

from billing.payment_links import actions as links
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import News
from crm.bookings.actions import states
from crm.bookings.actions.booking import book
from crm.bookings.deposits import actions
from crm.bookings.models import Booking
from crm.bookings.waitlist import actions as waitlist
from ops.salon import inside
from tests.bookings.deposits.conftest import Till
from tests.bookings.deposits.test_deposits import ask, stands


def earlier(till: Till) -> Booking:
    """Rui has a visit at 16:00, with a deposit, and is offered 10:00."""
    line = till.line
    rui = line.guest("Rui", "5511977770001")
    old = line.chair.book("16:00", contact=rui)
    with inside(line.chair.salon_id):
        Booking.objects.filter(pk=old.pk).update(deposit_minor=4000, deposit_state="paid")
        day = line.chair.day
        wanted = waitlist.Wanted(
            service_ids=[line.chair.cut.pk], from_date=day - timedelta(days=3), to_date=day, to_minute=11 * 60
        )
        waitlist.join(rui, wanted, by=None, booking=old)
    line.free(line.chair.book("10:00"))
    line.taps(rui, "take")
    till.tick()
    return old


def test_the_old_visit_stays_until_the_new_one_is_paid(till: Till) -> None:
    """BK-004: and its own deposit is then given back, however late it is."""
    old = earlier(till)
    row = till.line.offer()
    assert stands(till, old)[0] == "booked"
    assert (row.state, stands(till, row.booking)) == ("offered", ("held", "due"))
    till.line.later(minutes=30)
    till.rule(deposit={"when": "never"})
    till.line.monkeypatch.setattr("crm.bookings.deposits.hearing._in_time", lambda *_: False)
    till.hear("paid")
    assert stands(till, row.booking) == ("booked", "paid")
    assert till.line.offer().state == "taken"
    assert till.line.entry(row.entry).reason == "taken"
    assert stands(till, old) == ("cancelled", "refunded")


def test_unpaid_they_keep_what_they_have(till: Till) -> None:
    """BK-004: and wait on."""
    old = earlier(till)
    row = till.line.offer()
    till.line.later(minutes=61)
    till.tick()
    assert stands(till, old) == ("booked", "paid")
    with inside(till.line.chair.salon_id):
        assert till.line.offers()[0] == ("Rui", "expired")
        assert row.entry.offers.count() == 1
    assert till.line.entry(row.entry).state == "waiting"


def test_paid_while_the_end_of_the_hold_was_on_its_way(till: Till) -> None:
    """BK-004: a visit that stands by now is not paid back."""
    booking = ask(till)
    with inside(till.line.chair.salon_id):
        stale = till.line.chair.fresh(booking)
        stale.state = Booking.State.CANCELLED
        links.hear(till.link().public_id, News("evt1", "", "paid"))
    till.tick()
    with inside(till.line.chair.salon_id):
        assert actions.cancelled(stale, in_time=True) == ""
    assert stands(till, booking) == ("booked", "paid")


def test_paid_after_the_visit_was_over(till: Till) -> None:
    """BK-004: nobody is booked into the past."""
    booking = ask(till)
    till.line.at(booking.starts_at + timedelta(hours=1))
    till.hear("paid")
    assert stands(till, booking) == ("cancelled", "refunded")
    assert till.link().state == "refunded"


def test_a_mark_by_mistake_and_a_real_one(till: Till) -> None:
    """BK-004: the deposit is what it was; the fee is asked for anew; what is paid to the old link goes back."""
    till.rule(no_show_fee_minor=6000)
    booking = ask(till)
    till.hear("paid")
    chair = till.line.chair
    with inside(chair.salon_id):
        states.no_show(chair.fresh(booking), by=None)
    till.tick()
    old = till.link("no_show_fee")
    with inside(chair.salon_id):
        states.arrive(chair.fresh(booking), by=None)
    till.tick()
    assert stands(till, booking) == ("arrived", "paid")
    till.hear("paid", "no_show_fee")
    assert till.link("no_show_fee").state == "refunded"
    with inside(chair.salon_id):
        states.change_state(chair.fresh(booking), "booked", by=None)
        states.no_show(chair.fresh(booking), by=None)
    till.tick()
    assert stands(till, booking) == ("no_show", "kept")
    new = till.link("no_show_fee")
    assert (new.pk != old.pk, new.state, new.amount_minor) == (True, "open", 2000)


def test_asked_again_for_another_amount(till: Till) -> None:
    """BK-004: the first link is taken back; who pays both gets the second back."""
    chair = till.line.chair
    with inside(chair.salon_id):
        booking = book(chair.wanted("10:00"), by=None)
        actions.ask_by_hand(booking, 1000, by=None)
    till.tick()
    with inside(chair.salon_id):
        actions.ask_by_hand(booking, 3000, by=None)
    till.tick()
    with inside(chair.salon_id):
        first, second = PaymentLink.objects.order_by("pk")
        assert (first.state, second.state, second.amount_minor) == ("withdrawn", "open", 3000)
        # Both at once.
        for link in (first, second):
            links.hear(link.public_id, News(f"evt{link.pk}", "", "paid"))
    till.tick()
    with inside(chair.salon_id):
        found = list(PaymentLink.objects.order_by("pk").values_list("state", flat=True))
        fresh = chair.fresh(booking)
    assert sorted(found) == ["paid", "refunded"]
    assert (fresh.deposit_state, fresh.deposit_minor) == ("paid", 1000)
