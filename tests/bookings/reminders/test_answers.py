"""FR-RM-003: what a guest answers changes the visit, and nothing else does."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from channels_wa.inbound import drain
from channels_wa.inbound.steps import Incoming
from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.bookings import inbound
from crm.bookings.actions import moving, states
from crm.bookings.actions.booking import ItemWanted, NewBooking, book
from crm.bookings.answers.when import Wish
from crm.bookings.availability.wall import minute_of
from crm.bookings.models import Allocation, Booking, BookingMove, Reminder
from crm.bookings.reminders import slots
from crm.bookings.reminders.asked import Question
from flows import actions
from flows.models import FlowExecution
from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.bookings.conftest import ZONE
from tests.bookings.reminders.conftest import PHONE, PNID, Guest
from tests.flows.runtime.conftest import graph, say
from tests.incoming import delivery, keep, text_message


def state(guest: Guest, booking: Booking) -> str:
    return guest.chair.fresh(booking).state


@pytest.fixture
def welcome(guest: Guest) -> None:
    """A flow that answers whatever comes."""
    with inside(guest.chair.salon_id):
        actions.create("Welcome", graph(say("hello", "Welcome!"), edges=["start>hello"]))


def executions(guest: Guest) -> int:
    with inside(guest.chair.salon_id):
        return FlowExecution.objects.count()


def test_the_button_confirms(guest: Guest, welcome: None) -> None:
    """FR-RM-003: with who did it in history and audit; no flow begins by it."""
    booking = guest.reminded()
    guest.taps("confirm")
    assert state(guest, booking) == "confirmed"
    assert guest.last().text.startswith("Obrigado, está confirmado: ")
    assert executions(guest) == 0
    with inside(guest.chair.salon_id):
        assert BookingMove.objects.filter(booking=booking, what="confirmed", by_kind="contact").exists()
        assert AuditEntry.objects.filter(action="booking.confirmed", actor_kind="contact").exists()
        row = Reminder.objects.get()
        assert (row.answer, row.answered_at is not None) == ("confirm", True)


def test_words_cancel_and_free_the_place(guest: Guest, welcome: None) -> None:
    """FR-RM-003: and the next word is for the flows."""
    booking = guest.reminded()
    guest.says("Oi, infelizmente não vou conseguir ir, desculpa")
    assert state(guest, booking) == "cancelled"
    with inside(guest.chair.salon_id):
        assert not Allocation.objects.filter(item__booking=booking, blocks=True).exists()
    assert "foi cancelada" in guest.last().text
    guest.says("sim")
    assert guest.last().text == "Welcome!"


def test_the_guests_language(guest: Guest) -> None:
    """FR-RM-003: whoever answers in English reads English."""
    booking = guest.reminded()
    guest.says("Yes, I'll be there!")
    assert state(guest, booking) == "confirmed"
    assert guest.last().text.startswith("Thank you, it is confirmed: ")


def test_another_time_is_chosen(guest: Guest) -> None:
    """FR-RM-003: free times as a list; a tap moves the visit and plans new reminders."""
    booking = guest.reminded()
    guest.says("dá pra sexta de manhã?")
    message = guest.last()
    assert message.payload["type"] == "list"
    assert 1 <= len(message.payload["rows"]) <= 9
    assert all(row["title"].startswith("sex, ") for row in message.payload["rows"])
    assert state(guest, booking) == "booked"
    guest.taps(message.payload["rows"][0]["title"])
    moved = guest.chair.fresh(booking)
    assert moved.starts_at != booking.starts_at
    assert moved.starts_at.astimezone(ZONE).weekday() == 4
    assert guest.last().text.startswith("Pronto, sua visita agora é sexta-feira")
    # The tap on the old list comes again, and another one.
    guest.sends(message.payload["rows"][1]["id"], is_row=True)
    assert guest.chair.fresh(booking).starts_at == moved.starts_at
    assert guest.last().text.startswith("Sua visita foi mudada: ")


def test_a_place_that_was_just_taken(guest: Guest) -> None:
    """FR-RM-003: the others are offered."""
    booking = guest.reminded()
    guest.taps("reschedule")
    rows = guest.last().payload["rows"]
    start = int(rows[0]["id"].rsplit(":", 1)[1]) * 60
    with inside(guest.chair.salon_id):
        wanted = guest.chair.wanted()
        item = type(wanted.items[0])(guest.chair.cut.pk, guest.chair.ana.pk, clock.now().fromtimestamp(start, ZONE))
        book(type(wanted)(items=[item]), by=None)
        item = type(wanted.items[0])(guest.chair.cut.pk, guest.chair.bia.pk, clock.now().fromtimestamp(start, ZONE))
        book(type(wanted)(items=[item]), by=None)
    guest.taps(rows[0]["title"])
    assert guest.chair.fresh(booking).starts_at == booking.starts_at
    assert guest.last().text.startswith("Esse horário acabou de ser ocupado")


def test_what_is_unclear_gets_buttons_once(guest: Guest, welcome: None) -> None:
    """FR-RM-003: never a guess; who goes on talking talks with the flows."""
    booking = guest.reminded()
    guest.says("que horas mesmo?")
    assert guest.last().text.startswith("Só para ter certeza, sobre sua visita de ")
    assert guest.last().type == "interactive"
    assert executions(guest) == 0
    guest.says("quanto custa?")
    assert guest.last().text == "Welcome!"
    assert state(guest, booking) == "booked"


def test_yes_outside_of_any_question(guest: Guest, welcome: None) -> None:
    """FR-RM-003: "sim" before the reminder, or after a flow has asked something else, is not for it."""
    booking = guest.chair.book("15:00")
    guest.says("sim")
    assert guest.last().text == "Welcome!"
    guest.at(booking.starts_at - timedelta(hours=24))
    guest.tick()
    assert guest.last().purpose == "reminder"
    with inside(guest.chair.salon_id):
        asked = guest.last()
        Message.objects.create(
            direction="out", type="text", text="Qual é a cor?", status="sent", contact_id=asked.contact_id,
            conversation_id=asked.conversation_id, number_id=asked.number_id, at=clock.now(),
        )  # fmt: skip
    guest.says("sim")
    assert state(guest, booking) == "booked"
    # By quoting the reminder it is.
    with inside(guest.chair.salon_id):
        Message.objects.filter(pk=asked.pk).update(wamid="wamid.reminder")
    guest.says("sim", context={"id": "wamid.reminder"})
    assert state(guest, booking) == "confirmed"


def test_an_old_reminder_after_a_move(guest: Guest) -> None:
    """FR-RM-003: it is answered kindly, and asked again with the new time."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        moved = moving.move(booking, guest.chair.at("17:00", 1), by=None)
    guest.taps("cancel")
    assert state(guest, booking) == "booked"
    assert guest.last().text.startswith("Sua visita foi mudada: agora é ")
    guest.says("sim")
    assert state(guest, booking) == "confirmed"
    assert guest.chair.fresh(booking).starts_at == moved.starts_at


def test_two_answers(guest: Guest) -> None:
    """FR-RM-003: the same twice is once; who changes their mind may."""
    booking = guest.reminded()
    reminder = guest.last()
    guest.says("sim")
    said = len(guest.said())
    guest.says("ok, obrigada!")
    assert len(guest.said()) == said
    guest.says("aliás, não vou poder")
    assert state(guest, booking) == "confirmed"
    guest.says("não vou poder ir")
    assert state(guest, booking) == "cancelled"
    guest.sends(reminder.payload["components"][-3]["parameters"][0]["payload"])
    assert state(guest, booking) == "cancelled"
    assert guest.last().text.startswith("Esta visita já estava cancelada")


def test_after_the_visit(guest: Guest) -> None:
    """FR-RM-003: a tap that comes late changes nothing."""
    booking = guest.reminded()
    guest.at(booking.starts_at + timedelta(minutes=1))
    guest.taps("cancel")
    assert state(guest, booking) == "booked"
    assert guest.last().text.startswith("Este horário já passou")


def test_a_cancelled_visit(guest: Guest) -> None:
    """FR-RM-003: the salon was first."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        states.cancel(booking, by=None)
        Message.objects.update(status="sent")
    guest.says("sim")
    assert state(guest, booking) == "cancelled"
    assert guest.last().text.startswith("Esta visita já estava cancelada")


def test_an_id_is_only_a_claim(guest: Guest, welcome: None) -> None:
    """I22: a guest who sends the button of somebody else's reminder changes nothing."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        pk = Reminder.objects.get().pk
        Booking.objects.update(contact=None)
    for text in (f"rm:{pk}:cancel:1", "rm:999999:confirm:1", "rm:1:at:1:99999999999", "rm::cancel:"):
        guest.sends(text)
        assert guest.last().text == "Welcome!"
    assert state(guest, booking) == "booked"


def test_while_a_person_talks(guest: Guest) -> None:
    """FR-RM-003: what is unclear is theirs; a button is a button."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        from crm.inbox.models import Conversation

        Conversation.objects.update(bot_on=False)
    guest.says("que horas mesmo?")
    assert len(guest.said()) == 1
    guest.taps("confirm")
    assert state(guest, booking) == "confirmed"


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_a_tap_at_the_very_moment(guest: Guest, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """FR-RM-003: somebody cancels or moves the visit while the tap is read; it changes nothing then."""
    booking = guest.reminded()
    really = getattr(states, verb)

    def late(tapped: Booking, **more: Any) -> Booking:
        if verb == "confirm":
            states.change_state(tapped, "cancelled", by=None)
        else:
            moving.move(tapped, guest.chair.at("17:00", 1), by=None)
        return cast(Booking, really(tapped, **more))

    monkeypatch.setattr(states, verb, late)
    guest.taps(verb)
    assert state(guest, booking) == ("cancelled" if verb == "confirm" else "booked")
    told = {"confirm": "Esta visita já estava cancelada", "cancel": "Sua visita foi mudada: agora é "}
    assert guest.last().text.startswith(told[verb])


def test_a_reminder_that_never_left(guest: Guest, welcome: None) -> None:
    """FR-RM-003: "sim" answers nothing that the guest did not get."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        OutboxItem.objects.update(not_before=clock.now() + timedelta(hours=1))
    keep(delivery(PNID, text_message("sim", sender=PHONE)))
    drain.run()
    assert (guest.last().text, state(guest, booking)) == ("Welcome!", "booked")
    with inside(guest.chair.salon_id):
        Message.objects.exclude(purpose="reminder").update(status="failed")
        Message.objects.filter(purpose="reminder").update(status="failed")
    guest.says("sim")
    assert (guest.last().text, state(guest, booking)) == ("Welcome!", "booked")


def test_yes_to_a_list_of_times(guest: Guest) -> None:
    """FR-RM-003: it does not confirm the time that the guest wanted to leave."""
    booking = guest.reminded()
    guest.taps("reschedule")
    guest.says("sim, pode ser")
    assert state(guest, booking) == "booked"
    assert guest.last().payload["type"] == "list"


def test_years_away(guest: Guest) -> None:
    """FR-RM-003: a day beyond what may be booked gets the nearest times; only what may be is looked at."""
    booking = guest.reminded()
    guest.says("dá pra dia 20/05/8990?")
    assert guest.last().text.startswith("Não temos horário livre quando você pediu")
    guest.says(f"dá pra {booking.starts_at + timedelta(days=1):%d/%m/%Y} ou 20/05/8990?")
    assert guest.last().text.startswith("Estes horários estão livres")


def test_a_visit_that_was_made_longer(guest: Guest) -> None:
    """FR-RM-003: it is offered times in which all of it has room, and its services stay behind one another."""
    chair = guest.chair
    first = ItemWanted(chair.cut.pk, chair.ana.pk, chair.at("10:00"))
    with inside(chair.salon_id):
        second = replace(first, professional=chair.bia.pk, starts_at=chair.at("11:30"))
        booking = book(NewBooking(contact=chair.contact, items=[first, second]), by=None)
        booking = moving.resize(booking, 90, by=None, position=0)
        # The next day begins with an hour in which the cut alone would have room.
        book(NewBooking(items=[replace(first, starts_at=chair.at("09:00", 1))]), by=None)
        found = slots.offer(booking, Wish((chair.at("10:00", 1).date(),)))
        assert found.fits
        alone = next(slots.ways(booking))
        assert alone.between(minute_of(chair.at("08:00", 1)), minute_of(chair.at("09:00", 1))) == []
        moved = slots.move_to(booking, found.slots[0].starts, by=chair.contact)
    one, other = chair.items(moved)
    assert (one.ends_at - one.starts_at, other.starts_at) == (timedelta(minutes=90), one.ends_at)
    assert (one.professional_id, other.professional_id) == (chair.ana.pk, chair.bia.pk)


def test_a_batch_waits_once(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    """I20: the locks of all its visits are taken together; a tap on a time needs those of whoever might do it."""
    bookings = [guest.reminded(), guest.chair.book("18:00", who=guest.chair.bia)]
    locked: list[set[int]] = []
    monkeypatch.setattr(states, "lock", lambda resources: locked.append(set(resources)))
    with inside(guest.chair.salon_id):
        rows = [Reminder.objects.filter(booking=one).latest("pk") for one in bookings]
        inbound._wait_for([Question(row, 0, "confirm") for row in rows])
        inbound._wait_for([Question(rows[0], 0, "at")])
    both = {guest.chair.ana.pk, guest.chair.bia.pk}
    assert locked == [both, both]


def test_who_was_not_asked_costs_one_look(guest: Guest, django_assert_num_queries: Any) -> None:
    """FR-RM-003: one for a whole batch."""
    message = SimpleNamespace(type="text", text="oi", reply_id="", quoted_wamid="")
    batch = [Incoming(pk, 1, "1", cast(Any, message), clock.now(), contact_id=10**9 + pk) for pk in range(3)]
    with inside(guest.chair.salon_id):
        assert not Message.objects.exists()
        with django_assert_num_queries(1):
            assert inbound.notice_answer(batch) == [False] * 3
