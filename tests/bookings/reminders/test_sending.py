"""FR-RM-001, 002, 004, 005, I21: what goes out, once, and what happens where it does not get through."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.plans import queries as plans
from billing.subscriptions import excess
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Identity, Message
from channels_wa.outbox import contents, settling
from channels_wa.outbox.checks import Refusal
from channels_wa.outbox.models import OutboxItem
from channels_wa.outbox.telling import Change, tell
from crm.bookings.actions import moving, states
from crm.bookings.models import Booking, BookingPolicy, Reminder
from crm.bookings.reminders import fall_due, templates
from crm.bookings.reminders.hearing import shown
from crm.bookings.reminders.outbound import check
from crm.consent import policy, register
from crm.consent.models import ContactPolicy, Purpose, Source, State
from crm.contacts.models import Contact
from crm.deals.models import Task
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers import errands
from ops.timers.registry import Due
from tests.bookings.reminders.conftest import PHONE, Guest


def test_the_day_before_a_template_goes_once(guest: Guest) -> None:
    """FR-RM-001, I21: at the same wall clock a day before, in the guest's language; a second look sends nothing."""
    booking = guest.reminded()
    message = guest.last()
    assert (message.type, message.purpose, message.recipient) == ("template", "reminder", f"+{PHONE}")
    assert message.text.startswith("Olá, Carla! Passando para lembrar da sua visita em Aurora: ")
    assert "às 15:00 (Corte com Ana)" in message.text
    assert guest.rows(booking) == [("sent", "whatsapp", "")]
    with inside(guest.chair.salon_id):
        fall_due([Due(str(row.pk), 1) for row in Reminder.objects.all()])
    assert len(guest.said()) == 1


def test_who_wrote_today_gets_buttons(guest: Guest) -> None:
    """FR-RM-003: within the window the same words, with buttons."""
    booking = guest.chair.book("15:00")
    guest.at(booking.starts_at - timedelta(hours=26))
    guest.says("oi")
    guest.at(booking.starts_at - timedelta(hours=24))
    guest.tick()
    message = guest.last()
    assert message.type == "interactive"
    assert [one["title"] for one in message.payload["buttons"]] == ["Confirmar", "Remarcar", "Cancelar"]


@pytest.mark.parametrize(("contact", "salon_has", "expected"), [
    ("en", ["pt_BR", "en_US"], "Hello Carla!"), ("en", ["pt_BR"], "Olá, Carla!"), ("fr", ["pt_BR"], "Olá, Carla!"),
])  # fmt: skip
def test_the_language_falls_back(guest: Guest, contact: str, salon_has: list[str], expected: str) -> None:
    """FR-RM-002: the guest's language, else the salon's."""
    with inside(guest.chair.salon_id):
        Contact.objects.update(language=contact)
        MessageTemplate.objects.exclude(language__in=salon_has).update(status="paused")
    guest.reminded()
    assert guest.last().text.startswith(expected)


def test_a_salons_own_words(guest: Guest) -> None:
    """FR-RM-002: the text is edited where templates are; names of variables work too."""
    with inside(guest.chair.salon_id):
        MessageTemplate.objects.filter(language="pt_BR").update(
            parameter_format="named",
            components=[{"type": "BODY", "text": "Ei {{guest}}, {{when}} tem {{what}}, viu? {{other}} vem."}],
        )
    guest.reminded()
    assert guest.last().text.startswith("Ei Carla, ")
    assert guest.last().text.endswith("tem Corte com Ana, viu? – vem.")


def test_several_and_quiet_hours(guest: Guest) -> None:
    """FR-RM-005: salon's and service's rules; what falls into the night comes before or after it."""
    with inside(guest.chair.salon_id):
        BookingPolicy.objects.update(reminders=[{"days": 1}, {"hours": 2}], revision=7)
    booking = guest.chair.book("09:00")
    with inside(guest.chair.salon_id):
        due = list(Reminder.objects.filter(booking=booking).order_by("due_at").values_list("rule", "due_at"))
        guest.chair.cut.reminders = [{"hours": 3}]
        guest.chair.cut.save()
        BookingPolicy.objects.update(revision=8)
    local = [(rule, moment.astimezone(booking.starts_at.tzinfo)) for rule, moment in due]
    assert [rule for rule, _moment in local] == ["days:1", "hours:2"]
    assert booking.starts_at - local[1][1] == timedelta(hours=1)  # at seven it is night, at eight it is not
    other = guest.chair.book("18:00")
    with inside(guest.chair.salon_id):
        assert [row.rule for row in Reminder.objects.filter(booking=other)] == ["hours:3"]


def test_it_follows_the_visit(guest: Guest) -> None:
    """FR-RM-001, I21: moved, the old ones are taken back; cancelled, all are; booked late, it stands there why."""
    booking = guest.chair.book("15:00")
    with inside(guest.chair.salon_id):
        moving.move(booking, guest.chair.at("16:00", 1), by=None)
        booking = Booking.objects.get(pk=booking.pk)
    assert [state for state, _way, _why in guest.rows(booking)] == ["cancelled", "planned"]
    guest.at(booking.starts_at - timedelta(hours=2))
    guest.tick()
    # The clock was moved beyond the reminder: late is better than never.
    assert len(guest.said()) == 1
    with inside(guest.chair.salon_id):
        states.cancel(booking, by=None)
        # It had not left yet.
        assert OutboxItem.objects.get().outcome == "cancelled"
    assert [state for state, _way, _why in guest.rows(booking)] == ["cancelled", "cancelled"]
    with inside(guest.chair.salon_id):
        guest.chair.day = clock.now().astimezone(guest.chair.at("10:00").tzinfo).date()
    late = guest.chair.book("19:00")
    assert guest.rows(late) == [("skipped", "", "late")]


def test_of_two_that_are_due_together_one_goes(guest: Guest) -> None:
    """FR-RM-005: the clock jumps over both."""
    with inside(guest.chair.salon_id):
        BookingPolicy.objects.update(reminders=[{"days": 1}, {"hours": 2}], revision=9)
    booking = guest.chair.book("15:00")
    guest.at(booking.starts_at - timedelta(hours=1))
    guest.tick()
    assert len(guest.said()) == 1
    assert guest.rows(booking) == [("skipped", "", "overtaken"), ("sent", "whatsapp", "")]


def test_too_late_is_left_out(guest: Guest) -> None:
    """FR-RM-005: never after the visit, nor when the guest is on the way."""
    booking = guest.chair.book("15:00")
    guest.at(booking.starts_at - timedelta(minutes=10))
    guest.tick()
    assert guest.rows(booking) == [("skipped", "", "late")]
    assert guest.said() == []


def test_who_stopped_gets_none(guest: Guest) -> None:
    """I19: a STOP ends reminders too, and no other way is tried."""
    with inside(guest.chair.salon_id):
        Contact.objects.update(fields={"email": "carla@example.com"})
        register.record(
            guest.chair.contact, purposes=[Purpose.SERVICE], state=State.REVOKED, source=Source.MESSAGE,
            evidence="pare", by=guest.chair.contact,
        )  # fmt: skip
    booking = guest.reminded()
    assert guest.rows(booking) == [("skipped", "whatsapp", "opted_out")]
    assert mail.outbox == []


def test_delivery_is_shown_on_the_visit(guest: Guest) -> None:
    """FR-RM-004: read off the message."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        rows = list(Reminder.objects.filter(booking=booking))
        assert shown(rows) == {rows[0].pk: "sent"}
        Message.objects.update(status="read")
        assert shown(rows) == {rows[0].pk: "read"}


def test_a_failure_tries_the_next_way(guest: Guest) -> None:
    """FR-RM-004: the second identity, then e-mail, then the team."""
    with inside(guest.chair.salon_id):
        Identity.objects.create(
            portfolio="1" * 16, kind="bsuid", value="BR.1", contact_id=guest.chair.contact.pk, created_at=clock.now()
        )
        Contact.objects.update(fields={"E-mail": "carla@example.com"})
    booking = guest.reminded()
    _fail(guest)
    assert guest.rows(booking) == [("sent", "second", "")]
    assert guest.last().recipient == "BR.1"
    _fail(guest)
    assert guest.rows(booking) == [("planned", "email", "131026")]
    errands.work()
    assert guest.rows(booking) == [("sent", "email", "131026")]
    assert "Corte com Ana" in mail.outbox[0].body


def test_without_any_way_the_team_calls(guest: Guest) -> None:
    """FR-RM-004: a task for staff."""
    booking = guest.reminded()
    _fail(guest)
    assert guest.rows(booking) == [("failed", "task", "131026")]
    with inside(guest.chair.salon_id):
        assert "Carla Dias" in Task.objects.get().text


def test_until_meta_has_looked_it_waits(guest: Guest) -> None:
    """FR-RM-002: the texts are made on first use; the reminder goes when they are approved."""
    with inside(guest.chair.salon_id):
        MessageTemplate.objects.all().delete()
    templates._looked_at.clear()
    booking = guest.reminded()
    assert guest.rows(booking) == [("planned", "", "no_template")]
    with inside(guest.chair.salon_id):
        assert set(MessageTemplate.objects.values_list("language", flat=True)) == {"pt_BR", "en_US", "es"}
    guest.approve()
    guest.at(clock.now() + timedelta(seconds=20))
    guest.tick()
    assert guest.rows(booking) == [("sent", "whatsapp", "")]


def test_no_number_and_a_night(guest: Guest) -> None:
    """FR-RM-004, FR-RM-005: without a number the team is told; hours that were changed meanwhile are kept."""
    booking = guest.chair.book("15:00")
    with inside(guest.chair.salon_id):
        ContactPolicy.objects.update(quiet_from="14:00", quiet_until="16:00")
    policy.forget()
    guest.at(booking.starts_at - timedelta(hours=24))
    guest.tick()
    assert guest.rows(booking) == [("planned", "", "")]
    guest.at(booking.starts_at - timedelta(hours=23))
    guest.tick()
    assert guest.rows(booking) == [("sent", "whatsapp", "")]


def test_a_night_without_end(guest: Guest) -> None:
    """FR-RM-005: hours that were changed until no gap is left: none goes, and it stands there why."""
    booking = guest.chair.book("15:00")
    with inside(guest.chair.salon_id):
        ContactPolicy.objects.update(quiet_from="12:00", quiet_until="00:00")
        BookingPolicy.objects.update(quiet_from="00:00", quiet_until="12:00", revision=11)
    policy.forget()
    guest.at(booking.starts_at - timedelta(hours=24))
    guest.tick()
    assert guest.rows(booking) == [("skipped", "", "quiet_hours")]


@pytest.mark.parametrize("what", ["cancelled", "moved", "over", "none"])
def test_what_is_sent_again_is_looked_at_again(guest: Guest, what: str) -> None:
    """I21: nobody knows if it left; meanwhile the visit was cancelled or moved, or is over: it does not go once more,
    and nobody is told by another way."""
    with inside(guest.chair.salon_id):
        Contact.objects.update(fields={"email": "carla@example.com"})
    booking = guest.reminded()
    message = guest.last()
    with inside(guest.chair.salon_id):
        OutboxItem.objects.update(state="unknown", attempts=1, attempt_at=clock.real() - timedelta(days=1))
        if what == "cancelled":
            states.cancel(booking, by=None)
        elif what == "moved":
            moving.move(booking, guest.chair.at("17:00", 1), by=None)
    if what == "over":
        guest.at(booking.starts_at)
    assert settling.decide() == 1
    with inside(guest.chair.salon_id):
        assert OutboxItem.objects.get().state == "queued"
        facts = contents.load([message.pk])[message.pk].facts
        refused = check([facts], clock.now())
    if what == "none":
        assert refused == [None]
        return
    assert refused == [Refusal("booking_changed")]
    _fail(guest, "cancelled", "booking_changed")
    assert guest.rows(booking)[0][2] == "booking_changed"
    errands.work()
    assert mail.outbox == []
    with inside(guest.chair.salon_id):
        assert not Task.objects.exists()


def test_a_number_that_was_stopped_for_long(guest: Guest) -> None:
    """I21: what waits for it is taken back, however old it is."""
    booking = guest.reminded()
    with inside(guest.chair.salon_id):
        Reminder.objects.update(sent_at=clock.now() - timedelta(days=9))
        states.cancel(booking, by=None)
        assert OutboxItem.objects.get().outcome == "cancelled"


def test_several_ask_no_more_than_one(guest: Guest) -> None:
    """100,000 in a minute: a salon's reminders are read, judged and written together."""
    bookings = [guest.chair.book(text) for text in ("14:00", "15:00", "16:00", "17:00")]
    guest.at(bookings[-1].starts_at - timedelta(hours=23))
    asked = []
    with inside(guest.chair.salon_id):
        rows = [Due(str(row.pk), 1) for row in Reminder.objects.order_by("pk")]
        for some in (rows[:1], rows[1:]):
            for remembers in (policy, plans, excess):
                remembers.forget()
            with CaptureQueriesContext(connection) as seen:
                fall_due(some)
            asked.append(len(seen))
    assert len(guest.said()) == 4
    assert asked[1] <= asked[0] < 30


def _fail(guest: Guest, status: str = "failed", reason: str = "131026") -> None:
    """WhatsApp says that the newest message cannot be delivered."""
    message = guest.last()
    with inside(guest.chair.salon_id):
        Message.objects.filter(pk=message.pk).update(status=status, reason=reason)
        change = Change(message.pk, message.public_id, message.conversation_id, status, reason)
        tell(guest.chair.salon_id, [change])
    guest.tick()


@pytest.mark.parametrize(("says", "told"), [("", 1), ("sim", 0)])
def test_silence_is_told_after_some_hours(guest: Guest, says: str, told: int) -> None:
    """FL-003: flows and other systems hear of it while there is time; an answer is no silence."""
    booking = guest.reminded()
    if says:
        guest.says(says)
    guest.at(clock.now() + timedelta(hours=5))
    guest.tick()
    with inside(guest.chair.salon_id):
        found = Event.objects.filter(kind="booking.unanswered", subject=booking.public_id)
        assert found.count() == told
        if told:
            assert found.get().payload["items"][0]["service"] == "Corte"
