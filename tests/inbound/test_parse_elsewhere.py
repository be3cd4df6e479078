"""What the salon's phone tells becomes typed values; whatever is in it, only Unreadable is raised."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_wa.inbound.identity import Identity
from channels_wa.inbound.parse import (
    Elsewhere,
    Unreadable,
    parse_echo,
    parse_history,
    parse_message,
    parse_phonebook,
    parse_status,
)
from channels_wa.inbound.reading import RawItem, read
from tests.inbound.examples import NAMES, compact, raw_of
from tests.inbound.test_parse_message import ANY

PARSERS: dict[str, Any] = {
    "message": parse_message,
    "status": parse_status,
    "echo": parse_echo,
    "history": parse_history,
    "phonebook": parse_phonebook,
}
GUEST = Identity("phone", "+5511988887777")


def history(name: str) -> list[Elsewhere]:
    return [parse_history(item) for item in read(raw_of(f"coexistence_{name}")).items if item.kind == "history"]


def test_an_echo_is_the_salons_and_goes_to_the_guest() -> None:
    (item,) = read(raw_of("coexistence_echo")).items
    echo = parse_echo(item)
    assert (echo.direction, echo.source, echo.status) == ("out", "phone", "sent")
    assert (echo.message.identities, echo.message.text) == ((GUEST,), "Te espero às 14h")


def test_an_imported_talk_has_both_sides_and_what_became_of_each() -> None:
    found = [(one.direction, one.status, one.message.text) for one in history("history_phases")]
    assert found == [
        ("in", "delivered", "Tem vaga amanhã?"),
        ("out", "read", "Temos às 10h"),
        ("out", "failed", "Confirma?"),
        ("in", "delivered", "Obrigada!"),
        ("out", "sent", "Até breve"),
        ("in", "delivered", ""),
    ]


def test_an_imported_failure_says_why() -> None:
    assert history("history_phases")[2].reason == "131026 Message undeliverable"


def test_all_of_an_imported_talk_belong_to_its_guest() -> None:
    assert {one.message.identities[-1] for one in history("history_phases")[:5]} == {GUEST}


def test_a_file_that_stayed_on_the_phone_is_known() -> None:
    placeholder = history("history_phases")[5].message
    assert (placeholder.type, placeholder.is_known, placeholder.payload["of"]) == (
        "unsupported",
        True,
        "media_placeholder",
    )


def test_a_declined_import_is_no_message() -> None:
    (item,) = read(raw_of("coexistence_history_declined")).items
    assert (item.kind, item.item["errors"][0]["code"]) == ("coexistence", 2593109)


def test_the_phone_book_names_people() -> None:
    (item,) = read(raw_of("coexistence_contacts")).items
    entry = parse_phonebook(item)
    assert (entry.identities, entry.name, entry.is_removed) == ((GUEST,), "Lúcia Prado", False)


@pytest.mark.parametrize("parser", [parse_echo, parse_history, parse_phonebook])
def test_one_without_a_guest_is_unreadable(parser: Any) -> None:
    with pytest.raises(Unreadable):
        parser(RawItem(0, "echo", None, None, None, {"id": "wamid.x", "type": "text"}))


def parse_all(raw: bytes) -> None:
    """Read and parse; anything but Unreadable fails the test."""
    for item in read(raw).items:
        try:
            found = PARSERS[item.kind](item) if item.kind in PARSERS else None
        except Unreadable:
            continue
        message = getattr(found, "message", found)
        json.dumps(getattr(message, "payload", None), allow_nan=False)


@given(st.sampled_from(sorted(PARSERS)), ANY, ANY)
def test_i04_no_json_raises_anything_else(kind: str, item: Any, beside: Any) -> None:
    raw = RawItem(0, kind, None, None, None, item, beside if isinstance(beside, dict) else None)
    try:
        PARSERS[kind](raw)
    except Unreadable:
        pass


@given(st.sampled_from(NAMES), st.data())
def test_i04_no_change_of_an_example_raises_anything_else(name: str, data: st.DataObject) -> None:
    tree = json.loads(raw_of(name))
    place: Any = tree
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        below = place[key]
        if not isinstance(below, dict | list) or not below or data.draw(st.integers(0, 9)) == 0:
            break
        place = below
    place[key] = data.draw(ANY)
    parse_all(compact(tree))


@given(ANY)
def test_i04_no_json_at_all_raises(tree: Any) -> None:
    parse_all(compact(tree))
    parse_all(compact({"entry": tree}))
    parse_all(compact({"entry": {"id": "1", "changes": {"field": "history", "value": {"history": tree}}}}))
    parse_all(compact({"entry": {"changes": {"field": "smb_message_echoes", "value": {"message_echoes": tree}}}}))
