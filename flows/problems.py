"""Everything that can be said of a drawing before it runs: what is wrong with it, and what looks like a mistake.

`Graph.parse` refuses what cannot be run. Here the rest is added: a loop that never waits and a flow that calls itself
(errors, as no execution gets through), and as warnings what leads nowhere or is never reached.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from pydantic import BaseModel

from flows.engine.expressions import Expression, ExpressionError, Template
from flows.engine.expressions.compiled import blanks_of
from flows.engine.expressions.tokens import Token, tokenise
from flows.graph import MAX_PROBLEMS, Drawing, Place, Problem, is_identifier, shape_problems
from flows.nodes.base import SPARE
from flows.nodes.outside import JsonBody
from flows.nodes.start import Start
from flows.nodes.subflow import Subflow

# Nodes whose exits are answers or cases: one that leads nowhere leaves somebody standing there.
QUESTIONS: Final = frozenset(
    {"ask", "send_message", "condition", "switch", "split", "wait_for", "business_hours", "choose_service", "book"}
    | {"choose_professional", "find_slots", "find_booking", "hold_slot", "reschedule", "cancel_booking"}
    | {"join_waitlist"}
)
# They wait for a program, which may answer at once: a loop through them needs a way out.
CALLS: Final = frozenset({"http_request"})
BY_HAND: Final = frozenset({"api", "none"})


def problems_of(data: Any, flow: str = "") -> list[Problem]:
    """Errors first, then warnings, `MAX_PROBLEMS` at most. `flow` is the public id of the flow that is drawn, if it has
    one. Never raises."""
    if found := list(shape_problems(data)):
        return found[:MAX_PROBLEMS]
    drawing = Drawing(data)
    found = [*drawing.problems, *errors_in(drawing, flow), *warnings_in(drawing, ways_drawn(data["edges"]))]
    return sorted(found, key=lambda problem: problem.level != "error")[:MAX_PROBLEMS]


def errors_in(drawing: Drawing, flow: str) -> Iterator[Problem]:
    """What can be read but never gets through."""
    for place in drawing.places.values():
        if flow and isinstance(place.node, Subflow) and place.node.flow == flow:
            yield Problem(place.id, "flow", "this flow calls itself", "Choose another flow, or draw an edge back.")
    for names in loops_in(drawing.places):
        way = " → ".join((*names[:5], "…") if len(names) > 5 else names)
        hint = "Put a question or a wait into it, or lead it elsewhere."
        yield Problem(names[0], "loop", f"a loop without a wait: {way}", hint)
    for names in circles(endless_in(drawing.places)):
        way = " → ".join((*names[:5], "…") if len(names) > 5 else names)
        hint = "Put a condition, a question or a wait into it."
        yield Problem(names[0], "loop", f"a loop of calls that nothing ends: {way}", hint)


def loops_in(places: dict[str, Place]) -> list[list[str]]:
    """Ways round in circles on which nothing waits, each as the nodes it leads through."""
    return circles(
        {
            name: [edge.to.id for edge in place.edges.values() if not edge.to.node.waits]
            for name, place in places.items()
            if not place.node.waits
        }
    )


def endless_in(places: dict[str, Place]) -> dict[str, list[str]]:
    """The ways between nodes from which only calls to programs follow, for ever: no question, no wait, no end. Loops
    without any call are left out, as they are told already."""
    inside = {
        name: [edge.to.id for edge in place.edges.values()]
        for name, place in places.items()
        if (place.type in CALLS or not place.node.waits) and not may_end(place)
    }
    while outside := [name for name, following in inside.items() if any(to not in inside for to in following)]:
        for name in outside:
            del inside[name]
    told = {name for loop in loops_in(places) for name in loop}
    return {name: [to for to in ways if to not in told] for name, ways in inside.items() if name not in told}


def may_end(place: Place) -> bool:
    """Whether the flow may come to its end right here."""
    return any(name not in SPARE and name not in place.edges for name in place.node.exits()) or not place.edges


def circles(ways: dict[str, list[str]]) -> list[list[str]]:
    """Circles in a graph, given as what follows each node; none shares a node with another. Empties `ways`."""
    found: list[list[str]] = []
    while peel(ways):
        path = [next(iter(ways))]
        while (following := ways[path[-1]][0]) not in path:
            path.append(following)
        loop = path[path.index(following) :]
        found.append(loop)
        for name in loop:
            del ways[name]
    return found


def peel(ways: dict[str, list[str]]) -> bool:
    """Take away what leads nowhere, again and again; whether anything is left, which then leads in circles."""
    while True:
        for name, following in ways.items():
            ways[name] = [to for to in following if to in ways]
        ends = [name for name, following in ways.items() if not following]
        for name in ends:
            del ways[name]
        if not ends:
            return bool(ways)


def ways_drawn(edges: list[Any]) -> dict[str, dict[str, str]]:
    """Where each exit of each node leads, also to and from nodes that cannot be read."""
    found: dict[str, dict[str, str]] = {}
    for raw in edges:
        if isinstance(raw, dict) and all(is_identifier(raw.get(key)) for key in ("from", "exit", "to")):
            found.setdefault(raw["from"], {})[raw["exit"]] = raw["to"]
    return found


def warnings_in(drawing: Drawing, ways: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """What runs, but hardly as it was meant."""
    start = next((place for place in drawing.places.values() if isinstance(place.node, Start)), None)
    if start is None:
        return
    yield from unreachable(drawing.places, start, ways)
    for place in drawing.places.values():
        yield from open_exits(place, ways.get(place.id, {}))
    yield from unknown_variables(drawing, cast(Start, start.node))


def unreachable(places: dict[str, Place], start: Place, ways: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """Nodes that no way leads to."""
    seen, waiting = {start.id}, [start.id]
    while waiting:
        for to in ways.get(waiting.pop(), {}).values():
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    for name in places:
        if name not in seen:
            yield Problem(name, "", "no way leads here", "Draw an edge to it, or delete it.", "warning")


def open_exits(place: Place, ways: dict[str, str]) -> Iterator[Problem]:
    """Answers and cases that nothing follows."""
    if isinstance(place.node, Start) and not ways:
        yield Problem(place.id, "exit.done", "nothing follows the start", "Draw an edge from it.", "warning")
    if place.type not in QUESTIONS:
        return
    for leaving in place.node.exits():
        if leaving not in SPARE and leaving not in ("done", "else") and leaving not in ways:
            hint = "The flow ends there. Draw an edge from it, to an end if that is meant."
            yield Problem(place.id, f"exit.{leaving}", f"nothing follows {leaving}", hint, "warning")


def unknown_variables(drawing: Drawing, start: Start) -> Iterator[Problem]:
    """Variables that are read and that nothing sets. A flow begun by hand or by a program gets its own from there."""
    if drawing.problems or any(trigger.trigger in BY_HAND for trigger in start.triggers()):
        return
    known = {name for place in drawing.places.values() for name in place.node.sets()}
    for place in drawing.places.values():
        told: set[str] = set()
        for field, name, position in variables_of(place.node):
            if name not in known and name not in told:
                told.add(name)
                hint = f"Look at character {position + 1}."
                yield Problem(place.id, field, f"nothing sets vars.{name}", hint, "warning")


def variables_of(node: BaseModel) -> Iterator[tuple[str, str, int]]:
    """The variables that the settings of a node read: field, name, and where in its text."""
    for field, value in parts_of("", node):
        source = value.source
        spans = [(0, len(source))] if isinstance(value, Expression) else blanks_of(source)
        for start, end in spans:
            for name, position in names_in(source[start:end]):
                yield field, name, start + position


def names_in(source: str) -> Iterator[tuple[str, int]]:
    """The variables of one expression, with where they stand."""
    try:
        tokens = tokenise(source)
    except ExpressionError:  # `{{ secret.NAME }}` is none; the rest was read before
        return
    for number, token in enumerate(tokens[:-2]):
        follows = tokens[number - 1].value == "." if number else False
        if token.kind == "name" and token.value == "vars" and not follows and is_member(tokens, number):
            yield tokens[number + 2].value, token.position


def is_member(tokens: list[Token], number: int) -> bool:
    """Whether `.name` follows, and no call."""
    dot, name = tokens[number + 1], tokens[number + 2]
    called = len(tokens) > number + 3 and tokens[number + 3].kind == "sign" and tokens[number + 3].value == "("
    return dot.value == "." and name.kind == "name" and not called


def parts_of(path: str, value: Any) -> Iterator[tuple[str, Expression | Template]]:
    """All expressions and templates in settings, with the names of their fields."""
    if isinstance(value, Expression | Template):
        yield path, value
    elif isinstance(value, JsonBody):
        yield from parts_of(path, value.source)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from parts_of(f"{path}.{name}" if path else name, getattr(value, name))
    elif isinstance(value, dict):
        yield from inside(path, value.items())
    elif isinstance(value, tuple | list):
        yield from inside(path, enumerate(value))


def inside(path: str, items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Expression | Template]]:
    """Of each item."""
    for name, item in items:
        yield from parts_of(f"{path}.{name}", item)
