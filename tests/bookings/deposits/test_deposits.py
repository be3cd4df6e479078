"""BK-004: deposits and the fee of who did not come, by payment links."""

from datetime import timedelta
from typing import Any

import pytest

from billing.payment_links import actions as links
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import News
from crm.bookings.actions import states
from crm.bookings.actions.booking import book
from crm.bookings.deposits import rules
from crm.bookings.deposits.actions import book_or_ask, settle_or_ask
from crm.bookings.models import Booking, Service
from ops.events.models import Event
from ops.salon import inside
from tests.bookings.deposits.conftest import Till
from tests.world import Browser, Salons


def ask(till: Till, text: str = "10:00") -> Booking:
    """The guest books it, and is asked."""
    chair = till.line.chair
    with inside(chair.salon_id):
        booking = book_or_ask(chair.wanted(text), by=chair.contact)
    till.tick()
    return booking


def stands(till: Till, booking: Booking) -> tuple[str, str]:
    fresh = till.line.chair.fresh(booking)
    return str(fresh.state), str(fresh.deposit_state)


def test_held_until_it_is_paid(till: Till) -> None:
    """BK-004: half of 80 by a link; paid twice by mistake of the provider's news it is booked once."""
    booking = ask(till)
    assert stands(till, booking) == ("held", "due")
    said = till.line.last(till.line.chair.contact).text
    assert "R$ 40" in said
    assert till.link().url in said
    till.hear("declined")
    assert stands(till, booking) == ("held", "due")
    till.hear("paid", news="evt1")
    till.hear("paid", news="evt1")
    till.hear("paid", news="evt2")
    assert stands(till, booking) == ("booked", "paid")
    assert "recebemos o sinal" in till.line.last(till.line.chair.contact).text
    with inside(till.line.chair.salon_id):
        kinds = list(Event.objects.filter(subject=booking.public_id).values_list("kind", flat=True))
    assert kinds.count("booking.booked") == kinds.count("booking.deposit_paid") == 1


def test_unpaid_it_is_free_again_and_the_waitlist_gets_it(till: Till) -> None:
    """BK-004: at the link's end; nobody can pay it any more."""
    till.line.wait(till.line.guest("Rui", "5511977770001"))
    booking = ask(till)
    till.line.later(minutes=61)
    till.tick()
    assert stands(till, booking) == ("cancelled", "none")
    assert till.link().state == "expired"
    assert till.line.offers() == [("Rui", "offered")]


def test_paid_too_late(till: Till) -> None:
    """BK-004: the place is somebody else's: the money goes back. Still free: it is theirs."""
    booking, other = ask(till), ask(till, "15:00")
    till.line.later(minutes=61)
    till.tick()
    with inside(till.line.chair.salon_id):
        book(till.line.chair.wanted("10:00"), by=None)
        first = booking.public_id
        for one in (booking, other):
            link = PaymentLink.objects.get(subject=one.public_id)
            links.hear(link.public_id, News(f"evt{one.pk}", "", "paid"))
    till.tick()
    assert stands(till, booking) == ("cancelled", "refunded")
    assert stands(till, other) == ("booked", "paid")
    with inside(till.line.chair.salon_id):
        assert PaymentLink.objects.get(subject=first).state == "refunded"
    assert len(till.provider.refunds) == 1


@pytest.mark.parametrize(
    ("hours", "by_guest", "expected"), [(48, True, "refunded"), (3, True, "kept"), (3, False, "refunded")]
)
def test_cancelled(till: Till, hours: int, by_guest: bool, expected: str) -> None:
    """BK-004: in time it goes back, late it is kept; what the salon cancels costs the guest nothing."""
    booking = ask(till)
    till.hear("paid")
    till.line.at(booking.starts_at - timedelta(hours=hours))
    with inside(till.line.chair.salon_id):
        states.cancel(till.line.chair.fresh(booking), by=till.line.chair.contact if by_guest else None)
    till.tick()
    assert stands(till, booking) == ("cancelled", expected)
    assert till.link().state == ("refunded" if expected == "refunded" else "paid")


def test_who_does_not_come_pays_the_fee(till: Till) -> None:
    """BK-004: beyond the deposit that is kept; a mark that was wrong takes it back."""
    till.rule(no_show_fee_minor=6000)
    booking = ask(till)
    till.hear("paid")
    with inside(till.line.chair.salon_id):
        states.no_show(till.line.chair.fresh(booking), by=None)
    till.tick()
    assert stands(till, booking) == ("no_show", "kept")
    assert till.link("no_show_fee").amount_minor == 2000
    with inside(till.line.chair.salon_id):
        states.arrive(till.line.chair.fresh(booking), by=None)
    till.tick()
    assert till.link("no_show_fee").state == "withdrawn"


def test_the_rules_by_history(till: Till) -> None:
    """BK-004: first visit, after missed ones, always, never; a service has its own."""
    chair = till.line.chair
    with inside(chair.salon_id):
        booking = book(chair.wanted("12:00"), by=None)

        def due(rule: dict[str, Any], **states_of: int) -> int:
            Booking.objects.exclude(pk=booking.pk).delete()
            for state, count in states_of.items():
                for number in range(count):
                    other = book(chair.wanted(f"1{4 + number}:00"), by=None)
                    Booking.objects.filter(pk=other.pk).update(state=state)
            till.rule(deposit=rules.checked(rule))
            return rules.due(booking)

        fixed = {"kind": "fixed", "value": 3000}
        assert due({"when": "never"}) == 0
        assert due({"when": "always", "kind": "fixed", "value": 999999}) == 8000
        assert (due({"when": "new", **fixed}), due({"when": "new", **fixed}, done=1)) == (3000, 0)
        after = {"when": "after_no_show", "no_shows": 2, **fixed}
        assert (due(after, no_show=1), due(after, no_show=2)) == (0, 3000)
        Service.objects.update(deposit={"when": "never"})
        assert due({"when": "always", **fixed}) == 0


def test_without_a_provider_nothing_is_asked(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: it is booked at once."""
    monkeypatch.setattr("crm.bookings.deposits.actions.current", lambda: "")
    with inside(till.line.chair.salon_id):
        held = till.line.chair.hold("10:00")
        assert settle_or_ask(held, by=None).state == "booked"


def test_the_page_of_the_rules(salons: Salons, till: Till) -> None:
    """BK-004: rules of the salon and of a service; what is wrong is said."""
    alice = Browser(salons.aurora, "alice@example.com")
    ask(till)
    page = alice.get_page("/settings/deposits/")
    assert "R$ 40" in page
    good = {"when": "after_no_show", "no_shows": "2", "kind": "fixed", "value": "25,50", "minutes": "30", "fee": "40"}
    assert alice.post("/settings/deposits/", good).status_code == 303
    assert alice.post("/settings/deposits/", {**good, "value": "-1"}).status_code == 422
    assert alice.post("/settings/deposits/", {**good, "kind": "percent", "value": "101"}).status_code == 422
    path = f"/settings/deposits/services/{till.line.chair.cut.public_id}/"
    assert alice.post(path, {"when": "always", "kind": "percent", "value": "30", "fee": ""}).status_code == 303
    assert "30 %" in alice.get_page("/settings/deposits/")
    assert Browser(salons.aurora, "bob@example.com").get(path).status_code == 403
