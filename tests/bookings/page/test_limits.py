"""BK-003: strangers cannot fill the calendar, spend the salon's money, or try codes."""

import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking
from crm.bookings.page import confirming, holding, limits, sending
from crm.bookings.waitlist import hearing as waitlist
from flows.nodes.triggers import Trigger
from flows.runtime import triggers
from ops import clock
from ops.eventqueue.handling import Heard
from ops.events.models import Event
from ops.salon import inside
from tenants.salons.hosts import salon_host
from tests.bookings.page.conftest import Visitor, text_of


def test_open_holds_of_one_address_and_of_one_phone(visitor: Visitor) -> None:
    """BK-003: kindly, with what was typed, and when to come again; over in minutes by itself."""
    for hour in range(9, 9 + holding.OF_PHONE):
        assert visitor.hold(f"{hour:02}:00").status_code == 303
    answer = visitor.hold("14:00")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 600
    assert 'value="Rita Alves"' in text_of(answer)
    left = holding.OF_ADDRESS - holding.OF_PHONE
    others = [
        visitor.hold(
            f"{14 + n // 2}:00", phone=f"1197777{n:04}", p=str((visitor.chair.ana, visitor.chair.bia)[n % 2].public_id)
        )
        for n in range(left + 1)
    ]
    assert [one.status_code for one in others] == [303] * left + [429]
    visitor.at(clock.now() + timedelta(minutes=11))
    assert visitor.hold("14:00").status_code == 303


def test_open_holds_of_the_salon(visitor: Visitor) -> None:
    """BK-003: a flood from everywhere takes a part of the day, for minutes."""
    assert visitor.hold("10:00").status_code == 303
    with inside(visitor.chair.salon_id):
        row = Booking.objects.latest("pk")
        for n in range(holding.OF_SALON - 1):
            Booking.objects.create(
                source="page", state="held", starts_at=row.starts_at, ends_at=row.ends_at, zone=row.zone,
                wall_clock=row.wall_clock, currency="BRL", hold_until=row.hold_until,
                details={"page": {"phone": f"+55110000{n:05}", "from": f"{n}"}},
            )  # fmt: skip
    full = visitor.hold("14:00", phone="11 90000-0001")
    assert full.status_code == 429
    assert "https://wa.me/551111111111" in text_of(full)


def test_codes_are_few_and_a_new_one_is_another(visitor: Visitor) -> None:
    """BK-003: five tries, then not even the right one; three codes; the older one is good no more."""
    manage = visitor.held()
    first = visitor.code()
    wrong = "000000" if first != "000000" else "111111"
    for _ in range(5):
        assert visitor.client.post(f"{manage}code/", {"code": wrong}).status_code == 422
    tired = visitor.client.post(f"{manage}code/", {"code": first, "lang": "en"})
    assert "too many tries" in text_of(tired)
    visitor.client.post(f"{manage}send/")
    assert len(visitor.messages()) == 1, "too soon after the first"
    visitor.at(clock.now() + timedelta(seconds=31))
    visitor.client.post(f"{manage}send/")
    assert len(visitor.messages()) == 2
    if first != visitor.code():
        assert visitor.client.post(f"{manage}code/", {"code": first}).status_code == 422
    for seconds in (31, 31, 31):
        visitor.at(clock.now() + timedelta(seconds=seconds))
        visitor.client.post(f"{manage}send/")
    assert len(visitor.messages()) == 3
    assert visitor.client.post(f"{manage}code/", {"code": visitor.code()}).status_code == 303


def test_the_code_is_not_kept(visitor: Visitor) -> None:
    """BK-003: hashes alone."""
    visitor.held()
    assert visitor.code() not in str(visitor.booking().details)


def test_who_guesses_codes_by_whatsapp(visitor: Visitor) -> None:
    """BK-003: some tries in an hour, then their messages are messages like any other."""
    visitor.held()
    for n in range(10):
        visitor.says(f"Confirmar {n:06}", sender="+5511900000009")
    answers = [one for one in visitor.messages() if "código" in one.text and "minutos" in one.text]
    assert 0 < len(answers) <= 8
    assert visitor.bookings() == ["held"]


def test_whoever_stopped_the_salon_gets_no_code(visitor: Visitor) -> None:
    """I19, BK-003: a visitor may be anybody; the owner of the phone can still write first."""
    visitor.says("PARAR")
    before = len([one for one in visitor.messages() if one.status != "cancelled"])
    answer = visitor.hold()
    assert answer.status_code == 303
    assert len([one for one in visitor.messages() if one.status != "cancelled"]) == before


def test_too_many_pages(visitor: Visitor) -> None:
    """BK-003: 429 with Retry-After, and another address is served."""
    with inside(visitor.chair.salon_id):
        for _ in range(300):
            limits.count(limits.reads("127.0.0.1"))
    answer = visitor.see("/book/")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    other = Client(headers={"host": salon_host("aurora")}, REMOTE_ADDR="10.0.0.9")
    assert other.get("/book/").status_code == 200


def test_a_field_that_only_programs_fill(visitor: Visitor) -> None:
    """BK-003."""
    assert visitor.hold(website="http://spam.example").status_code == 422
    assert visitor.bookings() == []


def test_a_form_of_nobody(visitor: Visitor) -> None:
    """BK-003: without our form's token nothing is held, and what was typed stays."""
    for ticket in ("", "x", "a:b:c"):
        answer = visitor.hold(ticket=ticket)
        assert answer.status_code == 422
        assert 'value="Rita Alves"' in text_of(answer)
    assert visitor.bookings() == []


def test_no_advertisement_goes_by_way_of_us() -> None:
    """BK-003: the name goes to a phone that may be anybody's."""
    assert sending.first_name("Ana-Lúcia Souza") == "Ana-Lúcia"
    for name in ("http://x.example", "WIN!!!", "5511", "", "a.b"):
        assert sending.first_name(name) == ""
    assert len(sending.first_name("x" * 80)) == 20


def test_the_address_of_a_request() -> None:
    """BK-003: of IPv6 the networks; IPv4 written as IPv6 is IPv4, or all of it would be one visitor."""

    def read(text: str) -> str:
        return limits.address_of(RequestFactory().get("/", REMOTE_ADDR=text))

    assert read("::ffff:203.0.113.9") == read("203.0.113.9") == limits.network_of("203.0.113.9")
    assert read("2001:db8:1:2::3") == "2001:db8:1:2::/64"
    assert limits.network_of(read("2001:db8:1:2::3")) == limits.network_of(read("2001:db8:1:9::3")) == "2001:db8:1::/48"


def test_strangers_who_type_a_phone_do_not_shut_its_owner_out(visitor: Visitor) -> None:
    """BK-003: unconfirmed holds from elsewhere do not count for the phone."""
    for hour in range(9, 9 + holding.OF_PHONE):
        assert visitor.hold(f"{hour:02}:00").status_code == 303
    visitor.client = Client(headers={"host": salon_host("aurora")}, REMOTE_ADDR="10.0.0.9")
    assert visitor.hold("14:00").status_code == 303


def test_codes_from_one_address(visitor: Visitor) -> None:
    """BK-003: ten phones in an hour; the page is the same after, and the guest can still write."""
    visitor.held()
    origin = str(visitor.booking().details["page"]["from"])
    with inside(visitor.chair.salon_id):
        for n in range(9):
            limits.count(limits.sends(f"+55119{n:08}", origin))
    manage = visitor.held("12:00", phone="11 97777-0001")
    assert len(visitor.messages()) == 1
    assert "wa.me" in text_of(visitor.see(manage))


def test_who_says_it_was_not_me_gets_no_more_codes(visitor: Visitor) -> None:
    """BK-003: even where the hold is over by then; to write to the salon works as ever."""
    visitor.held()
    no = visitor.messages()[-1].payload["components"][2]["parameters"][0]["payload"]
    visitor.at(clock.now() + timedelta(minutes=11))
    visitor.tick()
    visitor.taps(no)
    count = len(visitor.messages())
    manage = visitor.held("12:00")
    assert len(visitor.messages()) == count
    word = re.search(r"Confirm%20(\d{6})", text_of(visitor.see(manage)))
    assert word
    visitor.says(f"Confirm {word[1]}")
    assert visitor.bookings() == ["cancelled", "booked"]


def test_visits_ahead_are_few(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-003: one phone cannot fill the calendar with visits that are confirmed."""
    monkeypatch.setattr(confirming, "MOST_AHEAD", 1)
    for hour in ("10:00", "12:00"):
        manage = visitor.held(hour)
        answer = visitor.client.post(f"{manage}code/", {"code": visitor.code(), "lang": "en"})
    assert answer.status_code == 422
    assert "several visits" in text_of(answer)
    word = re.search(r"Confirm%20(\d{6})", text_of(visitor.see(manage)))
    assert word
    visitor.says(f"Confirm {word[1]}")
    assert visitor.bookings() == ["booked", "held"]


def test_a_form_that_another_site_sends(visitor: Visitor) -> None:
    """BK-003."""
    choice = visitor.choice()
    answer = visitor.client.post("/book/", choice, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_too_many_looks_for_free_times(visitor: Visitor) -> None:
    """BK-003: the dear pages have a limit of their own, the others stay open."""
    with inside(visitor.chair.salon_id):
        for _ in range(60):
            limits.count(limits.looks("127.0.0.1"))
    assert visitor.client.get("/book/", visitor.choice()).status_code == 429
    assert visitor.see("/book/").status_code == 200


def test_a_strangers_hold_sets_nothing_going(visitor: Visitor) -> None:
    """BK-003: neither a flow at the phone that was typed, nor an offer to who waits."""
    visitor.held()
    visitor.at(clock.now() + timedelta(minutes=11))
    visitor.tick()
    trigger = Trigger(trigger="event", events=("contact.created", "booking.expired"))
    with inside(visitor.chair.salon_id):
        rows = Event.objects.filter(kind__in=["contact.created", "booking.expired"]).order_by("pk")
        heard = [Heard(one.pk, one.public_id, one.kind, one.subject, 1, one.payload, clock.now()) for one in rows]
        assert [one.kind for one in heard] == ["contact.created", "booking.expired"]
        assert [triggers._told(trigger, one) for one in heard] == [None, None]
        assert waitlist._place_of(heard[1], catalogue()) is None
