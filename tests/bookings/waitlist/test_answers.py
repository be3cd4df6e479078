"""BK-004: what guests answer to an offer."""

from datetime import timedelta

import pytest

from crm.bookings.actions import states
from crm.bookings.models import Booking, BookingMove
from crm.bookings.waitlist import actions, words
from crm.bookings.waitlist.words import Said
from flows import actions as flow_actions
from flows.models import FlowExecution
from ops.salon import inside
from tests.bookings.waitlist.conftest import Line
from tests.flows.runtime.conftest import graph, say


def test_the_first_tap_takes_it(line: Line) -> None:
    """BK-004: booked by the guest; a second tap is answered, and changes nothing."""
    rui = line.guest("Rui", "5511977770001")
    entry = line.wait(rui)
    line.free(line.chair.book("10:00"))
    line.taps(rui, "take")
    offer = line.offer()
    assert (offer.state, offer.booking.state, offer.booking.source) == ("taken", "booked", "waitlist")
    assert line.last(rui).text.startswith("Pronto, é seu!")
    assert (line.entry(entry).state, line.entry(entry).reason) == ("booked", "taken")
    line.taps(rui, "take")
    line.taps(rui, "no")
    assert line.last(rui).text.startswith("Este horário já é seu")
    with inside(line.chair.salon_id):
        assert Booking.objects.get(pk=offer.booking_id).version == offer.booking.version
        assert BookingMove.objects.filter(booking=offer.booking, what="booked", by_kind="contact").count() == 1


@pytest.mark.parametrize(("text", "state"), [("quero!", "taken"), ("Sim", "taken"), ("não posso, obrigado", "refused")])
def test_words_answer_too(line: Line, text: str, state: str) -> None:
    """BK-004: and no flow begins by them."""
    with inside(line.chair.salon_id):
        flow_actions.create("Welcome", graph(say("hello", "Welcome!"), edges=["start>hello"]))
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui)
    line.free(line.chair.book("10:00"))
    line.says(rui, text)
    assert line.offers() == [("Rui", state)]
    with inside(line.chair.salon_id):
        assert FlowExecution.objects.count() == 0


def test_what_is_unclear_is_asked_back_once(line: Line) -> None:
    """BK-004: never a guess; then it is for flows and people."""
    rui = line.guest("Rui", "5511977770001")
    line.wait(rui)
    line.free(line.chair.book("10:00"))
    line.says(rui, "hmm talvez, quanto custa?")
    assert line.last(rui).text.startswith("Só para ter certeza")
    assert [one["id"].rsplit(":", 1)[1] for one in line.last(rui).payload["buttons"]] == ["take", "no"]
    before = len(line.said(rui))
    line.says(rui, "e tem estacionamento?")
    assert len(line.said(rui)) == before
    assert line.offers() == [("Rui", "offered")]


def test_a_refused_place_is_the_next_ones_at_once(line: Line) -> None:
    """BK-004: and who refused waits on."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    entry = line.wait(rui)
    line.wait(eva)
    line.free(line.chair.book("10:00"))
    line.taps(rui, "no")
    assert line.offers() == [("Rui", "refused"), ("Eva", "offered")]
    assert line.entry(entry).state == "waiting"
    assert line.last(rui).text.startswith("Tudo bem! Você continua na lista")


def test_a_late_tap_gets_the_nearest_times(line: Line) -> None:
    """BK-004: kindly, and one of them can be chosen; the place itself stays the next one's."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    entry = line.wait(rui)
    line.wait(eva)
    line.free(line.chair.book("10:00"))
    late = line.offer()
    line.later(minutes=16)
    line.taps(rui, "take", late)
    message = line.last(rui)
    assert message.text.startswith("Que pena, este horário não está mais livre")
    assert 1 <= len(message.payload["rows"]) <= 5
    line.taps(rui, message.payload["rows"][0]["id"])
    line.taps(rui, message.payload["rows"][0]["id"])
    assert line.last(rui).text.startswith("Este horário já é seu")
    with inside(line.chair.salon_id):
        assert Booking.objects.filter(contact=rui, state="booked").count() == 1
    assert line.entry(entry).reason == "taken"
    assert line.offers() == [("Rui", "expired"), ("Eva", "offered")]


def test_an_old_list_books_nothing(line: Line) -> None:
    """BK-004: its other rows are answered with what they have; or, where that is over too, kindly."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    line.wait(rui)
    line.wait(eva)
    line.free(line.chair.book("10:00"))
    late = line.offer()
    line.later(minutes=16)
    line.taps(rui, "take", late)
    rows = line.last(rui).payload["rows"]
    line.taps(rui, rows[0]["id"])
    line.taps(rui, rows[1]["id"])
    assert line.last(rui).text.startswith("Este horário já é seu")
    with inside(line.chair.salon_id):
        mine = Booking.objects.get(contact=rui, state="booked")
        states.cancel(mine, by=None)
    line.taps(rui, rows[1]["id"])
    assert line.last(rui).text.startswith("Que pena")
    with inside(line.chair.salon_id):
        assert not Booking.objects.filter(contact=rui, state="booked").exists()


def test_another_guests_offer_is_not_theirs(line: Line) -> None:
    """I22: an id is only a claim."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    line.wait(rui)
    line.free(line.chair.book("10:00"))
    line.taps(eva, "take")
    assert line.offers() == [("Rui", "offered")]


def test_an_earlier_visit_for_a_later_one(line: Line) -> None:
    """BK-004: who takes the earlier place gives up the later one, and that is offered in turn."""
    rui, eva = line.guest("Rui", "5511977770001"), line.guest("Eva", "5511977770002")
    old = line.chair.book("16:00", contact=rui)
    with inside(line.chair.salon_id):
        wanted = actions.Wanted(
            service_ids=[line.chair.cut.pk], from_date=line.chair.day - timedelta(days=3), to_date=line.chair.day
        )
        actions.join(rui, wanted, by=None, booking=old)
    line.wait(eva, from_minute=15 * 60)
    line.free(line.chair.book("17:00", who=line.chair.ana))
    line.taps(eva, "no")
    line.free(line.chair.book("10:00"))
    line.taps(rui, "take")
    assert line.chair.fresh(old).state == "cancelled"
    assert line.offers()[-1] == ("Eva", "offered")
    assert line.offer().booking.starts_at == old.starts_at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quero sim", Said.TAKE), ("Oi! Quero sim, obrigada 🙏", Said.TAKE), ("👍", Said.TAKE),
        ("I'll take it!", Said.TAKE),
        ("sí, la quiero", Said.TAKE), ("não, obrigada", Said.NO), ("agora não", Said.NO), ("no thanks", Said.NO),
        ("não sei", Said.UNCLEAR), ("sim ou não?", Said.UNCLEAR), ("quero outro horário", Said.UNCLEAR),
        ("não quero esse, quero", Said.UNCLEAR), ("quero?", Said.UNCLEAR), ("", Said.UNCLEAR),
    ],
)  # fmt: skip
def test_what_words_say(text: str, expected: Said) -> None:
    """BK-004: 0 wrong answers: what is not wholly understood is asked back."""
    assert words.heard(text, "pt")[0] is expected
