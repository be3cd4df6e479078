"""BK-004 under crashes, repeats and many at once: one offer for a place, one message for an offer, one winner."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Identity, Message
from channels_wa.outbox.models import OutboxItem
from crm.bookings.actions import states
from crm.bookings.actions.booking import book
from crm.bookings.models import (
    Booking,
    BookingPolicy,
    Professional,
    Resource,
    Service,
    WaitlistEntry,
    WaitlistOffer,
)
from crm.bookings.waitlist import actions, offering, passing
from crm.consent.models import ContactPolicy
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from ops.timers import ticker
from ops.timers.models import Timer
from tests.bookings.conftest import Chair, make_chair
from tests.bookings.crowd import at_once, many_connections, overlaps, strays
from tests.bookings.waitlist.conftest import Line
from tests.committed import forgotten
from tests.world import Salons

THREADS = 6


class Died(Exception):
    """The process is gone."""


def dies_once(monkeypatch: pytest.MonkeyPatch, place: str) -> list[str]:
    """At its first passage of the failpoint the transaction is lost, as by `kill -9`."""
    died: list[str] = []

    def failpoint(name: str) -> None:
        if name == place and not died:
            died.append(name)
            raise Died

    monkeypatch.setattr(offering, "failpoint", failpoint)
    return died


def test_killed_while_a_place_is_offered(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: nothing of it is there; then all of it, once."""
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui)
    died = dies_once(monkeypatch, "waitlist.offered")
    line.free(line.chair.book("10:00"))
    assert (died, line.offers(), line.said(rui)) == (["waitlist.offered"], [], [])
    with inside(line.chair.salon_id):
        assert not Booking.objects.filter(state="held").exists()
    line.later(minutes=2)
    assert (line.offers(), len(line.said(rui))) == ([("Rui", "offered")], 1)


def test_killed_while_an_offer_is_taken(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: the tap is answered again, and the visit is booked once."""
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui)
    line.free(line.chair.book("10:00"))
    died = dies_once(monkeypatch, "waitlist.taken")
    with inside(line.chair.salon_id), pytest.raises(Died):
        offering.take(line.offer(), by=rui)
    assert (died, line.offers()) == (["waitlist.taken"], [("Rui", "offered")])
    line.taps(rui, "take")
    assert line.offers() == [("Rui", "taken")]


def test_the_same_event_and_timer_twice(line: Line) -> None:
    """I3: delivered again, nothing is offered again."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    line.wait(rui), line.wait(eva)
    line.free(line.chair.book("10:00"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.event_item SET state = 'pending', attempts = 0")
    Timer.objects.filter(kind="waitlist.place").update(state="pending", lease_until=None)
    line.tick()
    assert line.offers() == [("Rui", "offered")]
    assert (len(line.said(rui)), len(line.said(eva))) == (1, 0)


def test_a_guest_with_two_entries_has_one_offer_at_a_time(line: Line) -> None:
    """BK-004: so that a "sim" says which; the other place is looked at again when it is answered."""
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui, professional_ids=[line.chair.ana.pk])
    line.wait(rui, professional_ids=[line.chair.bia.pk])
    bookings = [line.chair.book("10:00"), line.chair.book("15:00", who=line.chair.bia)]
    with inside(line.chair.salon_id):
        for booking in bookings:
            states.cancel(booking, by=None)
    line.tick()
    assert [state for _name, state in line.offers()] == ["offered"]
    line.says(rui, "não, obrigado")
    line.later(minutes=2)
    assert [state for _name, state in line.offers()] == ["refused", "offered"]


TABLES: tuple[Any, ...] = (
    Booking, WaitlistEntry, Message, Conversation, Identity, Service, Professional, Resource, BookingPolicy, Contact,
    ContactPolicy, MessageTemplate,
)  # fmt: skip


@pytest.fixture
def salon(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora, in which what is written stays until the test is over."""
    salon_id = salons.aurora.pk
    with django_db_blocker.unblock(), many_connections(THREADS + 4), forgotten(salon_id, *TABLES):
        yield salon_id
        with inside(salon_id):
            OutboxItem.objects.all().delete()


def two_who_wait(chair: Chair) -> list[Contact]:
    """Both have just written, so that their windows are open."""
    found = []
    for number in range(2):
        contact = Contact.objects.create(name=f"Guest {number}")
        Identity.objects.create(portfolio="1" * 16, kind="phone", value=f"+551197777000{number}",
                                contact_id=contact.pk, created_at=clock.now())  # fmt: skip
        talk = Conversation.objects.create(contact=contact, number_id=1, last_at=clock.now(), last_direction="in",
                                           last_inbound_at=clock.now())  # fmt: skip
        Message.objects.create(wamid=f"wamid.w{number}", direction="in", type="text", text="oi", status="delivered",
                               contact_id=contact.pk, conversation_id=talk.pk, number_id=1, at=clock.now())  # fmt: skip
        days = timedelta(days=3)
        wanted = actions.Wanted(service_ids=[chair.cut.pk], from_date=chair.day - days, to_date=chair.day + days)
        actions.join(contact, wanted, by=None)
        found.append(contact)
    return found


def test_two_places_at_once_and_many_taps(salon: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """I20: two places become free at once and many look at them: each guest gets one; each is taken once."""
    # Whatever the clock on the wall says.
    monkeypatch.setattr(passing, "quiet_until", lambda *_: None)
    with inside(salon):
        chair = make_chair(salon)
        two_who_wait(chair)
        bookings = [book(chair.wanted("10:00", who=who), by=None) for who in (chair.ana, chair.bia)]

    def cancel(number: int) -> None:
        with inside(salon):
            if number < 2:
                states.cancel(bookings[number], by=None)
        for _ in range(3):
            handling.run()
            ticker.run()

    at_once(THREADS, cancel)
    for _ in range(3):
        handling.run()
        ticker.run()
    with inside(salon):
        offers = list(WaitlistOffer.objects.select_related("booking", "entry").order_by("pk"))
        assert sorted(row.entry_id for row in offers) == sorted({row.entry_id for row in offers})
        assert [row.state for row in offers] == ["offered", "offered"]
        assert Message.objects.filter(direction="out").count() == 2

    def take(number: int) -> str:
        with inside(salon):
            return str(offering.take(offers[number % 2], by=None).state)

    assert set(at_once(THREADS, take)) == {"booked"}
    with inside(salon):
        assert not overlaps()
        assert not strays()
        assert Booking.objects.filter(state="booked", source="waitlist").count() == 2
