"""BK-004: packages: sold, used one by one, given back, over; exact however many press at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from channels_wa.messages.models import Identity
from crm.bookings.actions import states
from crm.bookings.actions.booking import ItemWanted, book
from crm.bookings.models import (
    Booking,
    BookingPolicy,
    Package,
    PackageSale,
    PackageUse,
    Professional,
    Resource,
    Service,
)
from crm.bookings.packages import actions
from crm.contacts.models import Contact
from ops.events.models import Event
from ops.salon import inside
from tests.bookings.conftest import Chair, make_chair
from tests.bookings.crowd import at_once, many_connections
from tests.bookings.deposits.conftest import Till
from tests.bookings.deposits.conftest import till as till_fixture
from tests.bookings.waitlist.conftest import Line
from tests.bookings.waitlist.conftest import line as line_fixture
from tests.committed import forgotten
from tests.world import Browser, Salons

line, till = line_fixture, till_fixture
THREADS = 8


def five_cuts(chair: Chair, **more: Any) -> PackageSale:
    """Bought by the chair's guest. Inside the salon."""
    values = {"name": "5 cortes", "service_ids": [chair.cut.pk], "uses": 5, "price_minor": 34999, "currency": "BRL",
              "valid_days": 60, **more}  # fmt: skip
    return actions.sell(actions.create(values, by=None), chair.contact, by=None)


def left(sale: PackageSale) -> int:
    return PackageSale.objects.get(pk=sale.pk).left


def test_a_done_visit_uses_it_by_itself(line: Line) -> None:
    """BK-004: once; done by mistake, or given back by hand, it is there again."""
    chair = line.chair
    with inside(chair.salon_id):
        sale = five_cuts(chair)
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        states.finish(booking, by=None)
    line.tick()
    with inside(chair.salon_id):
        assert left(sale) == 4
        states.arrive(chair.fresh(booking), by=None)
    line.tick()
    with inside(chair.salon_id):
        assert left(sale) == 5
        states.finish(chair.fresh(booking), by=None)
    line.tick()
    with inside(chair.salon_id):
        made = PackageUse.objects.get(returned_at=None)
        for _ in range(2):
            actions.give_back(made, by=None)
        assert left(sale) == 5
        assert {"package.sold", "package.used", "package.returned"} <= set(Event.objects.values_list("kind", flat=True))


def test_used_at_booking_and_cancelled(line: Line) -> None:
    """BK-004: what was set aside for a visit comes back with it; a missed visit keeps it."""
    chair = line.chair
    bookings = [chair.book("10:00"), chair.book("15:00")]
    with inside(chair.salon_id):
        sale = five_cuts(chair)
        for booking in bookings:
            actions.use(sale, booking, 0, by=None)
        with pytest.raises(actions.CannotUse, match="used_already"):
            actions.use(sale, bookings[0], 0, by=None)
        states.cancel(bookings[0], by=None)
        states.no_show(bookings[1], by=None)
    line.tick()
    with inside(chair.salon_id):
        assert left(sale) == 4


def test_what_it_cannot_pay_for(line: Line) -> None:
    """BK-004: another guest, another service, over, empty."""
    chair = line.chair
    theirs = chair.book("10:00", contact=line.guest("Rui"))
    other = chair.book("12:00", service=chair.colour)
    mine = chair.book("16:00")
    with inside(chair.salon_id):
        sale, small = five_cuts(chair), five_cuts(chair, uses=1)
        for booking, why in ((theirs, "other_guest"), (other, "other_service")):
            with pytest.raises(actions.CannotUse, match=why):
                actions.use(sale, booking, 0, by=None)
        actions.use(small, mine, 0, by=None)
        assert [one.pk for one in actions.usable(chair.contact.pk, chair.cut.pk)] == [sale.pk]
    line.later(days=61)
    with inside(chair.salon_id):
        assert PackageSale.objects.get(pk=sale.pk).state == "expired"
        with pytest.raises(actions.CannotUse, match="over"):
            actions.use(sale, chair.fresh(mine), 0, by=None)


def test_money_back_for_what_is_left(line: Line) -> None:
    """BK-004: by parts, rounded down; whoever looks at an older page is told."""
    chair = line.chair
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        sale = five_cuts(chair)
        actions.use(sale, booking, 0, by=None)
        with pytest.raises(actions.Stale):
            actions.refund(sale, by=None, version=sale.version)
        done = actions.refund(sale, by=None)
        assert (done.state, done.refunded_minor) == ("refunded", 34999 * 4 // 5)
        with pytest.raises(actions.CannotUse):
            actions.refund(sale, by=None)


def test_the_pages(salons: Salons, line: Line) -> None:
    """BK-004: made, sold, used and paid back in the portal."""
    chair, alice = line.chair, Browser(salons.aurora, "alice@example.com")
    typed = {"name": "5 cortes", "services": [str(chair.cut.public_id)], "uses": "5", "price": "350", "valid_days": ""}
    assert alice.post("/packages/", {**typed, "uses": "0"}).status_code == 422
    assert alice.post("/packages/", typed).status_code == 303
    booking = chair.book("10:00")
    with inside(salons.aurora.pk):
        package = Package.objects.get()
    sale = alice.post("/packages/sell/", {"contact": chair.contact.public_id, "package": package.public_id})
    path = sale.headers["Location"]
    assert f"{booking.public_id}:0" in alice.get_page(path)
    assert alice.post(f"{path}use/", {"visit": f"{booking.public_id}:0"}).status_code == 303
    assert alice.post(f"{path}use/", {"visit": f"{booking.public_id}:0"}).status_code == 409
    with inside(salons.aurora.pk):
        assert left(PackageSale.objects.get()) == 4
    bob, vera = (Browser(salons.aurora, f"{name}@example.com") for name in ("bob", "vera"))
    assert bob.post(f"{path}refund/", {"version": "2"}).status_code == 403
    assert vera.post(f"{path}use/", {}).status_code == 403
    assert alice.post(f"{path}refund/", {"version": "1"}).status_code == 409
    assert alice.post(f"{path}refund/", {"version": "2"}).status_code == 303


def test_what_a_package_pays_the_visit_does_not_cost(line: Line) -> None:
    """BK-004: the rest of it is what the guest pays; given back, it costs what it did, also where it was agreed."""
    chair = line.chair
    items = [ItemWanted(chair.cut.pk, chair.ana.pk, chair.at("10:00")), ItemWanted(chair.colour.pk, chair.ana.pk)]
    both, cheap = chair.book(items=items), chair.book("15:00")
    with inside(chair.salon_id):
        sale = five_cuts(chair)
        states.change_note(cheap, {"price_minor": 3000}, by=None)
        uses = [actions.use(sale, booking, 0, by=None) for booking in (both, cheap)]
        assert [chair.fresh(one).price_minor for one in (both, cheap)] == [20000, 0]
        assert actions.paid_for(both) == {0: "5 cortes"}
        for one in uses:
            actions.give_back(one, by=None)
        assert [chair.fresh(one).price_minor for one in (both, cheap)] == [28000, 3000]


def test_sold_by_link_it_is_used_once_it_is_paid(salons: Salons, till: Till) -> None:
    """BK-004: the guest gets the link by WhatsApp; what was never paid is not paid back."""
    line, chair = till.line, till.line.chair
    line.says(chair.contact, "oi")
    with inside(chair.salon_id):
        values = {"name": "5 cortes", "service_ids": [chair.cut.pk], "uses": 5, "price_minor": 35000,
                  "currency": "BRL", "valid_days": None}  # fmt: skip
        package = actions.create(values, by=None)
    alice = Browser(salons.aurora, "alice@example.com")
    given = {"contact": chair.contact.public_id, "package": package.public_id, "by_link": "1"}
    path = alice.post("/packages/sell/", given).headers["Location"]
    till.tick()
    with inside(chair.salon_id):
        sale = PackageSale.objects.get()
        assert actions.usable(chair.contact.pk) == []
    assert till.link("package").url in line.last(chair.contact).text
    assert f"{path}paid/" in alice.get_page(path)
    till.hear("paid", "package")
    till.tick()
    with inside(chair.salon_id):
        assert actions.usable(chair.contact.pk) == [sale]
        actions.refund(sale, by=None)
        assert PackageSale.objects.get().refunded_minor == 35000
    till.tick()
    assert till.link("package").state in ("refunding", "refunded")
    path = alice.post("/packages/sell/", given).headers["Location"]
    assert alice.post(f"{path}paid/").status_code == 303
    with inside(chair.salon_id):
        assert len(actions.usable(chair.contact.pk)) == 1


def test_a_link_that_came_to_nothing_pays_for_nothing(salons: Salons, till: Till) -> None:
    """BK-004: run out or refused by the provider, the package is no gift; paid at the desk it may be used."""
    chair = till.line.chair
    till.line.says(chair.contact, "oi")
    with inside(chair.salon_id):
        values = {"name": "5 cortes", "service_ids": [chair.cut.pk], "uses": 5, "price_minor": 35000,
                  "currency": "BRL", "valid_days": None}  # fmt: skip
        package = actions.create(values, by=None)
    alice = Browser(salons.aurora, "alice@example.com")
    given = {"contact": chair.contact.public_id, "package": package.public_id, "by_link": "1"}
    path = alice.post("/packages/sell/", given).headers["Location"]
    till.tick()
    till.hear("expired", "package")
    with inside(chair.salon_id):
        assert actions.usable(chair.contact.pk) == []
    assert f"{path}paid/" in alice.get_page(path)
    assert alice.post(f"{path}paid/").status_code == 303
    with inside(chair.salon_id):
        assert len(actions.usable(chair.contact.pk)) == 1


@pytest.fixture
def salon(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora, in which what is written stays until the test is over."""
    tables = (PackageSale, Package, Booking, Identity, Service, Professional, Resource, BookingPolicy, Contact)
    with django_db_blocker.unblock(), many_connections(THREADS + 2), forgotten(salons.aurora.pk, *tables):
        yield salons.aurora.pk


def test_the_last_uses_are_not_used_twice(salon: int) -> None:
    """BK-004: eight press at once, two uses are left."""
    with inside(salon):
        chair = make_chair(salon)
        sale = five_cuts(chair, uses=2)
        bookings = [book(chair.wanted(f"{9 + number:02}:00"), by=None) for number in range(THREADS // 2)]

    def press(number: int) -> int:
        with inside(salon):
            try:
                actions.use(sale, bookings[number // 2], 0, by=None)
            except actions.CannotUse:
                return 0
            return 1

    assert sum(at_once(THREADS, press)) == 2
    with inside(salon):
        assert (left(sale), PackageUse.objects.count()) == (0, 2)
