"""FL-003: which flows want the same message, and which of them begins."""

from typing import Any
from uuid import UUID

import pytest

from flows.nodes.start import Start
from flows.triggers.conflicts import MOST, Conflict, Wanting, conflicts


def flow(number: int, trigger: str, priority: int = 0, **settings: Any) -> Wanting:
    start = Start.model_validate({"trigger": trigger, **settings})
    return Wanting(number, UUID(int=number), f"flow {number}", priority, start.triggers())


def words(number: int, *keywords: str, priority: int = 0, **more: Any) -> Wanting:
    return flow(number, "keywords", priority, keywords=list(keywords), **more)


def told(*flows: Wanting) -> list[tuple[str, str, int, int]]:
    return [(one.kind, one.thing, one.winner.flow_id, one.loser.flow_id) for one in conflicts(flows)]


def test_two_want_the_same_word_and_the_older_begins() -> None:
    assert told(words(2, "Oi", "preço"), words(1, "oi!")) == [("keyword", "oi", 1, 2)]


def test_the_higher_priority_begins() -> None:
    assert told(words(1, "oi"), words(2, "oi", priority=1)) == [("keyword", "oi", 2, 1)]


def test_a_word_inside_of_a_phrase() -> None:
    assert told(words(1, "bom dia", match="word"), words(2, "oi bom dia")) == [("keyword", "oi bom dia", 1, 2)]
    assert told(words(1, "bom dia"), words(2, "oi bom dia")) == []
    assert told(words(1, "dia", match="word"), words(2, "diabo")) == []


@pytest.mark.parametrize(
    ("trigger", "kind", "settings"),
    [
        ("any_message", "any", {}),
        ("first_contact", "first_contact", {}),
        ("referral", "ad", {}),
    ],
)
def test_two_of_a_kind(trigger: str, kind: str, settings: dict[str, Any]) -> None:
    assert told(flow(1, trigger, **settings), flow(2, trigger, **settings)) == [(kind, "", 1, 2)]


def test_buttons_and_ads_are_told_by_name() -> None:
    assert told(flow(1, "button", replies=["Sim", "n1:no"]), flow(2, "button", replies=["sim"])) == [
        ("button", "sim", 1, 2)
    ]
    assert told(flow(1, "referral", sources=["7", "8"]), flow(2, "referral", sources=["8"])) == [("ad", "8", 1, 2)]
    assert told(flow(1, "referral", sources=["7"]), flow(2, "referral", sources=["8"])) == []
    assert told(flow(1, "referral"), flow(2, "referral", sources=["8"])) == [("ad", "8", 1, 2)]


def test_one_that_takes_everything_first_leaves_nothing() -> None:
    assert told(flow(1, "any_message", 1), words(2, "oi"), words(3, "oi")) == [
        ("all", "", 1, 2), ("all", "", 1, 3), ("keyword", "oi", 2, 3),
    ]  # fmt: skip


def test_who_asks_for_more_goes_before_any_message_of_the_same_priority() -> None:
    assert told(flow(1, "any_message"), words(2, "oi"), flow(3, "first_contact")) == []


def test_what_begins_by_itself_is_in_nobodys_way() -> None:
    assert told(flow(1, "any_message", 5), flow(2, "tag_added"), flow(3, "tag_added"), flow(4, "api")) == []


def test_one_of_several_triggers_is_enough() -> None:
    also = [{"trigger": "keywords", "keywords": ["oi"]}]
    assert told(words(1, "oi"), flow(2, "first_contact", also=also)) == [("keyword", "oi", 1, 2)]


def test_it_is_said_in_words() -> None:
    [found] = conflicts([words(1, "oi"), words(2, "oi")])
    assert found.words == "“flow 1” and “flow 2” both want “oi”. “flow 1” begins."
    assert all(Conflict(kind, "x", *[words(1, "oi")] * 2).words for kind in ("any", "button", "ad", "all"))


def test_many_flows_with_many_words_are_looked_through_at_once() -> None:
    many = [words(n, *(f"word {m}" for m in range(50)), match="word") for n in range(200)]
    assert len(conflicts(many)) == MOST
