"""POST /messages: the answer, the ledger and the statuses (CONTRACT.md "Sandbox", WHATSAPP.md §2, §6)."""

import json

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of


def test_it_answers_like_meta(world: Client) -> None:
    status, answer = world.send("+55 11 99999-0000")
    assert status == 200
    assert answer["contacts"] == [{"input": "+55 11 99999-0000", "wa_id": "5511999990000"}]
    assert answer["messages"][0]["id"].startswith("wamid.")


def test_ids_are_unique(world: Client) -> None:
    assert len({wamid_of(world.send(f"+55119{n:08d}")) for n in range(20)}) == 20


def test_the_ledger_keeps_the_request(world: Client) -> None:
    wamid = wamid_of(world.send(biz_opaque_callback_data="v1.a-1.mac", text={"body": "Olá 💇"}))
    (row,) = world.ledger()
    assert row["method"] == "POST" and row["path"] == "/v26.0/111/messages" and row["at"].endswith("Z")
    assert row["wamid"] == wamid and row["biz_opaque_callback_data"] == "v1.a-1.mac"
    assert row["body"]["text"] == {"body": "Olá 💇"}


def test_the_ledger_is_filtered_with_and_without_plus(world: Client) -> None:
    for to in ("+5511900000001", "+5511900000002", "5511900000001"):
        world.send(to)
    for query in ("?to=%2B5511900000001", "?to=+5511900000001", "?to=5511900000001"):
        assert [row["body"]["to"] for row in world.ledger(query)] == ["+5511900000001", "5511900000001"]


def test_the_ledger_goes_on_after_a_seq(world: Client) -> None:
    for n in range(4):
        world.send(f"+551190000000{n}")
    seqs = [row["seq"] for row in world.ledger()]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    assert [row["seq"] for row in world.ledger(f"?after_seq={seqs[1]}")] == seqs[2:]
    assert [row["seq"] for row in world.ledger(f"?to=5511900000003&after_seq={seqs[2]}")] == seqs[3:]
    assert world.ledger(f"?after_seq={seqs[3]}") == []


def test_a_refused_request_is_not_in_the_ledger(world: Client) -> None:
    assert world.send(text={"body": ""})[0] == 400
    assert world.ledger() == []


def test_statuses_follow_with_the_callback_data(world: Client, receiver: Receiver) -> None:
    wamid = wamid_of(world.send(biz_opaque_callback_data="v1.a-1.mac"))
    sent, delivered = receiver.statuses(wamid, 2)
    assert [sent["status"], delivered["status"]] == ["sent", "delivered"]
    assert sent["biz_opaque_callback_data"] == "v1.a-1.mac" and sent["recipient_id"] == "5511999990000"
    assert sent["timestamp"].isdecimal() and sent["pricing"]["category"] == "service"


def test_statuses_can_be_off(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"statuses": False})
    world.send()
    world.control("inbound", {"phone_number_id": "111", "from": "5511999990000", "text": "fim"})
    assert receiver.message()["text"]["body"] == "fim"


def test_a_user_id_is_a_recipient(world: Client, receiver: Receiver) -> None:
    message = {"messaging_product": "whatsapp", "recipient": "BR.1234567890", "type": "text", "text": {"body": "Oi"}}
    answer = world.graph("POST", "111/messages", message)
    assert answer[1]["contacts"] == [{"input": "BR.1234567890", "user_id": "BR.1234567890"}]
    assert receiver.statuses(wamid_of(answer), 1)[0]["recipient_user_id"] == "BR.1234567890"
    assert len(world.ledger("?to=BR.1234567890")) == 1


def test_a_template_says_it_was_accepted(world: Client) -> None:
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    assert world.send(type="template", template=template)[1]["messages"][0]["message_status"] == "accepted"


def test_a_read_mark_is_no_message(world: Client) -> None:
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert world.graph("POST", "111/messages", {**mark, "typing_indicator": {"type": "text"}}) == (
        200,
        {"success": True},
    )
    assert world.ledger() == []
    (row,) = world.ledger("?marks=1")
    assert (row["kind"], row["wamid"], row["path"]) == ("read_mark", "wamid.x", "/v26.0/111/messages")
    assert row["body"]["typing_indicator"] == {"type": "text"}


def test_any_version_is_good(world: Client) -> None:
    message = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "text", "text": {"body": "Oi"}}
    assert world.call("POST", "/v31.4/111/messages", message, token="t")[0] == 200
    assert world.call("POST", "/latest/111/messages", message, token="t")[0] == 404


def test_a_token_is_needed(world: Client) -> None:
    status, _, raw = world.call("POST", "/v26.0/111/messages", {})
    assert (status, json.loads(raw)["error"]["code"]) == (401, 190)


def test_broken_json_is_refused(world: Client) -> None:
    for raw in (b"{", b"[]", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}"):
        assert error_of(world.graph("POST", "111/messages", raw))[0] == 100


def test_what_is_not_stood_in_for_fails_loudly(world: Client) -> None:
    assert world.graph("POST", "111/groups", {})[0] == 501


def test_a_number_tells_about_itself(world: Client) -> None:
    status, number = world.graph("GET", "111?fields=verified_name,throughput")
    assert (status, number) == (200, {"id": "111", "verified_name": "Aurora", "throughput": {"level": "STANDARD"}})
    assert world.graph("GET", "222/phone_numbers")[1]["data"][0]["display_phone_number"] == "+55 11 4000-0000"
    assert world.graph("GET", "999")[0] == 400
