"""A version's drawing in words: what the canvas, the outline and the console call each step and each exit."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from flows.builder.exits import exits_of
from flows.builder.palette import NEW
from flows.console import canvas_words as canvas
from flows.console.looks import GROUPS, LOOKS, SPARE, exit_label, is_offered, look_of, summary

# Left by what stands in their settings, which the canvas reads itself (static/src/flow/src/looks.js).
_BY_SETTINGS = frozenset({"send_message", "ask", "condition", "switch", "business_hours"})


@dataclass(frozen=True)
class Exit:
    """A way out, where it leads to (empty: the flow ends there)."""

    name: str
    label: str
    to: str
    to_title: str

    # Whether it is shown although nobody needs it: who sets a time-out or calls a program wants to say what then.
    is_offered: bool = False

    @property
    def is_spare(self) -> bool:
        """Whether the flow is whole without an edge from it, and there is none."""
        return not self.to and self.name in SPARE

    @property
    def is_drawn(self) -> bool:
        """Whether the canvas shows it."""
        return self.is_offered or not self.is_spare


@dataclass(frozen=True)
class DrawnStep:
    """One node in words."""

    id: str
    type: str
    kind: str
    title: str
    icon: str
    summary: str
    exits: list[Exit]

    @property
    def offered(self) -> list[Exit]:
        """Ways out that lead nowhere, need not, and are shown all the same."""
        return [way for way in self.exits if way.is_spare and way.is_offered]

    def exit_label(self, name: str) -> str:
        """What an exit is called."""
        return next((way.label for way in self.exits if way.name == name), name)


def described(graph: dict[str, Any]) -> dict[str, DrawnStep]:
    """The steps of a drawing by id, in the order they are drawn."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    edges = {(edge["from"], edge["exit"]): edge["to"] for edge in graph["edges"]}
    exits = _exits(graph)
    titles = _titles(nodes)
    return {
        name: DrawnStep(
            id=name,
            type=node["type"],
            kind=kind_of(node["type"]),
            title=titles[name],
            icon=look_of(node["type"]).icon,
            summary=summary(node),
            exits=[
                Exit(leaving, exit_label(node, leaving), to, titles.get(to, to), is_offered(node["type"], leaving))
                for leaving in exits.get(name, [])
                for to in [edges.get((name, leaving), "")]
            ],
        )
        for name, node in nodes.items()
    }


def for_canvas(steps: dict[str, DrawnStep]) -> dict[str, Any]:
    """What the canvas is told of each node; `more` are ways out that it does not draw, for where one connects."""
    return {
        step.id: {
            "title": step.title,
            "summary": step.summary,
            "exits": [_for_canvas(way) for way in step.exits if way.is_drawn],
            "more": [_for_canvas(way) for way in step.exits if not way.is_drawn],
        }
        for step in steps.values()
    }


def _for_canvas(way: Exit) -> dict[str, Any]:
    return {"name": way.name, "label": way.label, **({"spare": True} if way.is_spare else {})}


def canvas_words() -> dict[str, Any]:
    """The canvas' own words."""
    return {
        "types": {name: str(look.label) for name, look in LOOKS.items()},
        "looks": looks_for_page(),
        **canvas.words(),
        "aria": {
            "controls.ariaLabel": _("Zoom"),
            "controls.zoomIn.ariaLabel": _("Nearer"),
            "controls.zoomOut.ariaLabel": _("Farther"),
            "minimap.ariaLabel": _("Small map of the flow"),
            "node.a11yDescription.default": _("Press Enter to choose this step."),
            "node.a11yDescription.keyboardDisabled": _("Press Enter to choose this step."),
        },
    }


def looks_for_page() -> dict[str, dict[str, Any]]:
    """How the types look, for the page's own code."""
    new = described({"nodes": [{"id": name, "type": name, **NEW[name]} for name in NEW], "edges": []})
    return {
        name: {
            "label": str(look.label),
            "hint": str(look.hint),
            "icon": look.icon,
            "tone": look.tone,
            "group": look.group,
            "group_label": str(GROUPS[look.group]),
            # By which ways a new one is left, until the page has told of the very step.
            **({"exits": for_canvas(new)[name]["exits"]} if name in new and name not in _BY_SETTINGS else {}),
        }
        for name, look in LOOKS.items()
    }


def kind_of(node_type: str) -> str:
    """What a type of node is called."""
    return str(look_of(node_type).label)


def trigger_words(graph: dict[str, Any]) -> str:
    """When the flow begins, as a sentence."""
    starts: list[dict[str, Any]] = [node for node in graph["nodes"] if node["type"] == "start"]
    return summary(starts[0] if starts else {"type": "start"})


def _exits(graph: dict[str, Any]) -> dict[str, list[str]]:
    """Exits by node; where a newer release has drawn what this one cannot read, those that have an edge at least."""
    found = {node["id"]: list(exits_of(node)) for node in graph["nodes"]}
    for edge in graph["edges"]:
        leaving = found.setdefault(edge["from"], [])
        if edge["exit"] not in leaving:
            leaving.append(edge["exit"])
    return found


def _titles(nodes: dict[str, dict[str, Any]]) -> dict[str, str]:
    """A number after the kind where there are several of it, so that the outline can be followed."""
    seen: dict[str, int] = {}
    many = {kind for kind in LOOKS if sum(node["type"] == kind for node in nodes.values()) > 1}
    titles = {}
    for name, node in nodes.items():
        seen[node["type"]] = seen.get(node["type"], 0) + 1
        number = f" {seen[node['type']]}" if node["type"] in many else ""
        titles[name] = f"{kind_of(node['type'])}{number}"
    return titles
