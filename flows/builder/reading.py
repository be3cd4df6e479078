"""Reading a draft: what makes it unreadable as a whole, and what is wrong with one that can be read."""

from typing import Any

from django.utils.translation import gettext as _

from flows import problems
from flows.gallery.needs import missing_in_steps
from flows.graph import Problem, is_identifier, position_of, shape_problems
from flows.problem_words import in_words
from flows.templates_used import unusable_of

JSON = dict[str, Any]
MOST_PROBLEMS = 100


def unreadable(data: Any) -> list[Problem]:
    """Why this cannot even be kept as a draft; empty: it can."""
    found = [in_words(problem) for problem in shape_problems(data)]
    if found:
        return found
    seen: set[str] = set()
    for number, node in enumerate(data["nodes"]):
        where = f"nodes[{number}]"
        if not isinstance(node, dict) or not is_identifier(node.get("id")) or not isinstance(node.get("type"), str):
            found.append(Problem("", where, _("a step needs an id and a type")))
        elif node["id"] in seen:
            found.append(Problem(node["id"], "id", _("two steps have the same id")))
        elif "position" in node and position_of(node["position"]) is None:
            found.append(Problem(node["id"], "position", _("a position has two numbers, x and y")))
        else:
            seen.add(node["id"])
    for number, edge in enumerate(data["edges"]):
        if not isinstance(edge, dict) or not all(is_identifier(edge.get(key)) for key in ("id", "from", "exit", "to")):
            found.append(Problem("", f"edges[{number}]", _("an edge has id, from, exit and to")))
    return found[:MOST_PROBLEMS]


def problems_of(graph: JSON, flow: str = "") -> list[JSON]:
    """All that is wrong with a readable drawing, as the page shows it: errors stop a publish, warnings do not.

    `flow` is the public id of the flow that is drawn.
    """
    nodes = {node["id"]: node for node in graph["nodes"]}
    found = (in_words(problem, nodes.get(problem.node)) for problem in problems.problems_of(graph, flow))
    return [*(problem.to_json() for problem in found), *_templates(graph), *_missing(graph)]


def _missing(graph: JSON) -> list[JSON]:
    """What a step names and the salon does not have, as after an import: it may come to be, so it is a warning."""
    return [
        {"node": one.need.node, "field": "", "message": one.words, "hint": "", "level": "warning"}
        for one in missing_in_steps(graph)
    ]


def _templates(graph: JSON) -> list[JSON]:
    """Templates that WhatsApp does not take now: they may be approved by tomorrow, so it is a warning."""
    (unusable,) = unusable_of([graph])
    return [
        {
            "node": node["id"],
            "field": "name",
            "message": _("WhatsApp does not take this template now"),
            "hint": _("Look at it on the page of templates."),
            "level": "warning",
        }
        for node in graph["nodes"]
        if node["type"] == "send_template" and f"{node.get('name', '')} ({node.get('language', '')})" in unusable
    ]
