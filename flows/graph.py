"""The drawing of a flow: nodes with named exits, and edges from exit to node.

{"version": 1,
 "nodes": [{"id": "n1", "type": "start", "position": {"x": 0, "y": 0}, "trigger": "any_message"}, …],
 "edges": [{"id": "e1", "from": "n1", "exit": "done", "to": "n2"}, …],
 "notes": [{"id": "note1", "text": "Ask Ana about this", "position": {"x": 0, "y": 0},
   "size": {"width": 200, "height": 80}}, …]}

Notes are for whoever draws; the engine knows nothing of them.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeGuard, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

import flows.nodes  # noqa: F401  every type of node makes itself known
from flows.nodes.base import TYPES, Node
from flows.nodes.start import Start

VERSION: Final = 1
MAX_NODES: Final = 500
MAX_EDGES: Final = 2_000
MAX_NOTES: Final = 200
MAX_NOTE: Final = 2_000
MAX_CHARS: Final = 1_000_000  # all texts of a drawing together
MAX_DEPTH: Final = 16
MAX_PROBLEMS: Final = 100
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a drawing: where, what, and what to do. `node` is empty if it is the whole drawing.

    `level` is `error` (it cannot be published) or `warning` (it runs, but hardly as it was meant).
    """

    node: str
    field: str
    message: str
    hint: str = ""
    level: Literal["error", "warning"] = "error"

    def to_json(self) -> dict[str, str]:
        return {
            "node": self.node,
            "field": self.field,
            "message": self.message,
            "hint": self.hint,
            "level": self.level,
        }


class GraphError(Exception):
    """A drawing that cannot be run; `problems` has all that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.node or 'flow'}: {problem.message}" for problem in problems[:5]))
        self.problems = problems


@dataclass(slots=True)
class Edge:
    """A way from an exit to a place."""

    id: str
    exit: str
    to: "Place"


@dataclass(slots=True)
class Place:
    """A node where it stands, and the ways out of it by exit."""

    id: str
    type: str
    node: Node
    position: tuple[float, float]
    edges: dict[str, Edge] = field(default_factory=dict)
    # Seconds in which several messages of a guest are one answer; 0: each for itself.
    gather_s: int = 0


@dataclass(slots=True)
class Graph:
    """A drawing that was checked. Parse it once and keep it: nothing in it changes."""

    places: dict[str, Place]
    start: Place

    @classmethod
    def parse(cls, data: Any) -> "Graph":
        """Check a drawing as JSON gave it; raises GraphError with everything that is wrong."""
        refuse(list(shape_problems(data)))
        drawing = Drawing(data)
        refuse(drawing.problems)
        return cls(drawing.places, next(place for place in drawing.places.values() if isinstance(place.node, Start)))

    @property
    def trigger(self) -> Start:
        """What makes the flow begin."""
        return cast(Start, self.start.node)  # parse saw to it


def refuse(problems: list[Problem]) -> None:
    """Raise if there is any problem."""
    if problems:
        raise GraphError(problems[:MAX_PROBLEMS])


def shape_problems(data: Any) -> Iterator[Problem]:
    """What makes a drawing unreadable as a whole."""
    if not isinstance(data, dict):
        yield Problem("", "", "a flow is a JSON object")
        return
    if data.get("version") != VERSION or type(data.get("version")) is not int:
        yield Problem("", "version", f"version must be {VERSION}")
    is_large = len(data) > MAX_NODES
    for name, most in (("nodes", MAX_NODES), ("edges", MAX_EDGES), ("notes", MAX_NOTES)):
        items = data.get(name, [] if name == "notes" else None)
        if not isinstance(items, list):
            yield Problem("", name, f"{name} must be a list")
        elif len(items) > most:
            is_large = True
            yield Problem(
                "", name, f"a flow has at most {most} {name}, this has {len(items)}", "Split it into two flows."
            )
    if is_large:
        # What is far too large is not even read: refusing it must cost next to nothing.
        return
    for name in sorted(map(str, data.keys() - {"version", "nodes", "edges", "notes"}))[:5]:
        yield Problem("", name[:64], f"{name[:64]} is not known", "Delete it.")
    try:
        if weight(data) > MAX_CHARS:
            yield Problem("", "", f"a flow has at most {MAX_CHARS} characters", "Split it into two flows.")
    except ValueError as error:
        yield Problem("", "", str(error))


def weight(data: Any, depth: int = 0) -> int:
    """About how many characters it has as JSON; raises ValueError for what JSON in PostgreSQL cannot hold."""
    if depth > MAX_DEPTH:
        raise ValueError("this is nested too deeply")
    if isinstance(data, str):
        if "\0" in data or any("\ud800" <= character <= "\udfff" for character in data):
            raise ValueError("a text holds a character that cannot be stored")
        return len(data)
    if isinstance(data, dict):
        return sum(weight(key, depth + 1) + weight(item, depth + 1) for key, item in data.items())
    if isinstance(data, list):
        return sum(1 + weight(item, depth + 1) for item in data)
    return 8


class Drawing:
    """A drawing while it is read: what is well is in `places`, the rest in `problems`."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self.edge_ids: set[str] = set()
        nodes = [raw for raw in data["nodes"] if isinstance(raw, dict)]
        # Also nodes that cannot be read, so that one mistake is not told twice.
        self.drawn_ids = {raw["id"] for raw in nodes if is_identifier(raw.get("id"))}
        for number, raw in enumerate(data["nodes"]):
            self.add_place(raw, number)
        for number, raw in enumerate(data["edges"]):
            self.add_edge(raw, f"edges[{number}]")
        seen: set[str] = set()
        for number, raw in enumerate(data.get("notes", [])):
            self.check_note(raw, f"notes[{number}]", seen)
        starts = sum(raw.get("type") == "start" for raw in nodes)
        if starts != 1:
            hint = "Keep one start and delete the others." if starts else "Draw a start."
            self.report("", "nodes", f"a flow has one start, this has {starts}", hint)

    def report(self, node: str, field: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(node, field, message, hint))

    def check_note(self, raw: Any, where: str, seen: set[str]) -> None:
        """A note is only kept, so it need only be one."""
        if not isinstance(raw, dict) or not {"id", "text", "position"} <= raw.keys() <= {
            "id",
            "text",
            "position",
            "size",
        }:
            return self.report("", where, "a note has id, text, position and perhaps size, and nothing else")
        if not is_identifier(raw["id"]) or raw["id"] in seen:
            return self.report("", f"{where}.id", "a note needs an id of its own, of letters, digits, - and _")
        seen.add(raw["id"])
        if not isinstance(raw["text"], str) or len(raw["text"]) > MAX_NOTE:
            return self.report("", f"{where}.text", f"a note is a text of at most {MAX_NOTE} characters")
        if position_of(raw["position"]) is None:
            return self.report("", f"{where}.position", "a position has two numbers, x and y")
        size = raw.get("size", {"width": 1, "height": 1})
        if not isinstance(size, dict) or size.keys() != {"width", "height"} or not all(map(is_length, size.values())):
            return self.report("", f"{where}.size", "a size has two numbers, width and height")
        return None

    def add_place(self, raw: Any, number: int) -> None:
        """Read one node, or say what is wrong with it."""
        if not isinstance(raw, dict):
            return self.report("", f"nodes[{number}]", "a node is a JSON object")
        name, node_type = raw.get("id"), raw.get("type")
        if not is_identifier(name):
            return self.report("", f"nodes[{number}].id", "a node needs an id of letters, digits, - and _")
        if name in self.places:
            return self.report(name, "id", f"two nodes have the id {name}", "Give one of them another id.")
        if not isinstance(node_type, str) or node_type not in TYPES:
            known = ", ".join(sorted(TYPES))
            return self.report(name, "type", f"there is no node type {str(node_type)[:64]}", f"Known types: {known}.")
        position = position_of(raw.get("position", {"x": 0, "y": 0}))
        if position is None:
            return self.report(name, "position", "a position has two numbers, x and y")
        settings = {key: value for key, value in raw.items() if key not in ("id", "type", "position")}
        try:
            node = TYPES[node_type].model_validate(settings)
        except ValidationError as error:
            self.problems += setting_problems(name, error)
        else:
            self.places[name] = Place(name, node_type, node, position, gather_s=getattr(node, "gather_s", 0))

    def add_edge(self, raw: Any, where: str) -> None:
        """Read one edge into the place it leaves, or say what is wrong with it."""
        if not isinstance(raw, dict) or raw.keys() != {"id", "from", "exit", "to"}:
            return self.report("", where, "an edge has id, from, exit and to, and nothing else")
        for key, value in raw.items():
            if not is_identifier(value):
                return self.report("", f"{where}.{key}", f"{key} is made of letters, digits, - and _")
        name, source, leaving, target = raw["id"], raw["from"], raw["exit"], raw["to"]
        if name in self.edge_ids:
            self.report(source, "edges", f"two edges have the id {name}", "Give one of them another id.")
        self.edge_ids.add(name)
        for key in ("from", "to"):
            if raw[key] not in self.drawn_ids:
                self.report("", f"{where}.{key}", f"the edge {name} hangs: there is no node {raw[key]}", "Delete it.")
        if source in self.places and target in self.places:
            self.connect(self.places[source], Edge(name, leaving, self.places[target]))
        return None

    def connect(self, place: Place, edge: Edge) -> None:
        """Let an edge leave by its exit, if the node has it and it is free."""
        exits = place.node.exits()
        if edge.exit not in exits:
            hint = f"Exits of this node: {', '.join(exits) or 'none'}."
            self.report(place.id, f"exit.{edge.exit}", f"the edge {edge.id} leaves by an exit that is not there", hint)
        elif edge.exit in place.edges:
            self.report(place.id, f"exit.{edge.exit}", f"two edges leave by {edge.exit}", f"Delete the edge {edge.id}.")
        elif isinstance(edge.to.node, Start):
            self.report(edge.to.id, "edges", "no edge can lead to the start", f"Delete the edge {edge.id}.")
        else:
            place.edges[edge.exit] = edge


def setting_problems(node: str, error: ValidationError) -> list[Problem]:
    """Pydantic's findings in our words. A list with a bad item it calls too short as well, which helps nobody."""
    found = error.errors(include_url=False, include_input=False)
    places = [detail["loc"] for detail in found]
    return [
        setting_problem(node, detail)
        for detail in found
        if not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def setting_problem(node: str, detail: ErrorDetails) -> Problem:
    """One finding in our words."""
    ctx = detail.get("ctx", {})
    loc = (*detail["loc"], ctx["field"]) if detail["type"] == "settings" and ctx["field"] else detail["loc"]
    field = ".".join(str(part) for part in loc)[:200]
    if detail["type"] == "extra_forbidden":
        return Problem(node, field, f"{field} is not known", "Delete it.")
    hint = f"Look at character {detail['ctx']['character']}." if detail["type"] == "expression" else ""
    return Problem(node, field, detail["msg"][:500], hint)


def position_of(raw: Any) -> tuple[float, float] | None:
    """Where a node is drawn."""
    if not isinstance(raw, dict) or raw.keys() != {"x", "y"}:
        return None
    for number in (raw["x"], raw["y"]):
        if type(number) not in (int, float) or not -1e6 < number < 1e6 or not math.isfinite(number):
            return None
    return float(raw["x"]), float(raw["y"])


def is_length(number: Any) -> bool:
    """Whether it may be the width of something drawn."""
    return type(number) in (int, float) and 0 < number < 1e5


def is_identifier(value: Any) -> TypeGuard[str]:
    """Whether it may name a node, an exit or an edge."""
    return isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None
