"""FL-003: flows that begin by a tag, another event, or the clock: once, in time, and only where they may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from channels_wa.messages.models import Message
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows import actions
from flows.models import Flow, FlowExecution
from flows.nodes.triggers import Schedule
from flows.runtime import starting
from flows.runtime.starting import Fate, Wish, start_many
from flows.triggers import schedule
from flows.triggers.kinds import EVENTS
from flows.triggers.schedule import moment_on
from ops import clock
from ops.eventqueue import handling
from ops.events.models import Event
from ops.salon import inside
from ops.timers import ticker
from tests.flows.runtime.conftest import Chat, ask, pending, say

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
# A Friday, noon in São Paulo.
NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(chat: Chat) -> None:
    """It is Friday noon."""
    chat.monkeypatch.setattr(clock, "_offset", NOON - clock.real())


def tag(chat: Chat, *add: str, of: Contact | None = None) -> None:
    with inside(chat.salon_id):
        contacts.retag(of or Contact.objects.get(), add=add, by=None)
    handling.run()


@pytest.fixture
def vip(chat: Chat) -> Chat:
    """A guest who wrote, and a flow for those who become VIP."""
    chat.says("oi")
    chat.publish("vip", say("s", "VIP: {{ trigger.tag }}"), edges=["start>s"], on="tag_added", tags=["vip"])
    return chat


def test_a_tag_begins_its_flow_once(vip: Chat) -> None:
    tag(vip, "blond")
    tag(vip, "vip")
    tag(vip, "vip", "loyal")
    assert vip.answers == ["VIP: vip"]
    assert [one.began_by for one in vip.executions] == ["tag_added"]


def test_what_it_says_is_started_by_the_salon(vip: Chat) -> None:
    tag(vip, "vip")
    assert vip.message().purpose == "service"


def test_an_event_that_comes_twice_begins_nothing_twice(vip: Chat) -> None:
    tag(vip, "vip")
    with inside(vip.salon_id):
        heard = handling._load([Event.objects.filter(kind="contact.changed").latest("pk").pk])
    assert len(heard) == 1
    # Its work and its claim are one transaction: an event that was handled is not claimed again.
    handling.run()
    assert len(vip.executions) == 1


def test_an_event_begins_its_flow_and_is_seen(chat: Chat) -> None:
    chat.says("oi")
    node = say("s", "{{ trigger.event }}")
    chat.publish("closed", node, edges=["start>s"], on="event", events=["conversation.handed_over"])
    from crm.inbox.handing import Handing, hand_over

    with inside(chat.salon_id):
        hand_over([Handing(Conversation.objects.get().pk, by=None)])
        Conversation.objects.update(bot_on=True, bot_resumes_at=None)
    handling.run()
    assert chat.answers == ["conversation.handed_over"]


def test_it_waits_while_another_flow_talks(vip: Chat) -> None:
    nodes = ask("ask", "Nome?", "name"), say("s", "Oi")
    vip.publish("ask", *nodes, edges=["start>ask", "ask.answered>s"])
    vip.says("oi")
    tag(vip, "vip")
    assert vip.answers == ["Nome?"]
    vip.later(minutes=6)
    assert vip.answers == ["Nome?"]
    vip.says("Ana")
    vip.later(minutes=11)
    assert vip.answers == ["Nome?", "Oi", "VIP: vip"]
    assert pending() == []


def test_it_waits_while_a_person_answers_and_at_most_a_day(vip: Chat) -> None:
    with inside(vip.salon_id):
        Conversation.objects.update(bot_on=False)
    tag(vip, "vip")
    for _ in range(60):
        vip.later(hours=1)
    assert (vip.answers, pending()) == ([], [])


def test_flows_that_start_each_other_are_stopped(vip: Chat) -> None:
    with inside(vip.salon_id):
        flow, contact = Flow.objects.get(), Contact.objects.get()
        fates = [one.fate for one in start_many([Wish(flow.pk, contact.pk, "event")] * (starting.MOST_AN_HOUR + 2))]
    assert fates[-3:] == [Fate.STARTED, Fate.TOO_OFTEN, Fate.TOO_OFTEN]


def test_who_stopped_everything_is_not_written_to(vip: Chat) -> None:
    vip.says("PARAR")
    tag(vip, "vip")
    assert (vip.message().status, vip.message().reason) == ("cancelled", "opted_out")


def test_a_new_talk_is_opened_over_the_number_they_used(vip: Chat) -> None:
    with inside(vip.salon_id):
        Conversation.objects.update(closed_at=clock.now())
    tag(vip, "vip")
    with inside(vip.salon_id):
        old, new = Conversation.objects.order_by("pk")
        assert (new.number_id, new.closed_at, Message.objects.latest("pk").conversation_id) == (
            old.number_id, None, new.pk,
        )  # fmt: skip


@pytest.mark.parametrize("off", [{"is_active": False}, {"paused_at": NOON}, {"archived_at": NOON}])
def test_one_that_is_off_begins_nothing(vip: Chat, off: dict[str, Any]) -> None:
    with inside(vip.salon_id):
        Flow.objects.update(**off)
    tag(vip, "vip")
    assert vip.executions == []


def at(chat: Chat, moment: datetime) -> None:
    """It is this moment, and what is due is done."""
    chat.monkeypatch.setattr(clock, "_offset", moment - clock.real())
    while ticker.run():
        pass


def weekly(chat: Chat, **more: Any) -> None:
    plan = {"at": "09:00", "weekdays": [1, 3], "tags": ["vip"], **more}
    chat.publish("weekly", say("s", "{{ trigger.on }}"), edges=["start>s"], on="schedule", schedule=plan)
    handling.run()


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SAO_PAULO)


def test_on_its_days_it_begins_with_those_who_have_the_tag(chat: Chat) -> None:
    chat.says("oi")
    other = Chat(chat.salon_id, "5511990000002", chat.monkeypatch)
    other.says("oi")
    with inside(chat.salon_id):
        contacts.retag(Contact.objects.order_by("pk")[0], add=["vip"], by=None)
    weekly(chat)
    at(chat, local(23, 8, 59))
    assert chat.answers == []
    at(chat, local(23, 9))
    at(chat, local(23, 12))
    at(chat, local(24, 12))
    assert (chat.answers, other.answers) == (["schedule"], [])
    at(chat, local(25, 9))
    assert chat.answers == ["schedule"] * 2
    assert [kind for kind, _ in pending()] == ["flow.schedule"]


def test_many_are_taken_in_batches_and_each_once(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    guests = [Chat(chat.salon_id, f"55119900001{n:02d}", monkeypatch) for n in range(7)]
    for guest in guests:
        guest.says("oi")
    with inside(chat.salon_id):
        Contact.objects.update(tags=["vip"])
    monkeypatch.setattr(schedule, "BATCH", 3)
    weekly(chat)
    at(chat, local(23, 9, 1))
    assert [guest.answers for guest in guests] == [["schedule"]] * 7


def test_nobody_is_taken_twice_a_day_whatever_is_published(chat: Chat) -> None:
    chat.says("oi")
    tag(chat, "vip")
    weekly(chat)
    at(chat, local(23, 9))
    with inside(chat.salon_id):
        flow = Flow.objects.get()
        assert flow.published
        graph = flow.published.graph
        graph["nodes"][0]["schedule"]["at"] = "11:00"
        actions.publish(flow, graph)
    handling.run()
    at(chat, local(23, 11, 1))
    assert len(chat.answers) == 1
    at(chat, local(25, 11))
    assert len(chat.answers) == 2


def test_one_that_is_switched_off_has_no_timer(chat: Chat) -> None:
    weekly(chat)
    with inside(chat.salon_id):
        actions.switch(Flow.objects.get(), on=False, by=None)
    handling.run()
    assert pending() == []
    with inside(chat.salon_id):
        actions.switch(Flow.objects.get(), on=True, by=None)
    handling.run()
    assert [kind for kind, _ in pending()] == ["flow.schedule"]


def test_what_is_late_by_a_night_is_left_out(chat: Chat) -> None:
    chat.says("oi")
    tag(chat, "vip")
    weekly(chat)
    at(chat, local(23, 22))
    assert chat.answers == []
    at(chat, local(25, 9))
    assert len(chat.answers) == 1


@pytest.mark.parametrize("written", ["1990-11-24", "24/11/1990", "24/11"])
def test_a_birthday_the_day_before(chat: Chat, written: str) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        contacts.change(Contact.objects.get(), {"fields": {"birthday": written}}, by=None)
    plan = {"at": "10:00", "field": "birthday", "days": -1, "yearly": True}
    chat.publish("birthday", say("s", "parabéns"), edges=["start>s"], on="schedule", schedule=plan)
    handling.run()
    for day in (21, 22, 23, 24, 25):
        at(chat, local(day, 10, 1))
        assert len(chat.answers) == (day >= 23)


def test_a_date_that_comes_once(chat: Chat) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        contacts.change(Contact.objects.get(), {"fields": {"visit": "2026-11-20"}}, by=None)
    plan = {"at": "10:00", "field": "visit", "days": 30}
    chat.publish("again", say("s", "de novo?"), edges=["start>s"], on="schedule", schedule=plan)
    handling.run()
    for day in range(21, 31):
        at(chat, local(day, 10, 1))
    for day in range(1, 22):
        at(chat, local(day, 10, 1, month=12))
    with inside(chat.salon_id):
        [run] = FlowExecution.objects.all()
        assert run.started_at.astimezone(SAO_PAULO).date().isoformat() == "2026-12-20"


def test_who_was_born_on_the_leap_day_is_not_forgotten() -> None:
    assert schedule.days_of_the_year(datetime(2027, 2, 28).date()) == ["02-28", "02-29"]
    assert schedule.days_of_the_year(datetime(2028, 2, 28).date()) == ["02-28"]


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2026-10-24", "2026-10-24T00:30:00+00:00"),  # summer time: two hours ahead
        ("2026-10-25", "2026-10-25T00:30:00+00:00"),  # the hour comes twice: the first one
        ("2026-10-26", "2026-10-26T01:30:00+00:00"),
        ("2026-03-29", "2026-03-29T01:30:00+00:00"),  # the hour is skipped: the one after it
    ],
)
def test_the_wall_clock_counts_around_daylight_saving(day: str, utc: str) -> None:
    plan = Schedule.model_validate({"at": "02:30", "weekdays": [1, 2, 3, 4, 5, 6, 7], "tags": ["x"]})
    found = moment_on(plan, datetime.fromisoformat(day).date(), ZoneInfo("Europe/Berlin"))
    assert found and found.isoformat() == utc


def test_a_moment_that_lies_a_week_ahead_costs_one_timer(chat: Chat) -> None:
    weekly(chat, weekdays=[5])
    [(kind, _subject)] = pending()
    assert kind == "flow.schedule"
    assert timedelta(days=6) < local(27, 9) - clock.now() < timedelta(days=7)


def test_every_event_that_is_offered_has_its_handler() -> None:
    heard = {kind for kind, paths in settings.EVENT_HANDLERS.items() if "flows.runtime.triggers.on_events" in paths}
    assert heard == set(EVENTS)
