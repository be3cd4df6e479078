"""A delivery is split into items; what is bad in it harms nothing else (I4)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_wa.inbound.reading import MAX_DEPTH, MAX_ITEMS, read
from tests.inbound.examples import NAMES, NUMBER, WABA, compact, delivery, item_of, message, raw_of

GOOD = ["wamid.first", "wamid.last"]


def good_ids(raw: bytes) -> list[str]:
    """The messages in it that can be used."""
    return [one.item["id"] for one in read(raw).items if one.kind == "message" and not one.problem]


def problems(raw: bytes) -> list[str]:
    """Why others cannot."""
    return [one.problem for one in read(raw).items if one.problem]


def around(bad: bytes) -> bytes:
    """A delivery with a piece of bytes between two good messages."""
    whole = compact(delivery(message(GOOD[0]), "HERE", message(GOOD[1])))
    return whole.replace(b'"HERE"', bad)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_read_without_a_problem(name: str) -> None:
    reading = read(raw_of(name))
    assert reading.items
    assert {one.problem for one in reading.items} == {None}
    assert reading.problem is None


KINDS = {
    "message": {"message"},
    "messages": {"message"},
    "status": {"status"},
    "statuses": {"status"},
    "batch": {"message", "status"},
    "error": {"error"},
    "account": {"account"},
    "coexistence": {"coexistence", "echo", "history", "phonebook"},
    "unused": {"other"},
}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_example_says_its_kind(name: str) -> None:
    assert {item.kind for item in read(raw_of(name)).items} <= KINDS[name.partition("_")[0]]


def test_items_are_numbered_through() -> None:
    whole = delivery(message("a"), message("b"), statuses=[{"id": "c"}], errors=[{"code": 1}])
    whole["entry"] *= 2
    assert [(one.index, one.kind) for one in read(compact(whole)).items] == list(
        enumerate(["message", "message", "status", "error"] * 2)
    )


def test_messages_go_by_the_number_and_account_changes_by_the_account() -> None:
    assert item_of("message_text").phone_number_id == NUMBER
    assert item_of("account_template_approved").waba_id == WABA


@pytest.mark.parametrize("name", ["account_partner_added", "account_partner_app_without_field"])
def test_a_change_about_another_account_goes_there(name: str) -> None:
    assert item_of(name).waba_id == WABA


def test_each_message_has_its_own_contact() -> None:
    first, second = read(raw_of("messages_of_two_guests")).items
    assert first.contact and second.contact
    assert (first.contact["wa_id"], second.contact["wa_id"]) == ("5511988887777", "5521955554444")


def test_a_guest_has_one_order_key_with_and_without_the_phone() -> None:
    sender = {"from_user_id": "BR.123"}
    both, bare = message("a", **sender), message("b", **sender)
    del bare["from"]
    only_in_contact = message("c")
    contacts = [{"wa_id": only_in_contact["from"], "user_id": "BR.123"}]
    keys = {one.order_key for one in read(compact(delivery(both, bare, only_in_contact, contacts=contacts))).items}
    assert keys == {f"{NUMBER}:BR.123"}


BAD = {
    "a NUL": b'{"id": "x", "from": "5511", "text": {"body": "a\\u0000b"}}',
    "a bare NUL": b'{"id": "x", "from": "5511", "text": {"body": "a\x00b"}}',
    "a NUL in a key": b'{"id": "x", "from": "5511", "a\\u0000": 1}',
    "a lone surrogate": b'{"id": "x", "from": "5511", "text": {"body": "\\ud83d"}}',
    "broken UTF-8": b'{"id": "x", "from": "5511", "text": {"body": "\xff\xfe"}}',
    "an encoded surrogate": b'{"id": "x", "from": "5511", "text": {"body": "\xed\xa0\x80"}}',
    "NaN": b'{"id": "x", "from": "5511", "location": {"latitude": NaN}}',
    "Infinity": b'{"id": "x", "from": "5511", "location": {"latitude": -Infinity}}',
    "a number too large": b'{"id": "x", "from": "5511", "n": 1e999}',
    "5,000 digits": b'{"id": "x", "from": "5511", "n": ' + b"9" * 5000 + b"}",
    "5,000 decimals": b'{"id": "x", "from": "5511", "n": 0.' + b"9" * 5000 + b"}",
    "100,000 brackets": b'{"id": "x", "from": "5511", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 braces": b'{"id": "x", "n": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "depth": b'{"id": "x", "from": "5511", "n": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    "no JSON": b'{"id": "x", from: 5511}',
    "a missing comma": b'{"id": "x" "from": "5511"}',
    "a wrong bracket": b'{"id": "x", "from": ["5511"}',
    "no id": b'{"from": "5511"}',
    "a null id": b'{"id": null, "from": "5511"}',
    "an id that is a list": b'{"id": ["x"], "from": "5511"}',
    "an endless id": b'{"id": "' + b"x" * 4000 + b'", "from": "5511"}',
    "no sender": b'{"id": "x", "type": "text"}',
    "a sender that is a list": b'{"id": "x", "from": ["5511"]}',
    "a number": b"7",
    "a text": b'"text"',
    "null": b"null",
    "a list": b"[[]]",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_i04_one_bad_message_harms_no_other(bad: bytes) -> None:
    raw = around(bad)
    assert good_ids(raw) == GOOD
    (item,) = [one for one in read(raw).items if one.problem]
    assert item.index == 1


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_quarantine_gets_the_bytes_of_the_item(bad: bytes) -> None:
    (item,) = [one for one in read(around(bad)).items if one.problem]
    assert item.raw()
    if b"from: 5511" in bad or b"[[[[" in bad:
        assert item.raw() == bad


def test_i04_the_first_part_of_a_torn_delivery_takes_effect() -> None:
    raw = around(b'{"id": "x", "from": "5511", "text": {"body": "cut he')
    torn = raw[: raw.index(b"cut he") + 6]
    assert good_ids(torn) == GOOD[:1]
    assert len(problems(torn)) == 1


def test_what_cannot_be_followed_shows_in_quarantine() -> None:
    raw = around(b'{"id": "x", "from": "5511"}}')
    assert good_ids(raw)[0] == GOOD[0]
    assert len(problems(raw)) == 1


def test_the_number_of_items_is_bounded() -> None:
    raw = around(b"," * 50_000)
    assert len(read(raw).items) == MAX_ITEMS + 1


def test_i04_a_bad_change_and_a_bad_entry_harm_no_other() -> None:
    whole: dict[str, Any] = delivery(message(GOOD[0]))
    whole["entry"][0]["changes"] += ["CHANGE", {"field": "messages"}, {"field": "messages", "value": {}}]
    whole["entry"] += ["ENTRY", {"id": "1"}, None, *delivery(message(GOOD[1]))["entry"]]
    raw = compact(whole).replace(b'"CHANGE"', b"{broken").replace(b'"ENTRY"', b"nothing")
    assert len(problems(compact(whole))) == 6
    assert good_ids(compact(whole)) == GOOD
    assert good_ids(raw)[0] == GOOD[0]


def test_a_bare_object_counts_as_a_list_of_one() -> None:
    whole = delivery(message(GOOD[0]))
    change = whole["entry"][0]["changes"][0]
    change["value"]["messages"] = change["value"]["messages"][0]
    whole["entry"] = {**whole["entry"][0], "changes": change}
    assert good_ids(compact(whole)) == GOOD[:1]


def test_a_change_without_a_field_is_known_by_its_shape() -> None:
    whole = delivery(message(GOOD[0]))
    del whole["entry"][0]["changes"][0]["field"]
    assert good_ids(compact(whole)) == GOOD[:1]


def test_numbers_for_texts_are_read() -> None:
    whole = delivery(message("a", **{"from": 5511988887777, "timestamp": 1795000000}))
    whole["entry"][0]["id"] = int(WABA)
    whole["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = int(NUMBER)
    (item,) = read(compact(whole)).items
    assert (item.order_key, item.waba_id, item.problem) == (f"{NUMBER}:+5511988887777", WABA, None)


def test_an_unknown_field_goes_to_quarantine() -> None:
    whole = {"entry": [{"id": "1", "changes": [{"field": "hologram_update", "value": {"a": 1}}]}]}
    assert problems(compact(whole)) == ["unknown field hologram_update"]


def test_a_contact_that_cannot_be_stored_is_left_out() -> None:
    contacts = [{"wa_id": "5511988887777", "profile": {"name": "\0"}}]
    (item,) = read(compact(delivery(message(), contacts=contacts))).items
    assert (item.problem, item.contact) == (None, None)


@pytest.mark.parametrize(
    "raw",
    [b"", b"oi", b"{", b"[]", b"null", b"7", b'{"object": "page"}', b"\x00\xff", b"[" * 200_000, b'{"entry": null}'],
)
def test_what_is_no_delivery_is_kept_whole(raw: bytes) -> None:
    reading = read(raw)
    (item,) = reading.items
    assert (item.kind, item.raw()) == ("other", raw)
    assert item.problem and reading.problem


def test_a_delivery_with_nothing_in_it_has_no_items() -> None:
    assert read(b'{"object": "whatsapp_business_account", "entry": []}').items == []


@given(st.binary(max_size=300))
def test_it_never_raises_over_bytes(raw: bytes) -> None:
    for item in read(raw).items:
        item.raw()


@given(st.sampled_from(NAMES), st.integers(0, 2000), st.binary(max_size=4), st.integers(0, 20))
def test_it_never_raises_over_a_damaged_delivery(name: str, at: int, put: bytes, cut: int) -> None:
    raw = raw_of(name)
    at %= len(raw)
    for item in read(raw[:at] + put + raw[at + cut :]).items:
        assert item.problem or json.loads(item.raw())
