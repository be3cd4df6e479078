"""A version's drawing in words: what the canvas, the outline and the console call each step and each exit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from flows.builder.exits import exits_of

KINDS: dict[str, str | Promise] = {
    "start": gettext_lazy("Start"),
    "send_message": gettext_lazy("Message"),
    "send_template": gettext_lazy("Template"),
    "ask": gettext_lazy("Question"),
    "condition": gettext_lazy("Condition"),
    "set_variable": gettext_lazy("Variable"),
    "wait": gettext_lazy("Wait"),
    "end": gettext_lazy("End"),
}
ICONS = {
    "start": "player-play",
    "send_message": "message-circle",
    "send_template": "file-text",
    "ask": "help-circle",
    "condition": "git-branch",
    "set_variable": "variable",
    "wait": "hourglass",
    "end": "flag",
}
EXITS: dict[str, str | Promise] = {
    "done": gettext_lazy("next"),
    "answered": gettext_lazy("answered"),
    "invalid": gettext_lazy("not understood"),
    "other": gettext_lazy("another answer"),
    "timeout": gettext_lazy("no answer"),
    "else": gettext_lazy("otherwise"),
    "refused": gettext_lazy("too often"),
    "error": gettext_lazy("error"),
}
# Ways out for when something is odd: drawn only where an edge leaves by them.
SPARE = {"error", "refused", "other", "timeout", "invalid"}


@dataclass(frozen=True)
class Exit:
    """A way out, where it leads to (empty: the flow ends there)."""

    name: str
    label: str
    to: str
    to_title: str

    @property
    def is_drawn(self) -> bool:
        """Whether the canvas shows it."""
        return bool(self.to) or self.name not in SPARE


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
            icon=ICONS.get(node["type"], "circle-dot"),
            summary=_summary(node),
            exits=[
                Exit(leaving, _exit_label(node, leaving), to, titles.get(to, to))
                for leaving in exits.get(name, [])
                for to in [edges.get((name, leaving), "")]
            ],
        )
        for name, node in nodes.items()
    }


def for_canvas(steps: dict[str, DrawnStep]) -> dict[str, Any]:
    """What the canvas is told of each node."""
    return {
        step.id: {
            "title": step.title,
            "summary": step.summary,
            "exits": [{"name": way.name, "label": way.label} for way in step.exits if way.is_drawn],
        }
        for step in steps.values()
    }


def canvas_words() -> dict[str, Any]:
    """The canvas' own words."""
    return {
        "types": {name: str(words) for name, words in KINDS.items()},
        "fit": _("Show the whole flow"),
        "map": _("Small map of the flow"),
        "aria": {
            "controls.ariaLabel": _("Zoom"),
            "controls.zoomIn.ariaLabel": _("Nearer"),
            "controls.zoomOut.ariaLabel": _("Farther"),
            "minimap.ariaLabel": _("Small map of the flow"),
            "node.a11yDescription.default": _("Press Enter to choose this step."),
            "node.a11yDescription.keyboardDisabled": _("Press Enter to choose this step."),
        },
    }


def kind_of(node_type: str) -> str:
    """What a type of node is called."""
    return str(KINDS.get(node_type, node_type))


def trigger_words(graph: dict[str, Any]) -> str:
    """When the flow begins, as a sentence."""
    starts: list[dict[str, Any]] = [node for node in graph["nodes"] if node["type"] == "start"]
    return _start(starts[0] if starts else {})


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
    many = {kind for kind in KINDS if sum(node["type"] == kind for node in nodes.values()) > 1}
    titles = {}
    for name, node in nodes.items():
        seen[node["type"]] = seen.get(node["type"], 0) + 1
        number = f" {seen[node['type']]}" if node["type"] in many else ""
        titles[name] = f"{kind_of(node['type'])}{number}"
    return titles


def _summary(node: dict[str, Any]) -> str:
    try:
        return SUMMARIES[node["type"]](node) if node["type"] in SUMMARIES else ""
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""  # a draft: what it would say is not filled in yet


def _start(node: dict[str, Any]) -> str:
    trigger = node.get("trigger", "any_message")
    if trigger == "keywords":
        return _("When a guest writes: %(words)s") % {"words": ", ".join(node.get("keywords", []))}
    return _("When a guest writes for the first time") if trigger == "first_contact" else _("When a guest writes")


def _condition(node: dict[str, Any]) -> str:
    return " · ".join(branch.get("label") or branch["when"] for branch in node.get("branches", []))


def _wait(node: dict[str, Any]) -> str:
    amount = node["amount"]
    forms = {
        "seconds": ngettext("%(count)s second", "%(count)s seconds", amount),
        "minutes": ngettext("%(count)s minute", "%(count)s minutes", amount),
        "hours": ngettext("%(count)s hour", "%(count)s hours", amount),
        "days": ngettext("%(count)s day", "%(count)s days", amount),
        "weeks": ngettext("%(count)s week", "%(count)s weeks", amount),
    }
    return forms[node["unit"]] % {"count": amount}


SUMMARIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "start": _start,
    "send_message": lambda node: str(node.get("text", "")),
    "send_template": lambda node: f"{node.get('name', '')} ({node.get('language', '')})",
    "ask": lambda node: str(node.get("text", "")),
    "condition": _condition,
    "set_variable": lambda node: f"{node.get('variable')} = {node.get('value')}",
    "wait": _wait,
}


def _exit_label(node: dict[str, Any], leaving: str) -> str:
    options = [*node.get("buttons", []), *(node.get("list") or {}).get("rows", [])]
    for option in options:
        if option["id"] == leaving:
            return str(option["title"])
    for branch in node.get("branches", []):
        if branch["id"] == leaving:
            return str(branch.get("label") or branch["when"])
    return str(EXITS.get(leaving, leaving))
