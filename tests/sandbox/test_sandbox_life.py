"""The sandbox as a process: control addresses, the phone page's addresses, what outlives a restart."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import start_process
from tests.sandbox.outside import WITHIN_S, Client, Receiver, error_of, wamid_of


class Phone:
    """An open phone page: reads its event stream."""

    def __init__(self, client: Client, guest: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=WITHIN_S)
        self._connection.request("GET", f"/phone/events?pnid=111&guest={guest}")
        self._stream = self._connection.getresponse()
        assert self._stream.headers["content-type"].startswith("text/event-stream")

    def event(self) -> tuple[str, Any]:
        """The next event and its data."""
        name = self._stream.readline().decode().removeprefix("event: ").strip()
        data = json.loads(self._stream.readline().decode().removeprefix("data: "))
        self._stream.readline()
        return name, data

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def phone(world: Client) -> Iterator[Phone]:
    opened = Phone(world, "5511999990000")
    yield opened
    opened.close()


def test_an_open_phone_sees_both_sides_live(world: Client, phone: Phone, receiver: Receiver) -> None:
    assert phone.event() == ("history", {"messages": []})
    world.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "text": "oi"})
    name, message = phone.event()
    assert (name, message["by"], message["content"]["text"]["body"]) == ("message", "guest", "oi")
    assert phone.event() == ("tick", {"wamid": message["wamid"], "state": "delivered"})
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": message["wamid"]}
    world.graph("POST", "111/messages", {**mark, "typing_indicator": {"type": "text"}})
    assert phone.event() == ("tick", {"wamid": message["wamid"], "state": "read"})
    assert phone.event() == ("typing", {"seconds": 25})
    wamid = wamid_of(world.send())
    name, answer = phone.event()
    assert (name, answer["by"], answer["wamid"]) == ("message", "salon", wamid)
    assert [status["status"] for status in receiver.statuses(wamid, 3)] == ["sent", "delivered", "read"]


def test_what_came_before_is_read_when_the_phone_opens(world: Client, receiver: Receiver) -> None:
    wamid = wamid_of(world.send())
    assert [status["status"] for status in receiver.statuses(wamid, 2)] == ["sent", "delivered"]
    phone = Phone(world, "5511999990000")
    assert [message["wamid"] for message in phone.event()[1]["messages"]] == [wamid]
    assert receiver.statuses(wamid, 1)[0]["status"] == "read"
    phone.close()


def test_the_page_is_strict_and_in_the_browsers_language(world: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=WITHIN_S)
    for asked, lang in (("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"), ("en-US,en;q=0.9", "en"), ("ja", "pt-BR")):
        connection.request("GET", "/phone", headers={"Accept-Language": asked})
        answer = connection.getresponse()
        page = answer.read().decode()
        assert f'<html lang="{lang}">' in page and "{{" not in page
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert all(f'id="{name}"' in page for name in ("guest-phone", "guest-name", "message", "send", "chat"))


@pytest.mark.parametrize("path", ["/static/phone.html", "/static/../app.py", "/static/%2e%2e/app.py", "/nothing"])
def test_only_the_pages_own_files_are_served(world: Client, path: str) -> None:
    assert world.call("GET", path)[0] == 404


def test_a_page_from_elsewhere_cannot_steer(world: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=WITHIN_S)
    connection.request("POST", "/_sandbox/reset", b"{}", {"Sec-Fetch-Site": "cross-site"})
    assert connection.getresponse().status == 403


@pytest.mark.parametrize(
    ("name", "wish", "field"),
    [
        ("clock", {}, "offset_s"),
        ("clock", {"offset_s": "1"}, "offset_s"),
        ("clock", {"offset_s": 1e300}, "offset_s"),
        ("numbers", {"phone_number_id": "1"}, "waba_id"),
        (
            "numbers",
            {"phone_number_id": "1", "waba_id": "2", "display_phone": "3", "throughput_mps": 0},
            "throughput_mps",
        ),
        ("windows", {"phone_number_id": "1", "users": "all"}, "users"),
        ("settings", {"statuses": 1}, "statuses"),
        ("reset", b"{", "body"),
    ],
)
def test_a_bad_control_request_names_the_field(world: Client, name: str, wish: object, field: str) -> None:
    status, answer = world.control(name, wish)
    assert (status, answer["field"]) == (400, field)


def test_reset_forgets_what_happened_but_not_the_numbers(world: Client) -> None:
    world.send()
    last = world.ledger()[-1]["seq"]
    world.control("reset", {})
    assert world.ledger() == []
    world.send()
    assert [row["seq"] for row in world.ledger(f"?after_seq={last}")] == [last + 1]
    assert world.graph("GET", "111")[1]["verified_name"] == "Aurora"


def test_numbers_windows_and_clock_outlive_a_restart(tmp_path: Path) -> None:
    """`make up` starts a dead sandbox again: conversations must go on."""
    receiver, state = Receiver(), tmp_path / "state.json"
    process, client = start_process(state, receiver, SANDBOX_WINDOW="strict")
    number = {"phone_number_id": "111", "waba_id": "222", "display_phone": "+55 11 4000-0000", "throughput_mps": 1000}
    client.control("numbers", number)
    client.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "text": "oi"})
    client.control("clock", {"offset_s": 3600})
    process.terminate()
    process.wait(WITHIN_S)
    process, client = start_process(state, receiver, SANDBOX_WINDOW="strict")
    wamid_of(client.send())
    assert error_of(client.send("+5511900000009"))[0] == 131047
    assert json.loads(client.call("GET", "/_sandbox/health")[2])["offset_s"] == 3600
    process.terminate()
    assert process.wait(WITHIN_S) is not None


def test_an_open_phone_does_not_keep_the_process_alive(tmp_path: Path) -> None:
    process, client = start_process(tmp_path / "state.json", Receiver())
    phone = Phone(client, "5511999990000")
    phone.event()
    process.terminate()
    assert process.wait(WITHIN_S) is not None
    phone.close()


def test_files_on_the_phone_page_cannot_run(world: Client, receiver: Receiver) -> None:
    """I24: what a guest sends is shown as a picture, or offered as a file."""
    for fixture, shown in (
        ("photo", "image/jpeg"),
        ("svg", "application/octet-stream"),
        ("html", "application/octet-stream"),
    ):
        wish = {"phone_number_id": "111", "from": "5511999990000", "type": "image", "fixture": fixture}
        world.control("inbound", wish)
        connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=WITHIN_S)
        connection.request("GET", f"/phone/media/{receiver.message()['image']['id']}")
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["content-type"] == shown and answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


def test_what_was_set_up_outlives_a_restart(tmp_path: Path) -> None:
    """Tokens, templates, media, restrictions and people: the product keeps the ids of all of them."""
    receiver, state = Receiver(), tmp_path / "state.json"
    process, client = start_process(state, receiver)
    number = {"phone_number_id": "111", "waba_id": "222", "display_phone": "+55 11 4000-0000"}
    client.control("numbers", number)
    client.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "bsuid": "BR.1", "type": "image"})
    media_id = receiver.message()["image"]["id"]
    token = client.control("tokens", {"waba_id": "222", "strict": True})[1]["access_token"]
    client.control("settings", {"template_review": "hold"})
    body = {"name": "oi", "language": "pt_BR", "category": "UTILITY", "components": [{"type": "BODY", "text": "Oi!"}]}
    template_id = client.graph("POST", "222/message_templates", body, token=token)[1]["id"]
    client.control("webhook", {"form": "account_update", "waba_id": "222", "event": "ban"})
    process.terminate()
    process.wait(WITHIN_S)
    process, client = start_process(state, receiver)
    assert client.graph("GET", media_id, token=token)[0] == 200
    assert client.graph("GET", template_id, token=token)[1]["name"] == "oi"
    assert client.graph("GET", template_id)[1]["error"]["code"] == 190
    assert client.graph("GET", "222?fields=status", token=token)[1]["status"] == "DISABLED"
    process.terminate()
    assert process.wait(WITHIN_S) is not None
