"""One form: a node, what was posted over it, and all that the page shows of the two."""

import json
from functools import cached_property
from typing import Any, Final

from flows.engine.expressions import Scope
from flows.forms.acts import act, settle
from flows.forms.building import build
from flows.forms.errors import Told, told, variable_from
from flows.forms.fields import JSON, Bound, fields_of
from flows.forms.posted import Posted, flat, keys_of
from flows.forms.preview import Shown, preview_of
from flows.forms.samples import moment, world
from flows.forms.showing import Control, Shower, html_id
from flows.forms.sources import Known
from flows.forms.variables import Variable, sample_vars, variables_of
from flows.graph import is_identifier
from flows.nodes.base import TYPES
from flows.triggers.conflicts import conflicts_of

MOST_CHARS: Final = 200_000
MOST_CONFLICTS: Final = 5


class Unreadable(Exception):
    """What was sent is no node that a form could be made of."""


def node_from(text: str) -> JSON:
    """The node as it was posted; raises Unreadable."""
    if len(text) > MOST_CHARS:
        raise Unreadable("too large")
    try:
        node = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(node, dict) or node.get("type") not in TYPES or not is_identifier(node.get("id")):
        raise Unreadable("no node of a known type")
    return node


class Form:
    """The form of a node as it came (`posted` is None), or as somebody has changed it."""

    def __init__(self, base: JSON, known: Known, graph: JSON, *, salon: str = "", posted: Posted | None = None) -> None:
        self.base = base
        self.known = known
        self.graph = graph
        self.salon = salon
        self.fields: tuple[Bound, ...] = fields_of(base["type"])
        self.was = flat(self.fields, base)
        self.posted = Posted(posted) if posted is not None else Posted(self.was)
        self.is_posted = posted is not None
        self.focus = ""
        # Values that the server has changed, so that the page takes them over.
        self.fresh: set[str] = set()

    def change(self, said: str = "") -> None:
        """Do what a button says, and what the changes bring with them."""
        before = dict(self.posted)
        settle(self.fields, self.posted, self.was)
        if said:
            self.focus = act(said, self.posted, self.fields)
        self.fit_names()
        self.fit_places()
        self.fresh = {name for name, values in self.posted.items() if name in before and before[name] != values}

    def fit_names(self) -> None:
        """Names of variables as formulas take them, from what was written."""
        for name, values in self.posted.items():
            if values and self.kind_at(name) == "name":
                self.posted[name] = [variable_from(values[-1])]

    def kind_at(self, path: str) -> str:
        from flows.forms.acts import find

        found = find(self.fields, path, self.posted)
        return found.kind if found else ""

    def fit_places(self) -> None:
        """The values that the template chosen needs, in its order; others wait, unseen, until it is chosen again."""
        for bound in self.fields:
            if bound.kind != "places":
                continue
            template = self.known.template(self.posted.one("@template"))
            path = bound.segment
            there = {self.posted.one(f"{path}.{key}.key"): key for key in keys_of(self.posted, path)}
            if template is None:
                continue
            wanted = [place for place, _label, _sample in template.places]
            for number, place in enumerate(wanted):
                if place not in there:
                    there[place] = key = f"p{number}{len(there)}"
                    self.posted.put(f"{path}.{key}.key", place)
                    self.posted.put(f"{path}.{key}.value", "")
            changed = self.posted.many("@template") != self.was.many("@template")
            for place, key in there.items():
                off = ["on"] if place not in wanted and changed else []
                self.posted[f"{path}.{key}.off"] = off
            self.posted[path] = [there[place] for place in wanted] + [
                key for place, key in there.items() if place not in wanted
            ]

    @cached_property
    def node(self) -> JSON:
        """The node that the form makes now."""
        return build(self.fields, self.posted, self.was, self.base) if self.is_posted else dict(self.base)

    @cached_property
    def problems(self) -> list[Told]:
        """What is wrong with it."""
        return told(self.fields, self.node, self.posted)

    @property
    def own_problems(self) -> list[Told]:
        """What belongs to none of its fields."""
        paths = {one.path for one in self.problems}
        shown = {one.path for one in walk(self.controls)}
        return [one for one in self.problems if one.path in paths - shown]

    @cached_property
    def variables(self) -> list[Variable]:
        """What may stand in its texts."""
        return variables_of(self.graph, salon=self.salon, contact_fields=list(self.known.contact_fields))

    @cached_property
    def controls(self) -> list[Control]:
        """Its fields as they are drawn."""
        if not self.is_posted:
            self.fit_places()
        shower = Shower(self.posted, self.problems, self.known, lambda: self.variables)
        return shower.controls(self.fields, self.node)

    @property
    def facts(self) -> JSON:
        """What expressions see of Ana."""
        return {**world(self.salon), "vars": sample_vars(self.graph)}

    @property
    def preview(self) -> Shown | None:
        """Its message, if it has one."""
        return preview_of(self.node, self.known, self.facts, Scope(self.facts, moment(), 1))

    @cached_property
    def conflicts(self) -> list[str]:
        """Other flows that want the same messages as a start drawn like this."""
        flow = self.known.flow
        if self.base["type"] != "start" or flow is None:
            return []
        return [one.words for one in conflicts_of(flow, {"nodes": [self.node]})[:MOST_CONFLICTS]]

    @property
    def focus_id(self) -> str:
        """Where to go after a button was pressed."""
        return html_id(self.focus) if self.focus else ""


def walk(controls: list[Control]) -> list[Control]:
    """All controls, those within others too."""
    found: list[Control] = []
    for one in controls:
        found.append(one)
        found += walk(one.children)
        for row in one.rows:
            found += walk(row.controls)
    return found


def by_place(controls: list[Control]) -> dict[str, Any]:
    """What stands first, and what is behind "More settings"."""
    more = [one for one in controls if one.bound.spec.more]
    return {
        "controls": [one for one in controls if not one.bound.spec.more],
        "more": more,
        "has_more": any(one.is_shown for one in more),
        # Open if there is something to see.
        "more_open": any(one.errors for one in walk(more)),
    }
