"""What a guest writes reaches the product: envelope, kinds, retries, batches (WHATSAPP.md §6, §8)."""

from typing import Any

import pytest

from tests.sandbox.outside import Client, Receiver

GUEST = {"phone_number_id": "111", "from": "+5511999990000", "name": "Maria"}
KINDS = [
    ({"type": "button", "text": "Sim", "payload": "yes"}, "button", {"text": "Sim", "payload": "yes"}),
    (
        {"button_reply": {"id": "a", "title": "A"}},
        "interactive",
        {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}},
    ),
    (
        {"type": "list_reply", "list_reply": {"id": "r", "title": "R"}},
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "r", "title": "R"}},
    ),
    ({"location": {"latitude": 1, "longitude": 2}}, "location", {"latitude": 1, "longitude": 2}),
    ({"contacts": [{"name": {"formatted_name": "Bob"}}]}, "contacts", [{"name": {"formatted_name": "Bob"}}]),
    ({"type": "reaction", "message_id": "wamid.x", "emoji": "❤"}, "reaction", {"message_id": "wamid.x", "emoji": "❤"}),
    ({"type": "order", "order": {"catalog_id": "1"}}, "order", {"catalog_id": "1"}),
    ({"type": "system", "system": {"type": "user_changed_number"}}, "system", {"type": "user_changed_number"}),
    ({"type": "hologram", "hologram": {"size": 3}}, "hologram", {"size": 3}),
    ({"type": "unsupported"}, "unsupported", {"type": "unknown"}),
]


def write(world: Client, **fields: Any) -> str:
    status, answer = world.control("inbound", {**GUEST, **fields})
    assert status == 200, answer
    return str(answer["wamid"])


def test_a_text_arrives_in_metas_envelope(world: Client, receiver: Receiver) -> None:
    wamid = write(world, text="oi")
    body = receiver.delivery()["body"]
    assert body["object"] == "whatsapp_business_account" and body["entry"][0]["id"] == "222"
    change = body["entry"][0]["changes"][0]
    assert change["field"] == "messages"
    assert change["value"]["metadata"] == {"display_phone_number": "551140000000", "phone_number_id": "111"}
    assert change["value"]["contacts"] == [{"profile": {"name": "Maria"}, "wa_id": "5511999990000"}]
    message = change["value"]["messages"][0]
    assert message.pop("timestamp").isdecimal()
    assert message == {"from": "5511999990000", "id": wamid, "type": "text", "text": {"body": "oi"}}


@pytest.mark.parametrize(("fields", "kind", "content"), KINDS, ids=[kind for _, kind, _ in KINDS])
def test_every_kind_arrives(world: Client, receiver: Receiver, fields: Any, kind: str, content: object) -> None:
    write(world, **fields)
    message = receiver.message()
    assert (message["type"], message[kind]) == (kind, content)


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
def test_media_arrive_with_what_meta_tells(world: Client, receiver: Receiver, kind: str) -> None:
    write(world, type=kind)
    assert {"id", "mime_type", "sha256"} <= receiver.message()[kind].keys()


def test_unknown_fields_pass_through(world: Client, receiver: Receiver) -> None:
    write(world, text="oi", referral={"ctwa_clid": "x"}, context={"message_id": "wamid.y"})
    message = receiver.message()
    assert message["referral"] == {"ctwa_clid": "x"}
    assert message["context"] == {"from": "551140000000", "id": "wamid.y"}


def test_a_guest_may_have_no_phone(world: Client, receiver: Receiver) -> None:
    wish = {"phone_number_id": "111", "from_user_id": "BR.42", "username": "maria", "text": "oi"}
    assert world.control("inbound", wish)[0] == 200
    value = receiver.change()
    assert value["contacts"] == [{"profile": {"name": "BR.42", "username": "maria"}, "user_id": "BR.42"}]
    assert value["messages"][0]["from_user_id"] == "BR.42" and "from" not in value["messages"][0]


def test_the_same_id_can_come_again(world: Client, receiver: Receiver) -> None:
    write(world, text="oi", id="wamid.SAME")
    write(world, text="oi", id="wamid.SAME")
    assert [receiver.message()["id"] for _ in range(2)] == ["wamid.SAME"] * 2


def test_time_is_the_sandboxes(world: Client, receiver: Receiver) -> None:
    write(world, text="oi")
    before = int(receiver.message()["timestamp"])
    world.control("clock", {"offset_s": 86_400})
    write(world, text="oi")
    assert 86_400 <= int(receiver.message()["timestamp"]) - before < 86_460


def test_a_refused_delivery_comes_again(world: Client, receiver: Receiver) -> None:
    receiver.answers = [503, 503]
    wamid = write(world, text="oi")
    tries = [receiver.delivery() for _ in range(3)]
    assert [one["answered"] for one in tries] == [503, 503, 200]
    assert {one["body"]["entry"][0]["changes"][0]["value"]["messages"][0]["id"] for one in tries} == {wamid}


def test_one_guests_order_is_kept_over_an_outage(world: Client, receiver: Receiver) -> None:
    receiver.answers = [503]
    for n in range(10):
        write(world, text=str(n))
    receiver.delivery()
    assert [receiver.message()["text"]["body"] for _ in range(10)] == [str(n) for n in range(10)]


def test_a_delivery_refused_for_itself_holds_up_nobody(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"batch_max": 1})
    receiver.answers = [413]
    write(world, text="heavy")
    write(world, text="light")
    assert [receiver.message()["text"]["body"] for _ in range(3)].count("light") == 1


def test_many_changes_share_a_delivery(world: Client, receiver: Receiver) -> None:
    receiver.answers = [503, 503]  # the second try after the outage is a second later: the queue grows
    for n in range(12):
        write(world, text=str(n))
    sizes: list[int] = []
    while sum(sizes) < 12:
        one = receiver.delivery()
        if one["answered"] == 200:
            sizes.append(sum(len(entry["changes"]) for entry in one["body"]["entry"]))
    assert max(sizes) > 1


def test_an_account_may_have_its_own_address(world: Client, receiver: Receiver) -> None:
    wish = {"override_callback_uri": receiver.url, "verify_token": "wrong"}
    assert world.graph("POST", "222/subscribed_apps", wish)[0] == 400
    assert world.graph("POST", "222/subscribed_apps", {**wish, "verify_token": "verify-me"}) == (200, {"success": True})
    assert world.graph("GET", "222/subscribed_apps")[1]["data"][0]["override_callback_uri"] == receiver.url
    assert world.graph("POST", "222/subscribed_apps")[0] == 200


def test_metas_challenge_is_sent(world: Client) -> None:
    assert world.control("verify", {}) == (200, {"verified": True, "status": 200})


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"from": "5511", "text": "oi"}, "phone_number_id"),
        ({"phone_number_id": "111", "text": "oi"}, "from"),
        ({"phone_number_id": "111", "from": "maria", "text": "oi"}, "from"),
        ({"phone_number_id": "111", "from": "5511999990000"}, "text"),
        ({"phone_number_id": "111", "from": "5511999990000", "text": 7}, "text"),
        ({"phone_number_id": "111", "from": "5511999990000", "type": "reaction"}, "message_id"),
    ],
)
def test_a_bad_wish_names_the_field(world: Client, wish: object, field: str) -> None:
    status, answer = world.control("inbound", wish)
    assert (status, answer["field"]) == (400, field)


def test_changes_may_wait_to_share_a_delivery(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"batch_max": 1000, "batch_wait_ms": 300})
    for n in range(20):
        write(world, text=str(n))
    assert len(receiver.delivery()["body"]["entry"][0]["changes"]) > 5


def test_retries_grow_rare_and_end_after_seven_days(world: Client, receiver: Receiver) -> None:
    """Meta: at once, then with decreasing frequency, for seven days; here on the sandbox's clock."""
    world.control("settings", {"retry_max_s": 86_400})
    receiver.answers = [500] * 6
    write(world, text="oi")
    moment = 0
    for pause in (0, 0, 1, 2, 4):
        moment += pause
        world.control("clock", {"offset_s": moment + 1})
        assert receiver.delivery()["answered"] == 500
    world.control("clock", {"offset_s": 3600})
    assert receiver.delivery()["answered"] == 500
    world.control("clock", {"offset_s": 8 * 86_400})
    write(world, text="still there")
    assert receiver.message()["text"]["body"] == "still there"
