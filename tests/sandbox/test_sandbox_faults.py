"""Every fault of CONTRACT.md does what its name says, to as many requests as asked."""

import pytest

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of

TEXT = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "text", "text": {"body": "Oi"}}


def ask(world: Client, fault: str, **more: object) -> None:
    assert world.control("faults", {"fault": fault, **more})[0] == 200


def test_timeout_after_accept(world: Client, receiver: Receiver) -> None:
    ask(world, "timeout_after_accept")
    with pytest.raises(TimeoutError):
        world.graph("POST", "111/messages", TEXT, timeout_s=0.5)
    (row,) = world.ledger()
    assert receiver.statuses(row["wamid"], 1)[0]["status"] == "sent"
    wamid_of(world.send())


def test_500_after_accept(world: Client) -> None:
    ask(world, "500_after_accept")
    assert world.send()[0] == 500
    assert len(world.ledger()) == 1


def test_html(world: Client) -> None:
    ask(world, "html")
    status, kind, raw = world.call("POST", "/v26.0/111/messages", TEXT, token="t")
    assert status == 200 and kind.startswith("text/html") and raw.startswith(b"<!DOCTYPE html>")
    assert len(world.ledger()) == 1


def test_no_id(world: Client) -> None:
    ask(world, "no_id")
    status, answer = world.send()
    assert status == 200 and answer["messages"] == [{}]
    assert len(world.ledger()) == 1


def test_error(world: Client) -> None:
    ask(world, "error", code=131026, count=2)
    assert [error_of(world.send())[0] for _ in range(2)] == [131026, 131026]
    assert world.ledger() == []
    wamid_of(world.send())


def test_token_expired(world: Client) -> None:
    ask(world, "token_expired", count=2)
    assert world.graph("GET", "111")[1]["error"]["code"] == 190
    status, answer = world.send()
    assert (status, answer["error"]["code"]) == (401, 190)
    assert world.ledger() == []


def test_slow(world: Client) -> None:
    ask(world, "slow", ms=400)
    with pytest.raises(TimeoutError):
        world.graph("POST", "111/messages", TEXT, timeout_s=0.2)
    wamid_of(world.send())


def test_duplicate_status(world: Client, receiver: Receiver) -> None:
    ask(world, "duplicate_status")
    statuses = receiver.statuses(wamid_of(world.send()), 4)
    assert [status["status"] for status in statuses] == ["sent", "sent", "delivered", "delivered"]


def test_shuffle_status(world: Client, receiver: Receiver) -> None:
    ask(world, "shuffle_status")
    statuses = receiver.statuses(wamid_of(world.send()), 2)
    assert [status["status"] for status in statuses] == ["delivered", "sent"]


def test_status_before_answer(world: Client, receiver: Receiver) -> None:
    ask(world, "status_before_answer")
    wamid = wamid_of(world.send())
    first = receiver.deliveries.get_nowait()  # it was taken before the answer came
    status = first["body"]["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert (status["id"], status["status"]) == (wamid, "sent")
    assert receiver.statuses(wamid, 1)[0]["status"] == "delivered"


def test_a_fault_can_be_for_one_recipient(world: Client) -> None:
    ask(world, "error", code=131026, to="+5511900000002")
    wamid_of(world.send("+5511900000001"))
    assert error_of(world.send("5511900000002"))[0] == 131026


def test_reset_takes_faults_away(world: Client) -> None:
    ask(world, "html", count=1000)
    world.control("reset", {})
    wamid_of(world.send())


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "fault"),
        ({"fault": "flood"}, "fault"),
        ({"fault": "error"}, "code"),
        ({"fault": "html", "code": 7}, "code"),
        ({"fault": "slow", "ms": "long"}, "ms"),
        ({"fault": "slow", "count": 0}, "count"),
        ([], "body"),
    ],
)
def test_a_bad_wish_names_the_field(world: Client, wish: object, field: str) -> None:
    status, answer = world.control("faults", wish)
    assert (status, answer["field"]) == (400, field)
