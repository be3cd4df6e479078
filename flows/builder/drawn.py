"""A drawing as the builder's page needs it: in words, with its problems, as a list."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string

from flows.actions.drafts import drawing_of
from flows.builder.field_names import field_name
from flows.builder.outline import Part, outline
from flows.builder.reading import problems_of
from flows.console.drawing import DrawnStep, described, for_canvas
from flows.forms.fields import fields_of
from flows.models import Flow
from flows.nodes.base import TYPES

JSON = dict[str, Any]


@dataclass(frozen=True)
class ProblemRow:
    """One line of the list of problems."""

    node: str
    title: str
    icon: str
    field: str
    label: str
    message: str
    hint: str
    is_error: bool


class Drawn:
    """One drawing; each part of it is worked out once, and only if it is wanted."""

    def __init__(self, flow: Flow, graph: JSON | None = None) -> None:
        self.flow = flow
        self.graph = drawing_of(flow) if graph is None else graph

    @cached_property
    def steps(self) -> dict[str, DrawnStep]:
        """The steps in words by id."""
        return described(self.graph)

    @cached_property
    def described(self) -> JSON:
        """What the canvas is told of each step."""
        return for_canvas(self.steps)

    @cached_property
    def problems(self) -> list[JSON]:
        """What is wrong with it, errors first."""
        return sorted(problems_of(self.graph, str(self.flow.public_id)), key=lambda one: one["level"] != "error")

    @cached_property
    def problem_rows(self) -> list[ProblemRow]:
        """The same with the steps' names."""
        return [self._row(one) for one in self.problems]

    @property
    def errors(self) -> int:
        """How many problems stop a publish."""
        return sum(one["level"] == "error" for one in self.problems)

    @cached_property
    def outline(self) -> list[Part]:
        """The steps as a list."""
        return outline(self.steps)

    def parts(self, *, may_edit: bool, with_outline: bool) -> dict[str, str]:
        """The rendered regions that follow the drawing, by the id of their element."""
        context = {"drawn": self, "may_edit": may_edit}
        found: dict[str, str] = {"problems": render_to_string("flows/builder/problems.html", context)}
        if with_outline:
            found["outline"] = render_to_string("flows/builder/outline.html", context)
        return found

    def _row(self, problem: JSON) -> ProblemRow:
        step = self.steps.get(problem["node"])
        return ProblemRow(
            node=problem["node"] if step else "",
            title=step.title if step else "",
            icon=step.icon if step else "sitemap",
            field=problem["field"],
            label=_label(step, problem["field"]) if step else "",
            message=problem["message"],
            hint=problem["hint"],
            is_error=problem["level"] == "error",
        )


def _label(step: DrawnStep, field: str) -> str:
    """The field or the way out that a problem is about."""
    if field.startswith("exit."):
        return step.exit_label(field.removeprefix("exit."))
    # As its form calls it.
    titled = (
        next((one.spec.label for one in fields_of(step.type) if one.name == field), "") if step.type in TYPES else ""
    )
    return str(titled) or (field_name(tuple(field.split("."))) if field else "")
