"""Every type of step looks like something, whatever a draft holds (FL-002)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from flows.builder.exits import exits_of
from flows.builder.palette import NEW
from flows.console.drawing import looks_for_page
from flows.console.looks import GROUPS, LOOKS, exit_label, look_of, summary
from flows.nodes.base import TYPES

CASES = Path(__file__).parent / "nodes" / "cases"
SPRITE = next(Path("static/vendor/tabler-icons").glob("*/sprite.svg")).read_text()
ODD: list[Any] = [None, 3, "x", [], {}, [3], [{}], {"a": 1}]
TONES = {"green", "blue", "purple", "orange", "teal", "yellow", "red", "muted"}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def cases(node_type: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / f"{node_type}.json").read_text()))


def test_every_type_has_a_look() -> None:
    assert LOOKS.keys() == TYPES.keys()


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_a_look_is_whole(node_type: str) -> None:
    look = LOOKS[node_type]
    assert str(look.label)
    assert str(look.hint).endswith(".")
    assert f'id="{look.icon}"' in SPRITE, "add it to static/vendor/update.py"
    assert look.tone in TONES
    assert look.group in GROUPS


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_every_exit_has_words(node_type: str) -> None:
    for case in cases(node_type):
        for leaving in case.get("exits", []):
            label = exit_label(case["node"], leaving)
            assert label, leaving


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_a_draft_is_summed_up_whatever_it_holds(node_type: str) -> None:
    for case in cases(node_type):
        node = case["node"]
        for name in node:
            for value in ODD:
                assert isinstance(summary({**node, "type": node_type, name: value} | {"type": node_type}), str)
        assert isinstance(summary({"type": node_type}), str)


def test_what_only_a_newer_release_knows_looks_plain() -> None:
    assert (look_of("teleport").label, look_of("teleport").icon) == ("teleport", "circle-dot")
    assert summary({"type": "teleport"}) == ""


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "start", "trigger": "keywords", "keywords": ["oi"], "also": [{"trigger": "api"}]},
         "When a guest writes: oi · When a program starts it"),
        ({"type": "start", "trigger": "schedule", "schedule": {"at": "10:00", "field": "birthday", "days": -2}},
         "2 days before “birthday” at 10:00"),
        ({"type": "start", "trigger": "schedule", "schedule": {"at": "09:00", "weekdays": [1, 7], "tags": ["vip"]}},
         "Mon, Sun 09:00 · vip"),
        ({"type": "send_message", "media": {"kind": "image", "file": "x", "caption": "Antes"}}, "Photo: Antes"),
        ({"type": "split", "ways": [{"id": "a", "percent": 70}, {"id": "b", "label": "B", "percent": 30}]},
         "a 70% · B 30%"),
        ({"type": "wait_for", "timeout": {"amount": 2, "unit": "hours"}}, "the guest writes (2 hours)"),
        ({"type": "wait_until", "weekdays": [5], "time": "18:00"}, "Fri 18:00"),
        ({"type": "business_hours", "week": {"mon": [{"from": "09:00", "to": "18:00"}]}}, "Mon 09:00–18:00"),
        ({"type": "tag_contact", "add": ["vip"], "remove": ["novo"]}, "+vip −novo"),
        ({"type": "http_request", "url": "https://a.com"}, "GET https://a.com"),
    ],
)  # fmt: skip
def test_a_step_in_a_line(node: dict[str, Any], words: str) -> None:
    assert summary(node) == words


def test_cases_and_ways_are_called_by_their_labels() -> None:
    node = {"type": "switch", "cases": [{"id": "a", "is": ["SP", 2]}, {"id": "b", "is": ["x"], "label": "B"}]}
    assert [exit_label(node, name) for name in ("a", "b", "else")] == ["SP, 2", "B", "otherwise"]


@pytest.mark.parametrize("node_type", sorted(NEW))
def test_fl_001_what_is_added_in_a_hurry_leaves_by_a_way_that_is_there(node_type: str) -> None:
    """FL-001: the canvas leads on from a new step before the page has told of it; what it cannot read, it is told."""
    guessed = {"ask": ["answered"], "condition": ["yes", "else"], "switch": ["case1", "else"], "send_message": ["done"],
               "business_hours": ["open", "closed"]}  # fmt: skip
    told = looks_for_page()[node_type]
    ways = [way["name"] for way in told["exits"]] if "exits" in told else guessed[node_type]
    assert set(ways) <= set(exits_of({"id": "new", "type": node_type, **NEW[node_type]}))
    assert ways or node_type == "end"
