"""Each type of message becomes a typed value; carelessness of the sender becomes Unreadable or nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_wa.inbound.identity import Identity
from channels_wa.inbound.parse import InboundMessage, Unreadable, parse_message
from channels_wa.inbound.parse.kinds import READERS
from channels_wa.inbound.reading import RawItem, read
from tests.inbound.examples import NAMES, compact, delivery, item_of, message

EXAMPLES = [name for name in NAMES if name.startswith("message_")]


def parsed(name: str) -> InboundMessage:
    """The message of an example."""
    return parse_message(item_of(f"message_{name}"))


def parsed_of(**more: Any) -> InboundMessage:
    """A plain message with something changed."""
    (item,) = read(compact(delivery(message(**more)))).items
    return parse_message(item)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_can_be_read_and_stored(name: str) -> None:
    found = parse_message(item_of(name))
    assert found.wamid.startswith("wamid.")
    assert found.identities
    assert found.sent_at == datetime.fromtimestamp(1795000000, UTC)
    json.dumps(found.payload, allow_nan=False)


def test_every_type_has_an_example() -> None:
    assert {item_of(name).item["type"] for name in EXAMPLES} >= READERS.keys()


WORDS = {
    "text": "Oi! Tem horário sábado? 💇\u200d♀️",
    "button": "Confirmo",
    "button_reply": "Corte",
    "list_reply": "Sáb 14:00",
    "image": "Quero assim",
    "video": "",
    "document": "comprovante.pdf",
    "location": "MASP",
    "location_as_text": "-23.561414, -46.655881",
    "contacts": "Rui Tavares",
    "reaction": "❤️",
    "reaction_removed": "",
    "order": "Entregam hoje?",
    "system_changed_number": "Lúcia Prado mudou de número",
    "unsupported": "",
    "edit": "Oi! Tem horário domingo?",
    "flow_reply": "Enviado",
}


@pytest.mark.parametrize(("name", "words"), WORDS.items(), ids=WORDS.keys())
def test_the_conversation_shows_the_guests_words(name: str, words: str) -> None:
    assert parsed(name).text == words


CHOSEN = {
    "button": ("confirm:77", "Confirmo"),
    "button_reply": ("service:cut", "Corte"),
    "list_reply": ("slot:2026-11-28T14:00", "Sáb 14:00"),
    "text": (None, None),
}


@pytest.mark.parametrize(("name", "chosen"), CHOSEN.items(), ids=CHOSEN.keys())
def test_a_choice_has_its_id_and_its_title(name: str, chosen: tuple[str, str]) -> None:
    found = parsed(name)
    assert (found.reply_id, found.reply_title) == chosen


PARTS: dict[str, dict[str, Any]] = {
    "voice": {"voice": True, "media_id": "1480029374650112", "mime_type": "audio/ogg; codecs=opus"},
    "sticker": {"animated": True},
    "reaction_removed": {"removed": True},
    "flow_reply": {"answers": {"flow_token": "t-1", "how": "indicação", "age": 31}},
    "order": {"items": [{"product": "oleo-argan-60", "quantity": 2, "price": 49.9, "currency": "BRL"}]},
    "system_changed_number": {"event": "user_changed_number", "phone": "+5511966665555"},
    "unsupported": {"of": "poll"},
    "unknown_type": {"of": "hologram"},
    "text_forwarded": {"forwarded": True},
    "text_about_product": {"product": "oleo-argan-60"},
    "in_group": {"group_id": "120363000000000001@g.us"},
    "call_permission": {"kind": "call_permission_reply"},
}


@pytest.mark.parametrize(("name", "parts"), PARTS.items(), ids=PARTS.keys())
def test_the_payload_has_what_is_needed_to_show_it(name: str, parts: dict[str, Any]) -> None:
    assert parsed(name).payload.items() >= parts.items()


def test_an_unknown_type_is_kept_and_marked() -> None:
    found = parsed("unknown_type")
    assert (found.type, found.is_known) == ("unsupported", False)
    assert parsed("unsupported").is_known


def test_an_answer_names_the_message_it_quotes() -> None:
    assert parsed("text_quoting").quoted_wamid == item_of("message_text_quoting").item["context"]["id"]


def test_an_ad_is_remembered() -> None:
    referral = parsed("text_from_ad").referral
    assert referral and referral["ctwa_clid"] == "ARAkLkA8rmlFeiCktEJQ"


WHO = {
    "text": [("bsuid", "BR.40233198765432101234"), ("phone", "+5511988887777")],
    "without_phone": [("bsuid", "BR.70011122233344455566")],
    "bsuid_in_from": [("bsuid", "BR.70011122233344455566")],
    "phone_only": [("phone", "+5511988887777")],
    "parent_user_id": [
        ("bsuid", "BR.40233198765432101234"),
        ("phone", "+5511988887777"),
        ("parent_bsuid", "BR.ENT.88000111222333"),
    ],
}


@pytest.mark.parametrize(("name", "who"), WHO.items(), ids=WHO.keys())
def test_the_sender_is_known_by_all_names(name: str, who: list[tuple[str, str]]) -> None:
    assert parsed(name).identities == tuple(Identity(*one) for one in who)


def test_a_user_name_is_read() -> None:
    assert (parsed("without_phone").profile_name, parsed("without_phone").username) == ("Nina", "@nina.cachos")


MOMENTS = [("1795000000", True), (1795000000, True), (1795000000123, True), ("", False), ("soon", False), (-1, False)]
MOMENTS += [("9" * 25, False), ([], False), (True, False), ("nan", False), ("inf", False)]


@pytest.mark.parametrize(("value", "is_moment"), MOMENTS, ids=repr)
def test_metas_seconds_are_for_display_and_never_an_obstacle(value: object, is_moment: bool) -> None:
    found = parsed_of(timestamp=value).sent_at
    assert (found is not None and found.year == 2026) == is_moment


@pytest.mark.parametrize("inner", ['{"a": "\\u0000"}', '{"a": NaN}', "[" * 9999, "not JSON", '{"a": 1e999}'])
def test_json_within_json_stays_a_text_when_it_is_bad(inner: str) -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"response_json": inner}}
    assert parsed_of(type="interactive", interactive=reply).payload["answers"] == inner


def test_an_item_with_a_problem_is_not_read() -> None:
    with pytest.raises(Unreadable, match="no id"):
        parse_message(RawItem(0, "message", "messages", "1", "2", {}, problem="no id"))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
SHAPES = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(READERS)) | ANY},
    optional=dict.fromkeys(("from", "from_user_id", "timestamp", "context", "referral", "group_id", "errors"), ANY),
)


@given(SHAPES, ANY, st.dictionaries(st.sampled_from(["id", "type", "title", "name", "caption", "message"]), ANY))
def test_it_raises_nothing_but_what_it_declares(shape: dict[str, Any], contact: Any, body: dict[str, Any]) -> None:
    kind = shape["type"] if isinstance(shape["type"], str) else "text"
    raw = compact(
        delivery({**message(), kind: body, **shape}, contacts=[{"wa_id": "5511988887777", "profile": contact}])
    )
    for item in read(raw).items:
        try:
            found = parse_message(item)
        except Unreadable:
            continue
        json.dumps(found.payload, allow_nan=False)
        assert "\0" not in found.text
