"""Numbers that are on a phone too, and guests who show no phone number (WHATSAPP.md §6, §8)."""

import json
from typing import Any

import pytest

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of

DAY = 86_400
ON_APP = {"phone_number_id": "114", "waba_id": "224", "display_phone": "+55 11 4000-0004", "coexistence": True}
SYNC = {"messaging_product": "whatsapp", "sync_type": "history"}


@pytest.fixture
def on_app(world: Client) -> str:
    """A number that its owner also has in the app."""
    assert world.control("numbers", ON_APP)[1]["throughput_mps"] == 20
    return "114"


def told(receiver: Receiver, field: str) -> dict[str, Any]:
    change = receiver.delivery()["body"]["entry"][0]["changes"][0]
    assert change["field"] == field
    assert change["value"]["metadata"]["phone_number_id"] == "114"
    return dict(change["value"])


def test_what_the_salon_writes_on_its_phone_is_echoed(world: Client, receiver: Receiver, on_app: str) -> None:
    wish = {"phone_number_id": on_app, "to": "+5511999990000", "text": "Oi, aqui é a Ana"}
    wamid = world.control("echo", wish)[1]["wamid"]
    (message,) = told(receiver, "smb_message_echoes")["message_echoes"]
    assert message.pop("timestamp").isdecimal()
    assert message == {
        "from": "551140000004",
        "to": "5511999990000",
        "id": wamid,
        "type": "text",
        "text": {"body": "Oi, aqui é a Ana"},
    }


def test_history_comes_in_phases_and_chunks(world: Client, receiver: Receiver, on_app: str) -> None:
    assert world.graph("POST", f"{on_app}/smb_app_data", SYNC)[1]["request_id"]
    seen = [receiver.change()["history"][0] for _ in range(6)]
    assert [(one["metadata"]["phase"], one["metadata"]["chunk_order"]) for one in seen] == [
        *((0, 1), (0, 2), (1, 1), (1, 2)),
        *((2, 1), (2, 2)),
    ]
    assert seen[-1]["metadata"]["progress"] == 100
    thread = seen[0]["threads"][0]
    assert thread["messages"][0]["from"] == thread["id"] and thread["messages"][1]["to"] == thread["id"]


def test_a_sync_is_asked_once_within_a_day(world: Client, on_app: str) -> None:
    assert world.graph("POST", f"{on_app}/smb_app_data", SYNC)[0] == 200
    assert error_of(world.graph("POST", f"{on_app}/smb_app_data", SYNC))[0] == 2593107
    world.control("clock", {"offset_s": DAY + 60})
    other = {**SYNC, "sync_type": "smb_app_state_sync"}
    assert error_of(world.graph("POST", f"{on_app}/smb_app_data", other))[0] == 2593108
    assert world.graph("POST", "111/smb_app_data", SYNC)[0] == 400


def test_history_can_be_declined_or_large(world: Client, receiver: Receiver, on_app: str) -> None:
    world.control("history", {"phone_number_id": on_app, "declined": True})
    assert told(receiver, "history")["history"][0]["errors"][0]["code"] == 2593109
    wish = {"phone_number_id": on_app, "threads": 30, "messages": 2, "chunk": 10}
    assert world.control("history", wish)[1]["told"] == 9


def test_contacts_of_the_app_are_told(world: Client, receiver: Receiver, on_app: str) -> None:
    entries = [
        {"phone_number": "5511999990000", "full_name": "Maria Silva"},
        {"phone_number": "5511999990001", "action": "remove"},
    ]
    world.control("contacts", {"phone_number_id": on_app, "contacts": entries})
    added, removed = told(receiver, "smb_app_state_sync")["state_sync"]
    assert added["contact"]["first_name"] == "Maria" and added["action"] == "add"
    assert removed["contact"] == {"phone_number": "5511999990001"} and removed["action"] == "remove"


def test_a_guest_hides_the_phone(world: Client, receiver: Receiver) -> None:
    wish = {"phone_number_id": "111", "from": "5511999990000", "bsuid": "BR.42", "hide_phone": True, "text": "oi"}
    assert world.control("inbound", wish)[0] == 200
    value = receiver.change()
    assert value["contacts"][0]["user_id"] == "BR.42" and "wa_id" not in value["contacts"][0]
    assert value["messages"][0]["from_user_id"] == "BR.42" and "5511999990000" not in json.dumps(value["contacts"])
    message = {"messaging_product": "whatsapp", "recipient": "BR.42", "type": "text", "text": {"body": "Oi"}}
    world.control("settings", {"window": "strict"})
    status = receiver.statuses(wamid_of(world.graph("POST", "111/messages", message)), 1)[0]
    assert status["recipient_user_id"] == "BR.42" and "recipient_id" not in status


def test_a_known_guest_has_both_ids(world: Client, receiver: Receiver) -> None:
    wish = {"phone_number_id": "111", "from": "5511999990000", "bsuid": "BR.42", "text": "oi"}
    world.control("inbound", wish)
    assert receiver.message()["from_user_id"] == "BR.42"
    answer = world.send()
    assert answer[1]["contacts"][0]["user_id"] == "BR.42"
    status = receiver.statuses(wamid_of(answer), 1)[0]
    assert (status["recipient_id"], status["recipient_user_id"]) == ("5511999990000", "BR.42")


def test_a_user_id_changes(world: Client, receiver: Receiver) -> None:
    world.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "bsuid": "BR.42", "text": "oi"})
    receiver.message()
    wish = {"form": "user_id_update", "phone_number_id": "111", "from": "5511999990000", "current": "BR.43"}
    assert world.control("webhook", wish)[0] == 200
    (update,) = receiver.change()["user_id_update"]
    assert update["user_id"] == {"previous": "BR.42", "current": "BR.43"} and update["wa_id"] == "5511999990000"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"from": "5511999990000", "hide_phone": True}, "bsuid"),
        ({"bsuid": "42"}, "bsuid"),
        ({"from": "5511999990000", "hide_phone": 1}, "hide_phone"),
    ],
)
def test_a_bad_guest_is_refused(world: Client, wish: dict[str, Any], field: str) -> None:
    status, answer = world.control("inbound", {"phone_number_id": "111", "text": "oi", **wish})
    assert (status, answer["field"]) == (400, field)
