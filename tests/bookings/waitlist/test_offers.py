"""BK-004: a place that became free is offered to who waits for it, one after the other, each once."""

from datetime import timedelta

import pytest

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.outbox.models import OutboxItem
from crm.bookings.actions import blocking, moving, states
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.models import Booking, Resource, WaitlistOffer
from crm.bookings.waitlist import actions, earlier, passing
from crm.bookings.waitlist.outbound import check
from crm.consent import policy
from crm.consent.models import ContactPolicy
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from tenants.audit.models import AuditEntry
from tests.bookings.waitlist.conftest import Line
from tests.bookings.waitlist.facts import facts_of


def test_a_cancelled_visit_is_offered_with_a_hold_and_a_message(line: Line) -> None:
    """BK-004: by the template, as she has not written; with both answers; and it is told of."""
    rui = line.guest("Rui Lopes", "5511977770001")
    entry = line.wait(rui)
    booking = line.chair.book("10:00")
    line.free(booking)
    assert line.offers() == [("Rui Lopes", "offered")]
    offer = line.offer()
    assert (offer.booking.state, offer.booking.starts_at) == ("held", booking.starts_at)
    assert offer.freed_by_id == booking.pk
    assert line.entry(entry).state == "offered"
    message = line.last(rui)
    assert (message.type, message.purpose) == ("template", "service")
    assert "Olá, Rui! Abriu um horário" in message.text
    assert "Guardamos para você até 10:15" in message.text
    with inside(line.chair.salon_id):
        assert {"waitlist.joined", "waitlist.offered"} <= set(Event.objects.values_list("kind", flat=True))
        assert AuditEntry.objects.filter(action="waitlist.offered", subject=str(entry.public_id)).exists()


def test_nobody_answers_and_it_goes_to_the_next(line: Line) -> None:
    """BK-004: after the salon's minutes; who let it go is not asked again for the same place."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    first = line.wait(rui)
    line.wait(eva)
    line.free(line.chair.book("10:00"))
    line.later(minutes=16)
    assert line.offers() == [("Rui", "expired"), ("Eva", "offered")]
    assert line.entry(first).state == "waiting"
    line.later(minutes=16)
    assert line.offers() == [("Rui", "expired"), ("Eva", "expired")]
    line.later(hours=2)
    assert len(line.offers()) == 2
    with inside(line.chair.salon_id):
        assert not Booking.objects.filter(state="held").exists()


def test_the_order_of_those_who_wait(line: Line) -> None:
    """BK-004: by name before anyone; then who was not asked lately; then who has waited longest."""
    anyone, asked, named = (line.guest(name, f"551197777000{n}") for n, name in enumerate(("Rui", "Eva", "Ada")))
    line.wait(asked)
    line.free(line.chair.book("18:00"))
    line.taps(asked, "no")
    line.later(minutes=1)
    line.wait(anyone)
    line.later(minutes=1)
    line.wait(named, professional_ids=[line.chair.ana.pk])
    line.free(line.chair.book("10:00"))
    for who in (named, anyone):
        assert line.offers()[-1] == (who.name, "offered")
        line.taps(who, "no")
    assert line.offers()[-1] == ("Eva", "offered")


@pytest.mark.parametrize(
    "wish",
    [
        {"from_minute": 12 * 60},
        {"weekdays": [0, 1, 2, 3, 4, 5, 6]},
        {"to_day": -1},
        {"who": "bia"},
    ],
    ids=str,
)
def test_only_what_was_wished_for(line: Line, wish: dict[str, object]) -> None:
    """BK-004: times of day, weekdays, days and with whom."""
    chair = line.chair
    more: dict[str, object] = {}
    if "from_minute" in wish:
        more["from_minute"] = wish["from_minute"]
    if "weekdays" in wish:
        more["weekdays"] = [day for day in range(7) if day != chair.day.weekday()]
    if "to_day" in wish:
        more["to_date"] = chair.day - timedelta(days=1)
    if "who" in wish:
        more["professional_ids"] = [chair.bia.pk]
    line.wait(line.guest("Rui", "5511977770001"), **more)
    line.free(chair.book("10:00"))
    assert line.offers() == []


def test_time_frees_itself_in_many_ways(line: Line) -> None:
    """BK-004: moved away, a hold that is over, not come, and time off that is lifted."""
    chair, rui = line.chair, line.guest("Rui", "5511977770001")
    line.wait(rui, professional_ids=[chair.ana.pk])
    with inside(chair.salon_id):
        moving.move(chair.book("10:00"), chair.at("15:00"), by=None)
    line.tick()
    line.taps(rui, "no")
    chair.hold("11:00")
    line.later(minutes=11)
    line.taps(rui, "no")
    with inside(chair.salon_id):
        states.no_show(chair.book("12:00"), by=None)
    line.tick()
    line.taps(rui, "no")
    with inside(chair.salon_id):
        off = blocking.block(
            Resource.objects.get(pk=chair.ana.pk), chair.at("13:00"), chair.at("14:00"), by=None, kind="time_off"
        )
        blocking.unblock(off, by=None)
    line.tick()
    with inside(chair.salon_id):
        starts = [row.booking.starts_at for row in WaitlistOffer.objects.select_related("booking").order_by("pk")]
    assert starts == [chair.at(text) for text in ("10:00", "11:00", "12:00", "13:00")]


def test_who_cannot_be_reached_keeps_nobody_waiting(line: Line) -> None:
    """BK-004: no phone, stopped, blocked: the next one is asked at once, and no hold stays."""
    line.wait(line.guest("Nobody"))
    stopped = line.guest("Stopped", "5511977770001")
    line.wait(stopped)
    line.says(stopped, "PARAR")
    line.wait(line.guest("Eva", "5511977770002"))
    line.free(line.chair.book("10:00"))
    assert line.offers() == [("Eva", "offered")]
    with inside(line.chair.salon_id):
        assert Booking.objects.filter(state="held").count() == 1


def test_who_has_what_they_waited_for_is_asked_no_more(line: Line) -> None:
    """BK-004: booked meanwhile: the entry is closed; busy at that time: they are left alone for it."""
    chair, rui, eva = line.chair, line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    first, second = line.wait(rui), line.wait(eva)
    line.later(minutes=1)
    chair.book("16:00", contact=rui)
    chair.book("10:15", contact=eva, service=chair.cut, who=chair.bia)
    with inside(chair.salon_id):
        Booking.objects.filter(contact=eva).update(created_at=second.created_at - timedelta(hours=1))
    line.free(chair.book("10:00"))
    assert line.offers() == []
    assert (line.entry(first).state, line.entry(first).reason) == ("booked", "booked")
    assert line.entry(second).state == "waiting"


def test_nobody_is_woken(line: Line) -> None:
    """BK-004: in the quiet hours the place waits for the morning."""
    with inside(line.chair.salon_id):
        ContactPolicy.objects.update(quiet_from="21:00", quiet_until="08:00")
    policy.forget()
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui)
    booking = line.chair.book("10:00")
    line.later(hours=12)
    line.free(booking)
    assert line.offers() == []
    line.later(hours=10, minutes=1)
    assert line.offers() == [("Rui", "offered")]


def test_a_place_for_nobody_who_can_be_asked_is_looked_at_less_and_less(line: Line) -> None:
    """BK-004: Meta looks at the text for hours: not every minute; and which visit freed it is not forgotten."""
    line.wait(line.guest("Rui", "5511977770001"))
    with inside(line.chair.salon_id):
        MessageTemplate.objects.update(status="pending")
    booking = line.chair.book("10:00")
    line.free(booking)
    for _ in range(4):
        line.later(minutes=16)
    with inside(line.chair.salon_id):
        timer = Timer.objects.get(kind=passing.PLACE, state="pending")
        assert timer.subject.endswith(f"~{booking.pk}~5")
        assert timer.due_at - clock.now() > timedelta(minutes=14)
        MessageTemplate.objects.update(status="approved")
    line.later(minutes=16)
    assert line.offers() == [("Rui", "offered")]
    assert line.offer().freed_by_id == booking.pk


def test_what_waited_in_the_outbox_wakes_nobody_either(line: Line) -> None:
    """BK-004: behind a stopped number until the quiet hours: it waits for the morning, or is over by then."""
    line.wait(rui := line.guest("Rui", "5511977770001"))
    with inside(line.chair.salon_id):
        ContactPolicy.objects.update(quiet_from="10:05", quiet_until="12:00")
    policy.forget()
    line.free(line.chair.book("10:00"))
    with inside(line.chair.salon_id):
        facts, now = facts_of(line.last(rui)), clock.now()
        assert check([facts], now) == [None]
        found = check([facts], now + timedelta(minutes=6))[0]
    assert found is not None
    assert (found.reason, found.until is not None) == ("quiet_hours", True)


def test_who_waits_already_would_give_up_a_visit_too(line: Line) -> None:
    """BK-004: "I would come earlier" is not lost where they wait for the same; of two visits each is its own."""
    rui = line.guest("Rui", "5511977770001")
    ana = line.chair.ana
    first, second = (line.chair.book(text, contact=rui, who=ana) for text in ("15:00", "17:00"))
    entry = line.wait(rui, professional_ids=[ana.pk])
    with inside(line.chair.salon_id):
        asked = [earlier.wait(one, by=None, source="page") for one in (first, first, second)]
        assert [one.pk == entry.pk for one in asked] == [True, True, False]
        assert earlier.entry_of(first) == asked[0]
        assert earlier.entry_of(second) == asked[2]


def test_waiting_ends_with_its_last_day(line: Line) -> None:
    """BK-004: by a timer, on the salon's clock; and the second press of a button adds no second entry."""
    rui = line.guest("Rui", "5511977770001")
    entry = line.wait(rui)
    assert line.wait(rui).pk == entry.pk
    line.at(line.chair.at("00:00", days=4) - timedelta(minutes=1))
    line.tick()
    assert line.entry(entry).closed_at is None
    line.later(minutes=2)
    assert (line.entry(entry).state, line.entry(entry).reason) == ("over", "expired")
    with inside(line.chair.salon_id), pytest.raises(actions.Wrong, match="over"):
        actions.join(rui, actions.Wanted(service_ids=[line.chair.cut.pk], from_date=line.chair.day - timedelta(days=31),
                                         to_date=line.chair.day - timedelta(days=30)), by=None)  # fmt: skip


def test_an_offer_that_does_not_leave_in_time_never_leaves(line: Line) -> None:
    """BK-004: its number stood still; what is over is not told any more, and the place is the next one's."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    line.wait(rui), line.wait(eva)
    line.free(line.chair.book("10:00"))
    with inside(line.chair.salon_id):
        assert check([facts_of(line.last(rui))], line.offer().expires_at)[0] is not None
        OutboxItem.objects.all().delete()
    line.later(minutes=16)
    assert line.offers()[-1] == ("Eva", "offered")


def test_the_hold_is_real(line: Line) -> None:
    """BK-002: nobody books what is offered."""
    line.wait(line.guest("Rui", "5511977770001"))
    line.free(line.chair.book("10:00"))
    with pytest.raises(SlotTaken):
        line.chair.book("10:00")
