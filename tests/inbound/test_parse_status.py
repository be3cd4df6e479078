"""Each status becomes a typed value."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_wa.inbound.identity import Identity
from channels_wa.inbound.parse import StatusUpdate, Unreadable, parse_status
from channels_wa.inbound.reading import RawItem
from tests.inbound.examples import item_of
from tests.inbound.test_parse_message import ANY


def parsed(name: str) -> StatusUpdate:
    """The status of an example."""
    return parse_status(item_of(f"status_{name}"))


def item(**status: Any) -> RawItem:
    """A status with something of our own in it."""
    return RawItem(0, "status", "messages", "1", "2", {"id": "wamid.x", "status": "sent", **status})


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "played", "failed"])
def test_it_names_the_message_and_what_became_of_it(status: str) -> None:
    found = parsed(status)
    assert (found.wamid, found.status) == (item_of(f"status_{status}").item["id"], status)
    assert found.at == datetime.fromtimestamp(1795000010, UTC)


def test_our_attempt_comes_back() -> None:
    assert parsed("sent").attempt == "v1.1k9x-1.Jm3kq0aL2xw"
    assert parse_status(item()).attempt is None


def test_a_failure_says_why() -> None:
    (error,) = parsed("failed").errors
    assert error.code == 131047
    assert error.details.startswith("Message failed to send because more than 24 hours")


def test_a_code_in_quotes_is_a_code() -> None:
    (error,) = parse_status(item(errors={"code": "131026", "message": "Undeliverable"})).errors
    assert (error.code, error.details) == (131026, "Undeliverable")


def test_the_price_is_kept() -> None:
    pricing = parsed("charged").pricing
    assert pricing and (pricing["type"], pricing["category"]) == ("regular", "marketing")


def test_in_a_group_it_is_about_one_participant() -> None:
    assert Identity("phone", "+5511988887777") in parsed("in_group").recipients


def test_a_recipient_may_have_no_phone() -> None:
    assert parsed("without_phone").recipients == (Identity("bsuid", "BR.70011122233344455566"),)


@pytest.mark.parametrize("status", [None, "", "vanished", 7, ["sent"]])
def test_an_unknown_status_is_not_guessed(status: object) -> None:
    with pytest.raises(Unreadable, match="unknown status"):
        parse_status(item(status=status))


@given(
    st.dictionaries(
        st.sampled_from(["status", "timestamp", "errors", "pricing", "recipient_id", "recipient_user_id"]), ANY
    )
)
def test_it_raises_nothing_but_what_it_declares(status: dict[str, Any]) -> None:
    try:
        parse_status(item(**status))
    except Unreadable:
        pass
