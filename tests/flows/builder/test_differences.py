"""What changed between two drawings (FL-001): each kind of change, in words and as marks."""

from copy import deepcopy
from typing import Any

from flows.builder.differences import compare, merged
from tests.flows.flow import drawing, say

JSON = dict[str, Any]
BEFORE = drawing(
    say("hi", "Oi!", buttons=[{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]),
    say("bye", "Tchau!"),
    edges="start.done>hi hi.yes>bye",
)


def changed(**settings: Any) -> JSON:
    """The drawing with other settings of its first message."""
    after = deepcopy(BEFORE)
    after["nodes"][1] |= settings
    return after


def test_the_same_is_no_difference() -> None:
    """FL-001."""
    found = compare(BEFORE, deepcopy(BEFORE))
    assert found.is_empty
    assert found.sentences() == []


def test_a_changed_text_is_told_before_and_after() -> None:
    """FL-001."""
    (line,) = compare(BEFORE, changed(text="Olá!")).sentences()
    assert "“Oi!”, is now “Olá!”" in line


def test_a_changed_button_is_told_by_itself() -> None:
    """FL-001: not the whole list of them."""
    after = changed(buttons=[{"id": "yes", "title": "Claro"}, {"id": "no", "title": "Não"}])
    (step,) = compare(BEFORE, after).steps
    assert [(one.path, one.before, one.after) for one in step.fields] == [("buttons.yes.title", "Sim", "Claro")]


def test_buttons_in_another_order_are_a_change() -> None:
    """FL-001: guests see it."""
    after = changed(buttons=[{"id": "no", "title": "Não"}, {"id": "yes", "title": "Sim"}])
    (step,) = compare(BEFORE, after).steps
    assert [(one.before, one.after) for one in step.fields] == [("yes, no", "no, yes")]


def test_added_and_removed_steps_are_named_by_what_they_say() -> None:
    """FL-001."""
    after = deepcopy(BEFORE)
    after["nodes"][2] = say("new", "Até logo!")
    after["edges"][1]["to"] = "new"
    found = compare(BEFORE, after)
    lines = found.sentences()
    assert any("Tchau!" in line and line.startswith("Removed") for line in lines)
    assert any("Até logo!" in line and line.startswith("Added") for line in lines)
    assert found.nodes == {"hi": "changed", "new": "added", "bye": "removed"}


def test_a_way_that_leads_elsewhere_is_told() -> None:
    """FL-001."""
    after = deepcopy(BEFORE)
    after["edges"].pop()
    (line,) = compare(BEFORE, after).sentences()
    assert "leads nowhere now" in line and "Tchau!" in line
    assert compare(BEFORE, after).edges == {"e2": "removed"}


def test_a_step_of_another_type_is_another_step() -> None:
    """FL-001."""
    after = deepcopy(BEFORE)
    after["nodes"][2] = {"id": "bye", "type": "end"}
    assert {step.kind for step in compare(BEFORE, after).steps} == {"added", "removed"}


def test_moving_is_cosmetic() -> None:
    """FL-001: guests notice nothing."""
    found = compare(changed(position={"x": 0, "y": 0}), changed(position={"x": 5, "y": 5}))
    assert found.is_cosmetic and not found.is_empty
    assert len(found.sentences()) == 1


def test_what_is_laid_out_for_the_first_time_was_not_moved() -> None:
    """FL-001: a drawing that a program made has no places until somebody opens it."""
    assert compare(BEFORE, changed(position={"x": 5, "y": 5})).is_empty


def test_a_long_list_is_cut() -> None:
    """FL-001."""
    nodes = [say(f"n{number}", f"{number}") for number in range(30)]
    lines = compare(BEFORE, {**BEFORE, "nodes": [*BEFORE["nodes"], *nodes]}).sentences(most=5)
    assert len(lines) == 5 and "26" in lines[-1]


def test_a_draft_that_is_half_filled_in_is_compared_as_well() -> None:
    """FL-001."""
    half = {"id": "bye", "type": "wait"}
    after = {**BEFORE, "nodes": [*BEFORE["nodes"][:2], half]}
    assert compare(BEFORE, after).sentences()


def test_what_went_is_shown_beside_what_is_there() -> None:
    """FL-001: the diff on the canvas."""
    after = {**BEFORE, "nodes": BEFORE["nodes"][:2], "edges": BEFORE["edges"][:1]}
    both = merged(BEFORE, after)
    assert [node["id"] for node in both["nodes"]] == ["start", "hi", "bye"]
    assert [edge["id"] for edge in both["edges"]] == ["e1", "e2"]
