"""BK-003: a guest books by themselves, with nothing but pages and forms."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from channels_wa.messages.models import Identity
from crm.bookings.models import Booking, BookingPolicy, Service
from crm.consent.models import Consent
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tenants.salons.hosts import salon_host
from tests.bookings.page.conftest import PHONE, Visitor, forget_limits, text_of


def test_from_the_first_page_to_the_booked_visit(visitor: Visitor) -> None:
    """BK-003: services, time, who, the code from the phone; each step is reached by what the one before shows."""
    first = text_of(visitor.see("/book/"))
    assert "Corte" in first
    assert "R$ 80" in first
    times = text_of(visitor.see("/book/", s=str(visitor.chair.cut.public_id)))
    assert "Anyone" in times
    assert "Today" in times
    link = re.search(r'class="time" href="(\?[^"]+)"', times)
    assert link
    details = text_of(visitor.client.get(f"/book/{link[1]}"))
    assert "Hold this time" in details
    manage = visitor.held(note="Cheiro forte, não")
    page = text_of(visitor.see(manage))
    assert "One step left" in page
    assert PHONE in page
    assert visitor.booking().state == "held"
    wrong = visitor.client.post(f"{manage}code/", {"code": "000000" if visitor.code() != "000000" else "111111"})
    assert wrong.status_code == 422
    done = visitor.client.post(f"{manage}code/", {"code": f" {visitor.code()[:3]} {visitor.code()[3:]}", "lang": "en"})
    assert done.status_code == 303
    assert "It is booked" in text_of(visitor.client.get(done["Location"]))
    booking = visitor.booking()
    assert (booking.state, booking.source, booking.guest_name, booking.note) == (
        "booked", "page", "Rita Alves", "Cheiro forte, não",
    )  # fmt: skip
    with inside(visitor.chair.salon_id):
        contact = Contact.objects.get(pk=booking.contact_id or 0)
        said = list(Consent.objects.filter(value=PHONE).values_list("purpose", "state", "source"))
    assert contact.name == "Rita Alves"
    assert "page" in contact.attribution
    assert said == [("service", "granted", "form")]
    assert f"{manage}"[:13] in visitor.messages()[-1].text


def test_several_services_with_extras_in_one_visit(visitor: Visitor) -> None:
    """BK-003: one after the other, the extra's minutes and price on top; what is for staff only is not there."""
    with inside(visitor.chair.salon_id):
        extra = Service.objects.create(
            name="Hidratação",
            segments=[{"kind": "busy", "minutes": 15}],
            price_minor=3000,
            currency="BRL",
            is_add_on=True,
        )
        hidden = Service.objects.create(name="Só interno", currency="BRL", is_online=False)
        Service.objects.filter(pk=visitor.chair.cut.pk).update(add_on_ids=[extra.pk])
        from crm.bookings import defaults

        defaults.touch()
    cut, colour = visitor.chair.cut.public_id, visitor.chair.colour.public_id
    assert "Só interno" not in text_of(visitor.see("/book/"))
    assert "Hidratação" in text_of(visitor.see("/book/"))
    # Written twice it is one extra.
    extras = [f"{cut}.{extra.public_id}", f"{cut}.{extra.public_id}".upper()]
    more: dict[str, Any] = {"s": [str(cut), str(colour), str(hidden.public_id)], "a": extras}
    page = text_of(visitor.client.get("/book/", visitor.choice(**more)))
    assert "R$ 310" in page
    assert "not offered any more" in page
    visitor.held(**more)
    items = visitor.chair.items(visitor.booking())
    assert [(one.service_id, one.price_minor) for one in items] == [
        (visitor.chair.cut.pk, 11000), (visitor.chair.colour.pk, 20000),
    ]  # fmt: skip
    assert items[1].starts_at == items[0].starts_at + timedelta(minutes=60)


def test_the_message_of_the_guest_confirms(visitor: Visitor) -> None:
    """BK-003: the link opens WhatsApp with a text; its code is another one than that of the message."""
    manage = visitor.held()
    page = text_of(visitor.see(manage))
    chat = re.search(r'href="https://wa\.me/551111111111\?text=Confirm%20(\d{6})"', page)
    assert chat, page
    # It stands on the page, so it shows nothing when typed there.
    if chat[1] != visitor.code():
        assert visitor.client.post(f"{manage}code/", {"code": chat[1]}).status_code == 422
    visitor.says(f"Oi! Confirmar {chat[1]}")
    assert visitor.booking().state == "booked"
    answer = visitor.messages()[-1].text
    link = re.search(r"http://aurora\S+(/book/manage/\S+/)", answer)
    assert link, answer
    assert "Your visit at Aurora" in text_of(visitor.see(link[1]))
    assert visitor.client.get(f"{manage}stage/").json()["stage"] == "booked"


def test_a_phone_typed_wrongly_is_the_one_that_writes(visitor: Visitor) -> None:
    """BK-003: whoever has the page and writes has shown which phone is theirs."""
    manage = visitor.held(phone="11 97777-0000")
    word = re.search(r"Confirm%20(\d{6})", text_of(visitor.see(manage)))
    assert word
    visitor.says(f"Confirm {word[1]}", sender=PHONE)
    booking = visitor.booking()
    with inside(visitor.chair.salon_id):
        owner = Identity.objects.get(kind="phone", value=PHONE).contact_id
    assert (booking.state, booking.contact_id) == ("booked", owner)
    # What follows goes to whoever has written, and nothing to the stranger whose phone was typed.
    typed = len([one for one in visitor.messages() if one.recipient == "+5511977770000"])
    version = booking.version
    answer = visitor.client.post(f"{manage}cancel/", {"version": version})
    assert answer.status_code == 303
    last = visitor.messages()[-1]
    assert (last.recipient, "cancel" in last.text) == (PHONE, True)
    assert typed == len([one for one in visitor.messages() if one.recipient == "+5511977770000"]) == 1


def test_a_phone_corrected_after_going_back(visitor: Visitor) -> None:
    """BK-003: the same form with another phone is another visit; the first one's time is free for it."""
    choice = visitor.choice()
    values = {**choice, "name": "Rita", "phone": "11977770000", "ticket": visitor.ticket(choice)}
    for phone in ("11977770000", "11977776666", "11977776666"):
        assert visitor.client.post("/book/", {**values, "phone": phone}).status_code == 303
    assert visitor.bookings() == ["cancelled", "held"]
    assert [one.recipient for one in visitor.messages()] == ["+5511977770000", PHONE]


def test_an_offer_ticked_by_whoever_typed_the_phone(visitor: Visitor) -> None:
    """CM: a tap alone is no consent to advertisements: the box was not ticked by who tapped, or nobody knows."""
    visitor.held(offers="1")
    visitor.taps(visitor.messages()[-1].payload["components"][1]["parameters"][0]["payload"])
    assert visitor.bookings() == ["booked"]
    with inside(visitor.chair.salon_id):
        assert not Consent.objects.filter(value=PHONE, purpose="marketing", state="granted").exists()


def test_the_buttons_of_the_message(visitor: Visitor) -> None:
    """BK-003: yes books, no frees the place at once; a button that nobody was sent does nothing."""
    visitor.held("10:00")
    yes, no = (part["parameters"][0]["payload"] for part in visitor.messages()[-1].payload["components"][1:])
    stranger = yes.rpartition(":")[0] + ":" + "x" * 32
    visitor.taps(stranger, sender="+5511900000001")
    assert visitor.bookings() == ["held"]
    visitor.taps(no)
    assert visitor.bookings() == ["cancelled"]
    # Whoever says no gets no codes for a month.
    forget_limits()
    visitor.held("10:00")
    yes = visitor.messages()[-1].payload["buttons"][0]["id"]
    visitor.taps(yes)
    visitor.taps(yes)
    assert visitor.bookings() == ["cancelled", "booked"]
    assert "já está marcada" in visitor.messages()[-1].text or "booked already" in visitor.messages()[-1].text


def test_a_known_guest_is_the_same_and_nobody_is_told(visitor: Visitor) -> None:
    """BK-003: no page tells whether the salon knows a phone, nor by which name."""
    known = visitor.held("10:00", phone="+55 11 98888-5678", name="Somebody")
    assert visitor.booking().contact_id == visitor.chair.contact.pk
    new = visitor.held("14:00", phone="11 97777-1234", name="Somebody")
    pages = [text_of(visitor.see(path)) for path in (known, new)]
    assert not any("Carla" in page for page in pages)
    forms = [re.sub(r"\+55\d+|\d{6}|manage/[\w-]+|\d\d:\d\d|\d+", "", page) for page in pages]
    assert forms[0] == forms[1]
    # Nor the message, which goes to whoever has the phone.
    assert "Carla" not in visitor.messages()[0].text
    visitor.client.post(f"{known}code/", {"code": re.findall(r"\b\d{6}\b", visitor.messages()[0].text)[0]})
    with inside(visitor.chair.salon_id):
        assert Contact.objects.get(pk=visitor.chair.contact.pk).name == "Carla Dias"


def test_pressed_twice_is_one_visit(visitor: Visitor) -> None:
    """BK-003: the form names itself; both answers lead to the same visit."""
    choice = visitor.choice()
    values = {**choice, "name": "Rita", "phone": "11977776666", "ticket": visitor.ticket(choice)}
    answers = [visitor.client.post("/book/", values) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert visitor.bookings() == ["held"]
    assert all("One step left" in text_of(visitor.client.get(one["Location"])) for one in answers)
    assert len(visitor.messages()) == 1


def test_a_place_that_is_taken_meanwhile(visitor: Visitor) -> None:
    """BK-002, BK-003: the nearest free times, and what was typed stays."""
    choice = visitor.choice()
    values = {**choice, "name": "Rita Alves", "phone": "11977776666", "ticket": visitor.ticket(choice)}
    visitor.chair.book("10:00")
    answer = visitor.client.post("/book/", values)
    page = text_of(answer)
    assert answer.status_code == 409
    assert 'value="Rita Alves"' in page
    free = re.findall(r'form="guest" name="at" value="([^"]+)"', page)
    assert len(free) == 5
    assert visitor.client.post("/book/", {**values, "at": free[0]}).status_code == 303
    assert text_of(visitor.client.get("/book/", choice)).count("taken") >= 1


def test_a_hold_that_is_over(visitor: Visitor) -> None:
    """BK-002, BK-003: the code is good no more; one press holds a time again, with what was typed."""
    manage = visitor.held()
    code = visitor.code()
    visitor.at(clock.now() + timedelta(minutes=11))
    visitor.tick()
    assert visitor.client.post(f"{manage}code/", {"code": code}).status_code == 422
    page = text_of(visitor.see(manage))
    assert "not held any more" in page
    assert 'value="Rita Alves"' in page
    word = visitor.booking()
    assert word.state == "cancelled"
    free = re.findall(r'form="guest" name="at" value="([^"]+)"', page)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    typed = {"name": "Rita Alves", "phone": PHONE, "at": free[0]}
    assert visitor.client.post("/book/", hidden | typed).status_code == 303
    assert visitor.bookings() == ["cancelled", "held"]


@pytest.mark.parametrize("field, value", [
    ("phone", "123"), ("phone", "not a phone"), ("name", ""), ("name", "12345"), ("phone", ""),
    ("name", "\u202e\u200b"),
])  # fmt: skip
def test_what_is_no_name_or_phone_is_said(visitor: Visitor, field: str, value: str) -> None:
    """BK-003: beside the field, and the rest stays."""
    answer = visitor.hold(**{field: value, "note": "Gosto de chá"})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text_of(answer)
    assert "Gosto de chá" in text_of(answer)
    assert visitor.bookings() == []


def test_before_meta_has_looked_the_guest_writes_first(visitor: Visitor) -> None:
    """BK-003: no template: the link works at once; approved meanwhile, the code goes by itself."""
    from channels_wa.message_templates.models import MessageTemplate

    with inside(visitor.chair.salon_id):
        MessageTemplate.objects.update(status="pending")
    manage = visitor.held()
    assert visitor.messages() == []
    assert "wa.me" in text_of(visitor.see(manage))
    with inside(visitor.chair.salon_id):
        MessageTemplate.objects.update(status="approved")
    visitor.at(clock.now() + timedelta(seconds=12))
    visitor.tick()
    assert visitor.client.post(f"{manage}code/", {"code": visitor.code()}).status_code == 303


def test_switched_off_it_is_not_there(visitor: Visitor) -> None:
    """BK-003: 404 for the page; who has booked can still see and cancel."""
    manage = visitor.held()
    visitor.client.post(f"{manage}code/", {"code": visitor.code()})
    with inside(visitor.chair.salon_id):
        BookingPolicy.objects.update(is_page_open=False)
    assert visitor.see("/book/").status_code == 404
    assert visitor.client.post("/book/", visitor.choice()).status_code == 404
    assert visitor.see(manage).status_code == 200


def test_the_link_of_another_salon_or_none_leads_nowhere(visitor: Visitor) -> None:
    """BK-003, I22."""
    manage = visitor.held()
    other = Client(headers={"host": salon_host("other")})
    assert other.get(manage).status_code == 404
    token = manage.split("/")[3]
    for bad in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x" * 54, token[:22], "%00", "..", "a" * 5000):
        assert visitor.client.get(f"/book/manage/{bad}/").status_code == 404
    assert other.post("/book/", {**visitor.choice(), "name": "R", "phone": "11977776666"}).status_code == 422
    with inside(visitor.chair.salon_id):
        row = Booking.objects.latest("pk")
    assert token[22:] not in str(row.details)
