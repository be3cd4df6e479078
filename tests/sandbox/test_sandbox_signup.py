"""Embedded signup and tokens: the dialog, codes, what a token reaches (FR-WA-010, WHATSAPP.md §9)."""

import http.client
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.outside import SECRET, WITHIN_S, Client, Receiver, error_of, wamid_of

BACK = "http://cadeira.localhost:8000/connect/meta/return/"
ASKED = {"client_id": "100", "redirect_uri": BACK, "response_type": "code", "config_id": "7", "state": "s & t"}
HOUR = 3600


def dialog(world: Client, form: dict[str, str] | None = None, **asked: str) -> tuple[int, Any, str]:
    """Open the dialog, or send its form: status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=WITHIN_S)
    query = urlencode({**ASKED, **asked})
    if form is None:
        connection.request("GET", f"/v26.0/dialog/oauth?{query}")
    else:
        connection.request("POST", "/v26.0/dialog/oauth", urlencode({**ASKED, **asked, **form}))
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def back(world: Client, **form: str) -> dict[str, str]:
    """What the dialog brings back to the product."""
    status, headers, _ = dialog(world, form)
    address = urlsplit(headers["location"])
    assert status == 302 and f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def exchange(world: Client, code: str, **more: str) -> tuple[int, Any]:
    query = {"client_id": "100", "client_secret": SECRET, "code": code, "redirect_uri": BACK, **more}
    return world.graph("GET", f"oauth/access_token?{urlencode(query)}", token="")


def sign_up(world: Client, **form: str) -> tuple[str, str, str]:
    """A token by the dialog, and the account and the number that it reaches."""
    answer = exchange(world, back(world, **form)["code"])
    assert answer[0] == 200 and answer[1]["token_type"] == "bearer", answer
    token = answer[1]["access_token"]
    (waba_id,) = scopes(world, token)
    number = world.graph("GET", f"{waba_id}/phone_numbers", token=token)[1]["data"][0]
    return token, waba_id, number["id"]


def scopes(world: Client, token: str) -> list[str]:
    data = world.graph("GET", f"debug_token?input_token={token}", token=f"100|{SECRET}")[1]["data"]
    assert data["is_valid"] and data["app_id"] == "100" and data["expires_at"] == 0, data
    assert {one["scope"] for one in data["granular_scopes"]} == set(data["scopes"])
    return list(data["granular_scopes"][0]["target_ids"])


def send(world: Client, pnid: str, token: str) -> tuple[int, Any]:
    message = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "text", "text": {"body": "Oi"}}
    return world.graph("POST", f"{pnid}/messages", message, token=token)


def test_the_dialog_shows_what_can_be_chosen(world: Client) -> None:
    status, headers, page = dialog(world)
    assert status == 200 and "Aurora" in page and "{{" not in page
    assert "form-action 'self' http://cadeira.localhost:8000" in headers["content-security-policy"]
    assert re.search(r'name="state" value="s &amp; t"', page)


def test_a_new_number_is_connected_step_by_step(world: Client, receiver: Receiver) -> None:
    token, waba_id, pnid = sign_up(world, name="Bela", phone="+55 11 98888-0000")
    number = world.graph("GET", f"{pnid}?fields=status,platform_type,display_phone_number", token=token)[1]
    assert (number["status"], number["platform_type"]) == ("PENDING", "NOT_APPLICABLE")
    assert error_of(send(world, pnid, token))[0] == 133010
    assert world.graph("GET", f"{waba_id}/subscribed_apps", token=token)[1]["data"] == []
    assert world.graph("POST", f"{waba_id}/subscribed_apps", token=token) == (200, {"success": True})
    wish = {"messaging_product": "whatsapp", "pin": "123456"}
    assert world.graph("POST", f"{pnid}/register", wish, token=token) == (200, {"success": True})
    change = receiver.delivery()["body"]["entry"][0]
    assert (change["id"], change["changes"][0]["field"]) == (waba_id, "phone_number_quality_update")
    assert change["changes"][0]["value"]["event"] == "ONBOARDING"
    wamid_of(send(world, pnid, token))


def test_an_account_without_an_app_is_silent(world: Client, receiver: Receiver) -> None:
    world.graph("DELETE", "222/subscribed_apps")
    world.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "text": "nobody hears this"})
    world.graph("POST", "222/subscribed_apps")
    world.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "text": "oi"})
    assert receiver.message()["text"]["body"] == "oi"


def test_an_existing_account_can_be_chosen(world: Client) -> None:
    assert sign_up(world, choice="222")[1:] == ("222", "111")


def test_a_coexistence_number_can_send_at_once(world: Client) -> None:
    token, _, pnid = sign_up(world, coexistence="1")
    assert world.graph("GET", f"{pnid}?fields=is_on_biz_app", token=token)[1]["is_on_biz_app"] is True
    wamid_of(send(world, pnid, token))


def test_the_state_comes_back_and_so_does_a_refusal(world: Client) -> None:
    assert back(world)["state"] == "s & t"
    refused = back(world, answer="cancel")
    assert refused["error"] == "access_denied" and refused["state"] == "s & t" and "code" not in refused


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://example.com/", "javascript:alert(1)", "", "//x"])
def test_a_foreign_return_address_is_refused_with_a_page(world: Client, address: str) -> None:
    for form in (None, {"choice": "new"}):
        status, headers, page = dialog(world, form, redirect_uri=address)
        assert status == 400 and "location" not in headers and "URL blocked" in page


def test_a_page_from_elsewhere_cannot_sign_up(world: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=WITHIN_S)
    connection.request("POST", "/v26.0/dialog/oauth", urlencode(ASKED), {"Sec-Fetch-Site": "cross-site"})
    assert connection.getresponse().status == 403


def test_a_code_is_good_once_for_thirty_seconds(world: Client) -> None:
    code = back(world)["code"]
    assert exchange(world, code)[0] == 200
    assert exchange(world, code)[1]["error"]["error_subcode"] == 36009
    late = back(world)["code"]
    world.control("clock", {"offset_s": 31})
    assert exchange(world, late)[1]["error"]["error_subcode"] == 36007


def test_a_code_is_for_one_app_and_one_address(world: Client) -> None:
    code = back(world)["code"]
    assert exchange(world, code, redirect_uri=BACK + "x")[1]["error"]["error_subcode"] == 36008
    assert exchange(world, code, client_secret="wrong")[1]["error"]["code"] == 1
    assert exchange(world, "made-up")[0] == 400
    assert exchange(world, code)[0] == 200


def test_programs_get_a_code_without_a_browser(world: Client) -> None:
    code = world.control("codes", {"phone_number_id": "111"})[1]["code"]
    assert exchange(world, code, redirect_uri="")[0] == 200


def test_a_token_reaches_its_own_account_only(world: Client) -> None:
    token, waba_id, pnid = sign_up(world)
    other = sign_up(world)[0]
    for path in (pnid, waba_id, f"{waba_id}/phone_numbers", f"{waba_id}/message_templates"):
        assert world.graph("GET", path, token=other)[1]["error"]["error_subcode"] == 33
        assert world.graph("GET", path, token="unknown")[1]["error"]["code"] == 190
        assert world.graph("GET", path, token=token)[0] == 200
    assert send(world, pnid, other)[1]["error"]["code"] == 100
    assert send(world, pnid, "unknown")[1]["error"]["code"] == 190
    assert world.ledger() == []


def test_a_broken_token_stays_broken_until_the_dialog_gives_a_new_one(world: Client) -> None:
    wamid_of(world.send())
    assert world.control("faults", {"fault": "token_expired", "phone_number_id": "111"})[0] == 200
    for _ in range(3):
        assert world.send()[1]["error"]["code"] == 190
    assert world.graph("GET", "111")[1]["error"]["code"] == 190
    assert world.graph("GET", "debug_token?input_token=token", token=f"100|{SECRET}")[1]["data"]["is_valid"] is False
    token = sign_up(world, choice="222")[0]
    wamid_of(send(world, "111", token))
    assert world.send()[1]["error"]["code"] == 190


def test_a_token_may_have_an_end(world: Client) -> None:
    _, answer = world.control("tokens", {"waba_id": "222", "lifetime_s": 60, "strict": True})
    wamid_of(send(world, "111", answer["access_token"]))
    world.control("clock", {"offset_s": 61})
    assert send(world, "111", answer["access_token"])[1]["error"]["code"] == 190


def test_registration_has_a_pin_and_a_limit(world: Client) -> None:
    def register(pin: str) -> tuple[int, Any]:
        return world.graph("POST", "111/register", {"messaging_product": "whatsapp", "pin": pin})

    assert world.graph("POST", "111", {"pin": "111111"}) == (200, {"success": True})
    assert error_of(register("12"))[0] == 100
    assert error_of(register("222222"))[0] == 133005
    assert [register("111111")[0] for _ in range(9)] == [200] * 9
    assert error_of(register("111111"))[0] == 133016
    world.control("clock", {"offset_s": 72 * HOUR + 60})
    assert register("111111")[0] == 200


def test_a_deregistered_number_is_silent(world: Client) -> None:
    assert world.graph("POST", "111/deregister") == (200, {"success": True})
    assert error_of(world.send())[0] == 133010


def test_a_number_tells_all_that_the_product_asks(world: Client) -> None:
    fields = "display_phone_number,verified_name,quality_rating,throughput,code_verification_status,name_status,status"
    fields += ",account_mode,whatsapp_business_manager_messaging_limit,is_official_business_account,platform_type"
    number = world.graph("GET", f"111?fields={fields}")[1]
    assert set(number) == {"id", *fields.split(",")}
    account = world.graph("GET", "222?fields=name,account_review_status,owner_business_info")[1]
    assert account["account_review_status"] == "APPROVED" and account["owner_business_info"]["id"]


def test_the_profile_is_kept_within_its_limits(world: Client) -> None:
    wish = {
        "messaging_product": "whatsapp",
        "about": "Cortes",
        "websites": ["https://aurora.example"],
        "vertical": "BEAUTY",
    }
    assert world.graph("POST", "111/whatsapp_business_profile", wish) == (200, {"success": True})
    profile = world.graph("GET", "111/whatsapp_business_profile?fields=about,websites,vertical")[1]["data"][0]
    assert profile == wish
    for wrong in ({"about": "x" * 140}, {"websites": ["a", "b", "c"]}, {"email": "x"}, {"vertical": "SALON"}):
        answer = world.graph("POST", "111/whatsapp_business_profile", {"messaging_product": "whatsapp", **wrong})
        assert next(iter(wrong)) in error_of(answer)[1]


def test_another_name_is_reviewed(world: Client, receiver: Receiver) -> None:
    world.graph("POST", "111", {"new_display_name": "Aurora Centro"})
    assert world.graph("GET", "111?fields=new_name_status")[1]["new_name_status"] == "PENDING_REVIEW"
    world.control("clock", {"offset_s": 10})
    value = receiver.change()
    assert (value["decision"], value["requested_verified_name"]) == ("APPROVED", "Aurora Centro")
    assert world.graph("GET", "111?fields=verified_name")[1]["verified_name"] == "Aurora Centro"


def test_signed_up_numbers_appear_among_the_registered(world: Client) -> None:
    sign_up(world, name="Bela")
    numbers = json.loads(world.call("GET", "/_sandbox/numbers")[2])["results"]
    assert [number["verified_name"] for number in numbers] == ["Aurora", "Bela"]
