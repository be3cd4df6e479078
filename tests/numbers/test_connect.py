"""Connecting a number by a token that was pasted (WA-011)."""

from typing import Any

import pytest

from channels_wa.numbers.actions import pin_of, token_of
from channels_wa.numbers.models import Number
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.numbers.meta import PNID, TOKEN, WABA, Meta
from tests.world import Browser, Salons

CONNECT = "/settings/numbers/connect/"
FORM = {"phone_number_id": PNID, "waba_id": WABA, "token": TOKEN}


def go_through(browser: Browser, number: Number, **data: Any) -> str:
    """All steps, as the page asks for them one after the other."""
    page = ""
    for _ in range(4):
        answer = browser.post(f"/settings/numbers/{number.public_id}/step/", data, headers={"HX-Request": "true"})
        page, data = answer.content.decode(), {}
    number.refresh_from_db()
    return page


def made() -> Number:
    return Number.objects.get(phone_number_id=PNID)


def test_a_number_is_verified_subscribed_registered_and_read(alice: Browser, meta: Meta) -> None:
    answer = alice.post(CONNECT, FORM)
    number = made()
    assert answer["Location"] == f"/settings/numbers/{number.public_id}/"
    assert (number.state, number.setup, number.connected_via) == ("stopped", "subscribe", "manual")
    go_through(alice, number)
    assert (number.state, number.setup, number.messaging_limit, number.quality) == ("active", "", 2000, "GREEN")
    assert meta.calls("POST", "/subscribed_apps") and token_of(number) == TOKEN
    assert meta.pins[PNID] == pin_of(number)


def test_it_is_told_once_when_the_number_works(alice: Browser, meta: Meta) -> None:
    alice.post(CONNECT, FORM)
    number = made()
    go_through(alice, number)
    with inside(number.salon_id):
        told = Event.objects.filter(kind="number.connected", subject=number.public_id).values_list("payload", flat=True)
        assert list(told) == [{"number_id": number.pk}]
        entry = AuditEntry.objects.get(action="number.added", subject=str(number.public_id))
    assert entry.actor == str(alice.member.public_id)


def test_a_number_that_is_registered_is_not_registered_again(alice: Browser, meta: Meta) -> None:
    meta.numbers[PNID] |= {"status": "CONNECTED", "platform_type": "CLOUD_API"}
    alice.post(CONNECT, FORM)
    go_through(alice, made())
    assert not meta.calls("POST", "/register") and made().is_active


def test_another_pin_is_asked_for(alice: Browser, meta: Meta) -> None:
    meta.pins[PNID] = "246802"
    alice.post(CONNECT, FORM)
    page = go_through(alice, made())
    assert 'id="setup-pin"' in page and made().state == "stopped"
    go_through(alice, made(), pin="246802")
    assert made().is_active and pin_of(made()) == "246802"


def test_a_number_registered_too_often_says_when_it_may_be_tried(alice: Browser, meta: Meta) -> None:
    meta.refuse("/register", 133016)
    alice.post(CONNECT, FORM)
    assert "72 horas" in go_through(alice, made()) or "72 hours" in go_through(alice, made())


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [(f"{PNID}", 190, "token"), (f"{PNID}", 100, "phone_number_id"), ("/phone_numbers", 100, "waba_id")],
)
def test_what_meta_refuses_stands_at_its_field(alice: Browser, meta: Meta, path: str, code: int, field: str) -> None:
    meta.refuse(path, code)
    answer = alice.post(CONNECT, FORM)
    assert answer.status_code == 422
    assert f'id="id_{field}_errors"' in answer.content.decode()
    assert not Number.objects.filter(phone_number_id=PNID).exists()


def test_a_number_of_another_account_is_refused(alice: Browser, meta: Meta) -> None:
    meta.add("600000000000777", "700000000000777")
    page = alice.post(CONNECT, {**FORM, "waba_id": "700000000000777"}).content.decode()
    assert 'id="id_waba_id_errors"' in page


@pytest.mark.parametrize(("name", "value"), [("app_id", "1"), ("scopes", ["whatsapp_business_messaging"])])
def test_a_token_of_no_use_is_refused(alice: Browser, meta: Meta, name: str, value: Any) -> None:
    setattr(meta, name, value)
    assert 'id="id_token_errors"' in alice.post(CONNECT, FORM).content.decode()


@pytest.mark.parametrize(("field", "value"), [("phone_number_id", "../me"), ("waba_id", ""), ("token", "é" * 9)])
def test_odd_input_never_reaches_meta(alice: Browser, meta: Meta, field: str, value: str) -> None:
    answer = alice.post(CONNECT, {**FORM, field: value})
    assert answer.status_code == 422 and f'id="id_{field}_errors"' in answer.content.decode()
    assert not meta.asked


def test_who_has_a_taken_number_is_not_said(alice: Browser, meta: Meta, salons: Salons) -> None:
    Number.objects.filter(salon_id=salons.other.pk).update(phone_number_id=PNID)
    page = alice.post(CONNECT, FORM).content.decode()
    assert 'id="id_phone_number_id_errors"' in page and "Other" not in page


def test_the_token_is_not_shown_again(alice: Browser, meta: Meta) -> None:
    """I26."""
    alice.post(CONNECT, FORM)
    number = made()
    go_through(alice, number)
    for path in ("", f"{number.public_id}/", f"{number.public_id}/reconnect/"):
        assert TOKEN not in alice.get_page(f"/settings/numbers/{path}")
    with inside(number.salon_id):
        assert TOKEN not in str(list(AuditEntry.objects.values())) and pin_of(number) not in str(
            list(AuditEntry.objects.values_list("after", flat=True))
        )


def test_numbers_of_one_account_share_the_guests(alice: Browser, meta: Meta) -> None:
    meta.add("600000000000002", WABA)
    alice.post(CONNECT, FORM)
    alice.post(CONNECT, {**FORM, "phone_number_id": "600000000000002"})
    assert len(set(Number.objects.filter(waba_id=WABA).values_list("portfolio", flat=True))) == 1


def test_a_broken_token_is_renewed(alice: Browser, meta: Meta) -> None:
    alice.post(CONNECT, FORM)
    number = made()
    Number.objects.filter(pk=number.pk).update(state="stopped", stopped_reason="190: expired", setup="")
    answer = alice.post(f"/settings/numbers/{number.public_id}/reconnect/", {"token": TOKEN})
    assert answer.status_code == 302
    go_through(alice, number)
    assert number.is_active and not number.stopped_reason


def test_a_token_of_another_number_does_not_renew(alice: Browser, meta: Meta, number: Number) -> None:
    answer = alice.post(f"/settings/numbers/{number.public_id}/reconnect/", {"token": TOKEN})
    assert answer.status_code == 422 and 'id="id_token_errors"' in answer.content.decode()
    assert Number.objects.get(pk=number.pk).setup == ""


@pytest.mark.parametrize("path", ["connect/", "connect/dialog/"])
def test_a_receptionist_may_not(bob: Browser, meta: Meta, path: str) -> None:
    assert bob.post(f"/settings/numbers/{path}", FORM).status_code == 403
    assert not meta.asked
