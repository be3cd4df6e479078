"""Embedded signup: through Meta's dialog and back, for the member who began and nobody else (WA-011, I26)."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number, Signup
from config.env import env
from ops import clock
from tests.numbers.meta import PNID, TOKEN, WABA, Meta
from tests.numbers.test_connect import go_through, made
from tests.world import Browser, Salons

NUMBERS = "/settings/numbers/"
HTMX = {"HX-Request": "true"}


def begin(browser: Browser, **data: Any) -> str:
    """The state that goes to Meta."""
    answer = browser.post(f"{NUMBERS}connect/dialog/", data, headers=HTMX)
    assert answer.status_code == 204
    query = parse_qs(urlsplit(answer["HX-Redirect"]).query)
    assert query["redirect_uri"] == [f"http://{env.public_host}/connect/meta/return/"]
    return query["state"][0]


def come_back(state: str, **query: str) -> Any:
    """What Meta makes the browser ask of the public host, where no session is."""
    return Client(headers={"host": env.public_host}).get("/connect/meta/return/", {"state": state, **query})


def arrive(browser: Browser, address: str) -> Any:
    """Follow the way back to the salon's host."""
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def through(browser: Browser, **data: Any) -> str:
    """All the way; the address of the page that follows."""
    return str(arrive(browser, come_back(begin(browser, **data), code="abc")["Location"])["Location"])


def test_a_number_is_connected_through_the_dialog(alice: Browser, meta: Meta) -> None:
    page = through(alice)
    assert "+55 11 4001-0000" in alice.get_page(f"{page}", part="offers")
    answer = alice.post(page, {"phone_number_id": PNID}, headers=HTMX)
    assert answer["HX-Redirect"] == f"{NUMBERS}{made().public_id}/"
    go_through(alice, made())
    assert made().is_active and made().connected_via == "embedded" and token_of(made()) == TOKEN
    assert not Signup.objects.exists()


def test_the_code_is_exchanged_at_once_with_the_same_address(alice: Browser, meta: Meta) -> None:
    come_back(begin(alice), code="abc")
    [asked] = meta.calls("GET", "oauth/access_token")
    assert asked["code"] == "abc" and asked["redirect_uri"].endswith("/connect/meta/return/")


def test_a_number_gets_a_new_token_through_the_dialog(alice: Browser, meta: Meta, number: Number) -> None:
    meta.add(number.phone_number_id, number.waba_id)
    Number.objects.filter(pk=number.pk).update(state="stopped", stopped_reason="190: expired")
    answer = alice.post(through(alice, number=number.public_id), headers=HTMX)
    assert answer["HX-Redirect"] == f"{NUMBERS}{number.public_id}/"
    go_through(alice, Number.objects.get(pk=number.pk))
    assert Number.objects.get(pk=number.pk).is_active


def test_the_dialog_of_another_account_renews_nothing(alice: Browser, meta: Meta, number: Number) -> None:
    page = alice.post(through(alice, number=number.public_id), headers=HTMX).content.decode()
    assert 'role="alert"' in page and not Number.objects.get(pk=number.pk).sealed_token


def test_a_state_opens_once(alice: Browser, meta: Meta) -> None:
    state = begin(alice)
    assert come_back(state, code="abc").status_code == 302
    assert come_back(state, code="other").status_code == 400
    assert len(meta.calls("GET", "oauth/access_token")) == 1


@pytest.mark.parametrize("state", ["", "x", "a:b:c", "%00"])
def test_a_false_state_asks_nobody(db: None, meta: Meta, state: str) -> None:
    assert come_back(state, code="abc").status_code == 400
    assert not meta.asked


def test_an_old_state_is_worth_nothing(alice: Browser, meta: Meta) -> None:
    state = begin(alice)
    Signup.objects.update(expires_at=clock.real() - timedelta(seconds=1))
    assert come_back(state, code="abc").status_code == 400
    assert not meta.asked


def test_whoever_lured_somebody_through_the_dialog_gets_nothing(alice: Browser, meta: Meta) -> None:
    """The secret to finish with went to the browser that came back, not to the one that began."""
    come_back(begin(alice), code="abc")
    row = Signup.objects.get()
    assert alice.get(f"{NUMBERS}connect/{row.public_id}/").status_code == 404
    assert alice.get(f"{NUMBERS}connect/back/", {"finish": "guess"})["Location"] == f"{NUMBERS}connect/"


def test_another_session_cannot_finish(alice: Browser, charlie: Browser, meta: Meta, salons: Salons) -> None:
    address = come_back(begin(alice), code="abc")["Location"]
    second = Browser(salons.aurora, "alice@example.com")
    for other in (second, charlie):
        assert arrive(other, address)["Location"] == f"{NUMBERS}connect/"
    # The secret was not used up by strangers.
    assert "/connect/back/" not in arrive(alice, address)["Location"]


def test_who_was_refused_is_told(alice: Browser, meta: Meta) -> None:
    address = come_back(begin(alice), error="access_denied")["Location"]
    page = alice.get_page(arrive(alice, address)["Location"])
    assert 'role="alert"' in page and not meta.asked


def test_a_refused_code_is_told_in_words(alice: Browser, meta: Meta) -> None:
    meta.refuse("oauth/access_token", 100, "This authorization code has expired.")
    address = come_back(begin(alice), code="abc")["Location"]
    assert "This authorization code has expired." in alice.get_page(arrive(alice, address)["Location"])


def test_a_number_that_was_not_offered_is_not_connected(alice: Browser, meta: Meta) -> None:
    meta.add("600000000000777", "700000000000777")
    page = through(alice)
    alice.post(page, {"phone_number_id": "600000000000777"}, headers=HTMX)
    assert not Number.objects.filter(phone_number_id="600000000000777").exists()


def test_access_to_no_number_says_how_to_go_on(alice: Browser, meta: Meta) -> None:
    meta.granted = []
    assert "connect/" in alice.get(through(alice), {"part": "offers"}, headers=HTMX).content.decode()


def test_the_token_lies_sealed_and_is_never_in_an_address(alice: Browser, meta: Meta) -> None:
    """I26."""
    answer = come_back(begin(alice), code="abc")
    assert TOKEN not in answer["Location"] and TOKEN.encode() not in bytes(Signup.objects.get().sealed_token)


@pytest.mark.parametrize("value", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_number_that_is_not_ours_is_not_found(alice: Browser, meta: Meta, value: str) -> None:
    assert alice.post(f"{NUMBERS}connect/dialog/", {"number": value}).status_code == 404


def test_without_a_configuration_there_is_no_dialog(
    alice: Browser, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "meta_config_id", "")
    assert "connect/dialog/" not in alice.get_page(f"{NUMBERS}connect/")
    assert alice.post(f"{NUMBERS}connect/dialog/").status_code == 404


def test_the_waba_is_the_one_of_the_offer(alice: Browser, meta: Meta) -> None:
    alice.post(through(alice), {"phone_number_id": PNID})
    assert made().waba_id == WABA
