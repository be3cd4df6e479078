"""What may stand in a text: known facts, and what the steps of the drawing set."""

from typing import Any

from flows.forms.variables import sample_vars, variables_of

GRAPH: dict[str, Any] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "n1", "type": "ask", "text": "Quantas?", "answer": "number", "variable": "guests"},
        {"id": "n2", "type": "set_variable", "variable": "price", "value": "vars.guests * 50"},
        {"id": "n3", "type": "ask", "text": "", "variable": "unfinished"},
    ],
    "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "n1"}],
}


def names(graph: dict[str, Any]) -> dict[str, str]:
    return {
        one.name: one.label for one in variables_of(graph, salon="Aurora", contact_fields=["birthday", "data ruim"])
    }


def test_variables_come_with_the_step_that_sets_them() -> None:
    """FL-005."""
    assert names(GRAPH)["vars.guests"] == "Set by “Question 1”"


def test_steps_that_are_not_finished_count_too() -> None:
    assert "vars.unfinished" in names(GRAPH)


def test_fields_of_contacts_that_can_be_written() -> None:
    found = names(GRAPH)
    assert "contact.fields.birthday" in found
    assert "contact.fields.data ruim" not in found


def test_samples_follow_from_each_other() -> None:
    assert sample_vars(GRAPH) == {"guests": 3, "price": 150, "unfinished": "Ana"}


def test_a_broken_drawing_breaks_nothing() -> None:
    assert names({"nodes": [{"id": 5}, "x", {"id": "a", "type": "ask", "choices": "no"}], "edges": []})


def test_what_a_booking_step_keeps_is_offered_in_its_parts() -> None:
    """FL-011: vars.booking.when, and not what the step keeps for itself."""
    nodes = [{"id": "s", "type": "find_slots", "text": "?"}, {"id": "b", "type": "book"}]
    names = {one.name for one in variables_of({"nodes": nodes}, salon="Aurora", contact_fields=[])}
    assert {"vars.slot.when", "vars.slot.price", "vars.booking.id", "vars.booking.professional"} <= names
    assert not {name for name in names if name.endswith(("_options", "_taken"))}
