"""What changed between two drawings: step by step and field by field, in words and as marks for the canvas.

Pure: two drawings in, what changed out. Used where two people met (409), before a publish, and by the versions page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flows.builder.field_names import field_name
from flows.console.drawing import DrawnStep, described

JSON = dict[str, Any]

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LONGEST_VALUE: Final = 120
LONGEST_QUOTE: Final = 40
# What a node is drawn with and not made of.
_DRAWN_ONLY = {"id", "type", "position"}


@dataclass(frozen=True)
class FieldChange:
    """One setting of a step; `path` as in the JSON, empty `before` or `after`: it was not there."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class StepChange:
    """One step that came, went, or is other than before."""

    kind: str
    node: str
    title: str
    fields: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """All that two drawings differ in."""

    steps: list[StepChange]
    moved: int
    notes: int
    nodes: dict[str, str]  # marks by id
    edges: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether the drawings are the same, also to the eye."""
        return not (self.steps or self.moved or self.notes or self.edges)

    @property
    def is_cosmetic(self) -> bool:
        """Whether guests would notice nothing."""
        return not (self.steps or self.edges)

    @property
    def marks(self) -> JSON:
        """For the canvas (flow:marks)."""
        return {"nodes": self.nodes, "edges": self.edges}

    def sentences(self, *, most: int = 12) -> list[str]:
        """What changed in words, the most telling first."""
        order = {REMOVED: 0, ADDED: 1, CHANGED: 2}
        found = [line for step in sorted(self.steps, key=lambda one: order[one.kind]) for line in _sentences(step)]
        if self.moved:
            found.append(
                ngettext("%(count)s step was moved", "%(count)s steps were moved", self.moved) % _n(self.moved)
            )
        if self.notes:
            found.append(ngettext("%(count)s note changed", "%(count)s notes changed", self.notes) % _n(self.notes))
        if len(found) > most:
            rest = len(found) - most + 1
            found[most - 1 :] = [ngettext("and %(count)s change more", "and %(count)s changes more", rest) % _n(rest)]
        return found


def compare(before: JSON, after: JSON) -> Difference:
    """Everything that differs from `before` to `after`."""
    was, now = _by_id(before, "nodes"), _by_id(after, "nodes")
    names = {**described(before), **described(after)}
    steps, marks, moved = [], {}, 0
    for name in [*now, *(name for name in was if name not in now)]:
        old, new = was.get(name), now.get(name)
        title = _title(names.get(name), name)
        for kind, node in _came_or_went(old, new):
            marks[name] = kind
            steps.append(StepChange(kind, name, _title_of_gone(before, name) if kind == REMOVED else title, node))
        if old is None or new is None or old.get("type") != new.get("type"):
            continue
        fields = [*_settings(old, new), *_ways(name, before, after, names)]
        if fields:
            marks[name] = CHANGED
            steps.append(StepChange(CHANGED, name, title, fields))
        # A drawing without places is laid out when it is first opened: nobody moved anything.
        moved += "position" in old and old["position"] != new.get("position")
    return Difference(steps, moved, _changed_notes(before, after), marks, _edge_marks(before, after))


def merged(before: JSON, after: JSON) -> JSON:
    """A drawing with the steps and edges of both, so that what went can be shown as well."""
    nodes, edges = _by_id(after, "nodes"), _by_id(after, "edges")
    gone_nodes = [node for name, node in _by_id(before, "nodes").items() if name not in nodes]
    gone_edges = [edge for name, edge in _by_id(before, "edges").items() if name not in edges]
    # Two edges may not leave by one exit: one that was led elsewhere is shown as it is now.
    taken = {(edge["from"], edge["exit"]) for edge in edges.values()}
    gone_edges = [edge for edge in gone_edges if (edge["from"], edge["exit"]) not in taken]
    return {**after, "nodes": [*after["nodes"], *gone_nodes], "edges": [*after["edges"], *gone_edges]}


def _came_or_went(old: JSON | None, new: JSON | None) -> Iterator[tuple[str, list[FieldChange]]]:
    """A step of another type under the same id is another step."""
    is_other = old is not None and new is not None and old.get("type") != new.get("type")
    if old is not None and (new is None or is_other):
        yield REMOVED, []
    if new is not None and (old is None or is_other):
        yield ADDED, []


def _settings(old: JSON, new: JSON) -> Iterator[FieldChange]:
    was = {key: value for key, value in old.items() if key not in _DRAWN_ONLY}
    now = {key: value for key, value in new.items() if key not in _DRAWN_ONLY}
    yield from _leaves((), was, now)


def _leaves(path: tuple[str, ...], old: Any, new: Any) -> Iterator[FieldChange]:
    """The smallest parts that differ: into objects by key, into lists by the items' ids or places."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _leaves((*path, key), old.get(key), new.get(key))
    elif _is_list_of_objects(old) and _is_list_of_objects(new):
        was, now = _items(old), _items(new)
        for key in [*now, *(key for key in was if key not in now)]:
            yield from _leaves((*path, key), was.get(key), now.get(key))
        if list(was) != list(now) and was == now:
            yield FieldChange(".".join(path), field_name(path), ", ".join(was), ", ".join(now))
    else:
        yield FieldChange(".".join(path), field_name(path), value_words(old), value_words(new))


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _items(items: list[JSON]) -> dict[str, JSON]:
    """Items by their id; by their place where they have none."""
    return {str(item.get("id") or number): item for number, item in enumerate(items, 1)}


def value_words(value: Any) -> str:
    """A setting as a person reads it, cut where it is long."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        named = value.get("title") or value.get("label") or value.get("text") or value.get("name")
        text = str(named) if named else ", ".join(f"{key}: {value_words(item)}" for key, item in value.items())
    elif isinstance(value, list):
        text = ", ".join(value_words(item) for item in value)
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _ways(name: str, before: JSON, after: JSON, names: dict[str, DrawnStep]) -> Iterator[FieldChange]:
    """Where the exits of a step lead to."""
    was = {edge["exit"]: edge["to"] for edge in before["edges"] if edge["from"] == name}
    now = {edge["exit"]: edge["to"] for edge in after["edges"] if edge["from"] == name}
    for leaving in [*now, *(leaving for leaving in was if leaving not in now)]:
        if was.get(leaving) != now.get(leaving):
            label = names[name].exit_label(leaving) if name in names else leaving
            ends = [_title(names.get(side.get(leaving, "")), side.get(leaving, "")) for side in (was, now)]
            yield FieldChange(f"exit.{leaving}", _("way out “%(exit)s”") % {"exit": label}, *ends)


def _edge_marks(before: JSON, after: JSON) -> dict[str, str]:
    was, now = _by_id(before, "edges"), _by_id(after, "edges")
    marks = {name: ADDED for name in now if name not in was}
    marks |= {name: REMOVED for name in was if name not in now}
    return marks | {name: CHANGED for name in now if name in was and now[name] != was[name]}


def _changed_notes(before: JSON, after: JSON) -> int:
    was, now = _by_id(before, "notes"), _by_id(after, "notes")
    return sum(was.get(name) != now.get(name) for name in was.keys() | now.keys())


def _by_id(graph: JSON, part: str) -> dict[str, JSON]:
    return {item["id"]: item for item in graph.get(part) or []}


def _title(step: DrawnStep | None, fallback: str) -> str:
    """A step's title, and the beginning of what it says: that is what people know it by."""
    if step is None:
        return fallback
    summary = " ".join(step.summary.split())
    if not summary:
        return step.title
    quote = summary if len(summary) <= LONGEST_QUOTE else f"{summary[: LONGEST_QUOTE - 1]}…"
    return f"{step.title} “{quote}”"


def _title_of_gone(before: JSON, name: str) -> str:
    return _title(described(before).get(name), name)


def _n(count: int) -> dict[str, int]:
    return {"count": count}


def _sentences(step: StepChange) -> Iterator[str]:
    if step.kind == ADDED:
        yield _("Added: %(step)s") % {"step": step.title}
    elif step.kind == REMOVED:
        yield _("Removed: %(step)s") % {"step": step.title}
    for one in step.fields:
        words = {"step": step.title, "field": one.label, "before": one.before, "after": one.after}
        if one.path.startswith("exit."):
            yield _way_sentence(words)
        elif not one.before:
            yield _("%(step)s: %(field)s is now “%(after)s”") % words
        elif not one.after:
            yield _("%(step)s: %(field)s “%(before)s” was taken away") % words
        else:
            yield _("%(step)s: %(field)s was “%(before)s”, is now “%(after)s”") % words


def _way_sentence(words: dict[str, str]) -> str:
    if not words["before"]:
        return _("%(step)s: %(field)s now leads to %(after)s") % words
    if not words["after"]:
        return _("%(step)s: %(field)s leads nowhere now, it led to %(before)s") % words
    return _("%(step)s: %(field)s now leads to %(after)s, it led to %(before)s") % words
