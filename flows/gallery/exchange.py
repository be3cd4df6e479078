"""A flow as a file: written by an export, read with everything that is wrong with it told.

{"format": "cadeira.flow", "version": 1, "name": "Boas-vindas", "description": "", "language": "pt_BR",
 "graph": {"version": 1, "nodes": […], "edges": […]}, "settings": {}, "tests": [{"name", "script"}], "templates": […]}

A drawing alone is read as well. Reading runs nothing and asks nobody.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from flows.graph import MAX_NODES, Problem, shape_problems
from flows.nodes.base import TYPES

FORMAT: Final = "cadeira.flow"
VERSION: Final = 1
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_TESTS: Final = 50
MAX_TEMPLATES: Final = 20
_LONGEST_NAME: Final = 120
_PARTS: Final = {"name": str, "description": str, "language": str, "settings": dict, "tests": list, "templates": list}
_TOLD: Final = 20


class CannotRead(ValueError):
    """Nothing was made of the file; `reasons` are for whoever chose it."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class FlowFile:
    """What an export holds."""

    name: str
    graph: dict[str, Any]
    description: str = ""
    language: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    tests: list[dict[str, Any]] = field(default_factory=list)
    templates: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "description": self.description,
            "language": self.language,
            "graph": self.graph,
            "settings": self.settings,
            "tests": self.tests,
            "templates": self.templates,
        }


def read(raw: bytes, *, file_name: str = "") -> FlowFile:
    """The flow in a file. Raises CannotRead with each reason."""
    if len(raw) > MAX_BYTES:
        raise CannotRead(_("The file has more than 2 MB. A flow of ours has at most 1 MB."))
    return read_data(_parsed(raw), name=file_name.rpartition(".")[0])


def read_data(data: Any, *, name: str = "") -> FlowFile:
    """The same from JSON that was read already. Raises CannotRead."""
    if not isinstance(data, dict):
        raise CannotRead(_("The file holds no flow: a flow is a JSON object."))
    if "graph" not in data and "nodes" in data:
        data = {"graph": data}
    elif data.get("format") != FORMAT:
        raise CannotRead(
            _("The file holds no flow of ours: “format” must be “%(format)s”. Export it from a flow's menu.")
            % {"format": FORMAT}
        )
    elif data.get("version") != VERSION:
        raise CannotRead(
            _("The file was written by a newer release: its version is not %(known)s.") % {"known": VERSION}
        )
    for part, kind in _PARTS.items():
        if part in data and not isinstance(data[part], kind):
            raise CannotRead(_("“%(part)s” is not of the kind it must be.") % {"part": part})
    check_graph(data.get("graph"))
    return FlowFile(
        name=(data.get("name") or name or _("Imported flow")).strip()[:_LONGEST_NAME],
        graph=data["graph"],
        description=data.get("description", "")[:500],
        language=data.get("language", "")[:10],
        settings=data.get("settings", {}),
        tests=[one for one in data.get("tests", []) if _is_test(one)][:MAX_TESTS],
        templates=[one for one in data.get("templates", []) if isinstance(one, dict)][:MAX_TEMPLATES],
    )


def check_graph(graph: Any) -> None:
    """Refuse a drawing that cannot even be shown; what is only not finished the builder tells. Raises CannotRead."""
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    if isinstance(nodes, list) and len(nodes) > MAX_NODES:
        raise CannotRead(
            _("The flow has %(count)s steps, and a flow has at most %(most)s. Split it into several.")
            % {"count": len(nodes), "most": MAX_NODES}
        )
    if reasons := [_words(problem) for problem in shape_problems(graph)]:
        raise CannotRead(*reasons[:_TOLD])
    unknown = [
        _("Step “%(step)s”: there is no kind of step “%(kind)s” here.")
        % {"step": str(node.get("id"))[:60], "kind": str(node.get("type"))[:60]}
        for node in graph["nodes"]
        if isinstance(node, dict) and node.get("type") not in TYPES
    ]
    if any(not isinstance(one, dict) for one in [*graph["nodes"], *graph["edges"]]):
        unknown.append(_("A step or an arrow is not a JSON object."))
    if unknown:
        raise CannotRead(*unknown[:_TOLD])


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise CannotRead(_("The file is no text in UTF-8. Choose the file that an export gave.")) from None
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise CannotRead(_("The file is no JSON: look at line %(line)s, character %(column)s.") % place) from None
    except RecursionError:
        raise CannotRead(_("The file is nested too deeply to be a flow.")) from None
    except ValueError:
        raise CannotRead(_("The file holds a number that cannot be kept.")) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _is_test(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("script"), dict | list)


def _words(problem: Problem) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message
