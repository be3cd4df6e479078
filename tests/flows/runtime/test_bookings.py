"""Flows book visits: from the guest's message to the calendar (FL-002, FL-003)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.inbound import drain
from crm.bookings import defaults
from crm.bookings.actions import states
from crm.bookings.models import Booking, WaitlistEntry
from crm.contacts.models import Contact
from flows.models import FlowExecution
from flows.runtime import subflows
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from tests.bookings.conftest import Chair, make_chair
from tests.flows.runtime.conftest import Chat, say

SERVICE = {"id": "service", "type": "choose_service", "text": "O quê?"}
SLOT = {"id": "slot", "type": "find_slots", "text": "Quando?", "service": "vars.service"}
BOOK = {"id": "book", "type": "book"}
BOOKING = [
    "start>service",
    "service.chosen>slot",
    "service.none>nothing",
    "slot.chosen>book",
    "slot.none>nothing",
    "book.booked>done",
    "book.taken>slot",
]


@pytest.fixture
def chair(chat: Chat) -> Iterator[Chair]:
    with inside(chat.salon_id):
        made = make_chair(chat.salon_id)
    yield made


def open_booking(chat: Chat, **slot: Any) -> None:
    done = say(
        "done", "Marcado: {{ vars.booking.services }} {{ vars.booking.when }} com {{ vars.booking.professional }}"
    )
    chat.publish("book", SERVICE, {**SLOT, **slot}, BOOK, done, say("nothing", "Nada livre"), edges=BOOKING)


def choose(chat: Chat, title: str) -> None:
    """Tap a row of the newest list."""
    row = next(one for one in chat.message().payload["rows"] if one["title"] == title)
    chat.sends("interactive", {"type": "list_reply", "list_reply": row})


def bookings(chat: Chat) -> list[Booking]:
    with inside(chat.salon_id):
        return list(Booking.objects.order_by("pk"))


def test_a_guest_books_by_taps(chat: Chat, chair: Chair) -> None:
    open_booking(chat)
    chat.says("oi")
    assert [row["title"] for row in chat.message().payload["rows"]] == ["Corte", "Cor"]
    choose(chat, "Corte")
    first = chat.message().payload["rows"][0]
    assert chat.message().payload["rows"][-1]["title"] == "Outros horários"
    choose(chat, first["title"])
    [made] = bookings(chat)
    assert (made.state, made.source, made.contact_id is not None) == ("booked", "flow", True)
    assert chat.answers[-1].startswith("Marcado: Corte ")
    assert chat.executions[0].status == "completed"
    assert chat.executions[0].state["variables"]["booking"]["id"] == str(made.public_id)


def test_it_takes_words(chat: Chat, chair: Chair) -> None:
    """A name, and a day with a time, instead of taps."""
    open_booking(chat)
    chat.says("oi")
    chat.says("quero o corte por favor")
    day = chair.at("15:00")
    chat.says(f"{day:%d/%m} às 15h")
    [made] = bookings(chat)
    assert made.wall_clock == f"{day:%Y-%m-%d}T15:00"


def test_a_day_alone_shows_its_times(chat: Chat, chair: Chair) -> None:
    open_booking(chat)
    chat.says("oi")
    choose(chat, "Corte")
    chat.says(f"{chair.at('15:00'):%d/%m}")
    shown = {row["title"].split()[1] for row in chat.message().payload["rows"][:-1]}
    assert shown == {f"{chair.at('15:00'):%d/%m}"}
    assert bookings(chat) == []


def test_what_is_not_understood_is_asked_again(chat: Chat, chair: Chair) -> None:
    open_booking(chat, retry_text="Toque em um horário.", tries=2)
    chat.says("oi")
    choose(chat, "Corte")
    chat.says("blablabla")
    assert chat.answers[-1] == "Toque em um horário."
    chat.says("blablabla")
    assert chat.executions[0].status == "completed"
    assert bookings(chat) == []


def test_other_times_page_on(chat: Chat, chair: Chair) -> None:
    open_booking(chat)
    chat.says("oi")
    choose(chat, "Corte")
    before = [row["id"] for row in chat.message().payload["rows"]]
    choose(chat, "Outros horários")
    after = [row["id"] for row in chat.message().payload["rows"]]
    assert not set(before[:-1]) & set(after[:-1])
    choose(chat, chat.message().payload["rows"][0]["title"])
    assert len(bookings(chat)) == 1


def test_a_time_that_was_taken_meanwhile_shows_the_nearest(chat: Chat, chair: Chair) -> None:
    """I20: one winner; the other is shown what is left."""
    chat.publish(
        "book", SERVICE, {**SLOT, "when": chair.day.isoformat()}, BOOK, say("done", "Marcado"), say("nothing", "-"),
        edges=BOOKING,
    )  # fmt: skip
    chat.says("oi")
    choose(chat, "Cor")
    row = chat.message().payload["rows"][0]
    start = chair.at("08:00")
    chair.book("08:00", service=chair.colour)
    assert str(int(start.timestamp() // 60)) in row["id"]
    choose(chat, row["title"])
    assert chat.answers[-1].startswith("Esse horário acabou de ser ocupado")
    choose(chat, chat.message().payload["rows"][0]["title"])
    assert len(bookings(chat)) == 2
    assert chat.answers[-1] == "Marcado"


def test_nothing_free_leaves_by_none(chat: Chat, chair: Chair) -> None:
    with inside(chat.salon_id):
        type(chair.cut).objects.update(is_online=False)
        defaults.touch()
    open_booking(chat)
    chat.says("oi")
    assert chat.answers == ["Nada livre"]


def test_a_crash_in_the_step_books_once(chat: Chat, chair: Chair, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: the booking commits with the step that wanted it, or neither does."""
    open_booking(chat)
    chat.says("oi")
    choose(chat, "Corte")
    row = chat.message().payload["rows"][0]
    answer = subflows.follow
    calls = []

    def dies_once(*args: Any) -> Any:
        found = answer(*args)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return found

    monkeypatch.setattr(subflows, "follow", dies_once)
    chat.sends("interactive", {"type": "list_reply", "list_reply": row})
    assert len(bookings(chat)) <= 1
    chat.later(minutes=2)
    drain.run()
    assert [one.state for one in bookings(chat)] == ["booked"]
    assert chat.answers[-1].startswith("Marcado")


def booked_for(chat: Chat, chair: Chair, at: str = "10:00") -> Booking:
    """A visit of the guest who writes."""
    with inside(chat.salon_id):
        contact = Contact.objects.exclude(pk=chair.contact.pk).get()
    return chair.book(at, contact=contact)


def test_a_guest_moves_and_cancels_their_visit(chat: Chat, chair: Chair) -> None:
    chat.says("oi")
    made = booked_for(chat, chair)
    chat.publish(
        "move",
        {"id": "which", "type": "find_booking", "which": "choose", "text": "Qual?"},
        {"id": "slot", "type": "find_slots", "text": "Para quando?", "booking": "vars.booking"},
        {"id": "move", "type": "reschedule"},
        {"id": "cancel", "type": "cancel_booking"},
        say("done", "Agora {{ vars.booking.state }}"),
        edges=["start>which", "which.chosen>slot", "slot.chosen>move", "move.moved>cancel", "cancel.cancelled>done"],
        on="keywords", keywords=["mudar"],
    )  # fmt: skip
    chat.says("mudar")
    chat.says(f"{chair.day:%d/%m} às 16h")
    fresh = chair.fresh(made)
    assert (fresh.wall_clock[-5:], fresh.state) == ("16:00", "cancelled")
    assert chat.answers[-1] == "Agora cancelled"


def test_a_guest_waits_for_a_place(chat: Chat, chair: Chair) -> None:
    """FL-002, BK-004: once, however often they say so."""
    chat.publish(
        "wait",
        {"id": "wait", "type": "join_waitlist", "services": [str(chair.cut.public_id)], "days": 7},
        say("yes", "Espera por {{ vars.waiting.services }}"),
        edges=["start>wait", "wait.waiting>yes"],
    )
    for _ in range(2):
        chat.says("oi")
    assert chat.answers[-1] == "Espera por Corte"
    with inside(chat.salon_id):
        entry = WaitlistEntry.objects.select_related("contact").get()
        assert (entry.service_ids, entry.professional_ids, entry.source) == ([chair.cut.pk], [], "flow")
        assert (entry.to_date - entry.from_date).days == 6


def test_nobody_touches_somebody_elses_visit(chat: Chat, chair: Chair) -> None:
    other = chair.book()
    chat.publish(
        "cancel",
        {"id": "cancel", "type": "cancel_booking", "booking": f"'{other.public_id}'"},
        say("none", "Não achei"),
        edges=["start>cancel", "cancel.none>none"],
    )
    chat.says("oi")
    assert chat.answers == ["Não achei"]
    assert chair.fresh(other).state == "booked"


def test_a_formula_that_names_no_visit_cancels_none(chat: Chat, chair: Chair) -> None:
    chat.says("oi")
    made = booked_for(chat, chair)
    chat.publish(
        "cancel",
        {"id": "set", "type": "set_variable", "variable": "visit", "value": "''"},
        {"id": "cancel", "type": "cancel_booking", "booking": "vars.visit"},
        say("none", "Não achei"),
        edges=["start>set", "set>cancel", "cancel.none>none"],
    )
    chat.says("cancela")
    assert chat.answers[-1] == "Não achei"
    assert chair.fresh(made).state == "booked"


def test_too_late_is_said(chat: Chat, chair: Chair) -> None:
    with inside(chat.salon_id):
        type(chair.cut).objects.update(cancel_hours=24 * 30)
        defaults.touch()
    chat.says("oi")
    made = booked_for(chat, chair)
    chat.publish(
        "cancel", {"id": "cancel", "type": "cancel_booking"}, say("late", "Fale com a gente"),
        edges=["start>cancel", "cancel.too_late>late"],
    )  # fmt: skip
    chat.says("cancela")
    assert chat.answers[-1] == "Fale com a gente"
    assert chair.fresh(made).state == "booked"


@pytest.mark.parametrize("staff_first", [False, True])
def test_a_held_time_becomes_the_visit(chat: Chat, chair: Chair, staff_first: bool) -> None:
    chat.publish(
        "hold", SERVICE, SLOT, {"id": "hold", "type": "hold_slot", "minutes": 10},
        {"id": "sure", "type": "send_message", "text": "Confirma?", "buttons": [{"id": "yes", "title": "Sim"}]},
        BOOK, say("done", "Marcado"),
        edges=["start>service", "service.chosen>slot", "slot.chosen>hold", "hold.held>sure", "sure.yes>book",
               "book.booked>done"],
    )  # fmt: skip
    chat.says("oi")
    choose(chat, "Corte")
    choose(chat, chat.message().payload["rows"][0]["title"])
    assert [one.state for one in bookings(chat)] == ["held"]
    if staff_first:
        with inside(chat.salon_id):
            states.settle(Booking.objects.get(), by=None)
    chat.taps("Sim")
    assert [one.state for one in bookings(chat)] == ["booked"]
    assert chat.answers[-1] == "Marcado"


@pytest.mark.parametrize(("services", "begins"), [([], 1), (["colour"], 0), (["cut"], 1)])
def test_what_happens_to_a_visit_begins_a_flow(chat: Chat, chair: Chair, services: list[str], begins: int) -> None:
    """FL-003: by its kind, and for the services that the trigger names."""
    chat.says("oi")
    made = booked_for(chat, chair)
    chat.publish(
        "review",
        {"id": "which", "type": "find_booking", "which": "given", "booking": "trigger.payload.booking"},
        say("thanks", "Obrigada pela visita: {{ vars.booking.services }}"),
        edges=["start>which", "which.chosen>thanks"],
        on="event", events=["booking.done"], services=[str(getattr(chair, one).public_id) for one in services],
    )  # fmt: skip
    with inside(chat.salon_id):
        states.finish(made, by=None)
    handling.run()
    assert len(chat.executions) == begins
    if begins:
        assert chat.answers[-1] == "Obrigada pela visita: Corte"


def test_the_rhythm_of_visits(chat: Chat, chair: Chair) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        contact = Contact.objects.exclude(pk=chair.contact.pk).get()
        for days in (100, 72, 44, 15):
            made = chair.book("10:00", contact=contact)
            moment = clock.now() - timedelta(days=days)
            Booking.objects.filter(pk=made.pk).update(
                starts_at=moment, ends_at=moment + timedelta(hours=1), state="done"
            )
            from crm.bookings.models import Allocation

            Allocation.objects.filter(item__booking=made).delete()
    chat.publish(
        "rhythm", {"id": "rhythm", "type": "visit_rhythm"},
        say("known", "{{ vars.rhythm.days }} {{ vars.rhythm.overdue_days }}"),
        edges=["start>rhythm", "rhythm.known>known"],
    )  # fmt: skip
    chat.says("quando?")
    assert chat.answers[-1] == "28 -13"


def test_once_in_holds_back(chat: Chat) -> None:
    chat.publish(
        "once", {"id": "once", "type": "once_in", "days": 90, "field": "asked"}, say("ask", "Como foi?"),
        edges=["start>once", "once.done>ask"],
    )  # fmt: skip
    chat.says("a")
    chat.says("b")
    assert chat.answers == ["Como foi?"]
    chat.later(days=91)
    chat.says("c")
    assert len(chat.answers) == 2
    with inside(chat.salon_id):
        assert FlowExecution.objects.count() == 3


def test_a_held_time_let_go_begins_nothing(chat: Chat, chair: Chair) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        contact = Contact.objects.exclude(pk=chair.contact.pk).get()
    held, booked = chair.hold(contact=contact), booked_for(chat, chair, "15:00")
    chat.publish(
        "sorry", say("sorry", "Que pena"), edges=["start>sorry"], on="event", events=["booking.cancelled"]
    )  # fmt: skip
    with inside(chat.salon_id):
        states.cancel(held, by=None)
        states.cancel(booked, by=None)
    handling.run()
    assert chat.answers == ["Que pena"]


def test_a_deposit_keeps_it_held(chat: Chat, chair: Chair, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: where the rules want a deposit, nobody is told that they are booked before it is paid."""
    from crm.bookings.deposits import actions as deposits

    monkeypatch.setattr(deposits, "current", lambda: "sandbox")
    with inside(chat.salon_id):
        type(chair.cut).objects.update(deposit={"when": "always", "kind": "fixed", "value": 5000})
        defaults.touch()
    chat.publish(
        "book", SERVICE, SLOT, BOOK, say("done", "Marcado"), say("due", "Falta {{ vars.booking.deposit }}"),
        edges=["start>service", "service.chosen>slot", "slot.chosen>book", "book.booked>done", "book.deposit>due"],
    )  # fmt: skip
    chat.says("oi")
    choose(chat, "Corte")
    choose(chat, chat.message().payload["rows"][0]["title"])
    [made] = bookings(chat)
    assert (made.state, made.deposit_state) == ("held", "due")
    assert chat.answers[-1] == "Falta R$ 50"


def test_of_two_who_tap_one_time_at_once_one_gets_it(chat: Chat, chair: Chair) -> None:
    """I20: in one batch of the drain, too; the other is shown what is left."""
    beto = Chat(chat.salon_id, "5511990000002", chat.monkeypatch)
    chat.publish(
        "book", SERVICE, SLOT, BOOK, say("done", "Marcado"), say("nothing", "-"), edges=BOOKING,
    )  # fmt: skip
    rows = []
    for one in (chat, beto):
        one.says("oi")
        choose(one, "Cor")
        rows.append(one.message().payload["rows"][0])
    assert rows[0] == rows[1]
    monkeypatch = chat.monkeypatch
    with monkeypatch.context() as waiting:
        waiting.setattr(drain, "run", lambda: 0)
        for one, row in zip((chat, beto), rows, strict=True):
            one.sends("interactive", {"type": "list_reply", "list_reply": row})
    drain.run()
    assert [one.state for one in bookings(chat)] == ["booked"]
    said = sorted(one.answers[-1] for one in (chat, beto))
    assert said[0].startswith("Esse horário acabou de ser ocupado")
    assert said[1] == "Marcado"
