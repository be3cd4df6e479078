"""How many came where: what the canvas draws on steps and edges, and where people leave (FL-006)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.formats import number_format

from flows.console.drawing import DrawnStep
from flows.console.drawings import drawings_of
from flows.console.wanted import day_from
from flows.models import Flow, FlowCount, FlowVersion
from flows.runtime.counts import EDGE, NODE

# So many runs that wait are looked at; more of them is "many".
MOST_WAITING = 5000
SPANS = {"1": 1, "7": 7, "30": 30}
LONGEST_DAYS = 3660


@dataclass(frozen=True)
class Span:
    """Days of the salon, both included; `days` is the button that gives them, empty for days of one's own."""

    since: date
    until: date
    days: str = ""


@dataclass(frozen=True)
class NodeNumbers:
    """One step: how many came, went on, wait there now, and ended there."""

    id: str
    title: str
    kind: str
    arrived: int
    left: int
    waiting: int

    @property
    def ended(self) -> int:
        """Neither gone on nor waiting: the run ended here, as drawn or not."""
        return max(0, self.arrived - self.left - self.waiting)

    @property
    def share(self) -> str:
        """How many of those who came ended here, in per cent."""
        return percent(self.ended, self.arrived)


@dataclass(frozen=True)
class EdgeNumbers:
    """One way from step to step, and which part of those at its beginning took it."""

    id: str
    from_title: str
    exit_label: str
    to_title: str
    count: int
    share: str


@dataclass(frozen=True)
class Numbers:
    """All of a flow; `of` is how many runs began."""

    nodes: list[NodeNumbers]
    edges: list[EdgeNumbers]
    of: int

    def for_canvas(self) -> dict[str, Any]:
        """As the canvas takes it (`flow:counts`)."""
        return {
            "nodes": {one.id: one.arrived for one in self.nodes},
            "edges": {one.id: one.count for one in self.edges},
            "of": self.of,
        }

    def to_json(self) -> dict[str, Any]:
        """With what the table says besides."""
        drop = {
            one.id: {"arrived": one.arrived, "left": one.left, "waiting": one.waiting, "ended": one.ended}
            for one in self.nodes
        }
        return {**self.for_canvas(), "steps": drop}


def span_from(since: str, until: str, days: str, *, today: date) -> Span:
    """The days asked for; the last seven where that is not clear."""
    first, last = day_from(since), day_from(until)
    if first or last:
        last = last or today
        first = min(first or last, last)
        return Span(max(first, last - timedelta(days=LONGEST_DAYS)), last)
    days = days if days in SPANS else "7"
    return Span(today - timedelta(days=SPANS[days] - 1), today, days)


def numbers_of(flow: Flow, span: Span, version: FlowVersion | None = None) -> Numbers:
    """The numbers of one version, or of all that ran in these days together, drawn as the newest of them is."""
    wanted = [version.pk] if version else list(FlowVersion.objects.filter(flow=flow).values_list("pk", flat=True))
    rows = FlowCount.objects.filter(version_id__in=wanted, day__gte=span.since, day__lte=span.until)
    counted = list(rows.values_list("version_id", "kind", "name").annotate(total=Sum("count")))
    ran = sorted({version_id for version_id, *_ in counted} | ({version.pk} if version else set()))
    if not ran and flow.published_id:
        ran = [flow.published_id]
    edges = _edges_of(ran)
    nodes = _summed(counted, NODE)
    taken = _summed(counted, EDGE)
    left: dict[str, int] = {}
    for version_id, kind, name, total in counted:
        if kind == EDGE and (edge := edges.get(version_id, {}).get(name)):
            left[edge["from"]] = left.get(edge["from"], 0) + total
    steps = _steps(ran)
    waiting = _waiting(flow.pk, version)
    places = {edge["id"]: edge for version_id in ran for edge in edges.get(version_id, {}).values()}
    return Numbers(
        [
            NodeNumbers(pk, one.title, one.kind, nodes.get(pk, 0), left.get(pk, 0), waiting.get(pk, 0))
            for pk, one in steps.items()
        ],
        [_edge(places[pk], steps, taken.get(pk, 0), nodes) for pk in places],
        sum(nodes.get(pk, 0) for pk, one in steps.items() if one.type == "start"),
    )


def percent(part: int, whole: int) -> str:
    """43 %; empty where there is nothing to divide."""
    return f"{number_format(round(100 * part / whole), 0)} %" if whole else ""


def _summed(counted: Iterable[tuple[int, str, str, int]], wanted: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for _version_id, kind, name, total in counted:
        if kind == wanted:
            found[name] = found.get(name, 0) + total
    return found


def _edges_of(version_ids: list[int]) -> dict[int, dict[str, dict[str, Any]]]:
    rows = FlowVersion.objects.filter(pk__in=version_ids).values_list("pk", "graph__edges")
    return {pk: {edge["id"]: edge for edge in edges or []} for pk, edges in rows}


def _steps(version_ids: list[int]) -> dict[str, DrawnStep]:
    """The newest drawing's steps first, then those that only older ones have."""
    drawings = drawings_of(version_ids)
    found: dict[str, DrawnStep] = {}
    for pk in sorted(version_ids, reverse=True):
        found = {**found, **{name: one for name, one in drawings.get(pk, {}).items() if name not in found}}
    return found


def _edge(edge: dict[str, Any], steps: dict[str, DrawnStep], count: int, nodes: dict[str, int]) -> EdgeNumbers:
    begins, ends = steps.get(edge["from"]), steps.get(edge["to"])
    return EdgeNumbers(
        edge["id"],
        begins.title if begins else edge["from"],
        begins.exit_label(edge["exit"]) if begins else edge["exit"],
        ends.title if ends else edge["to"],
        count,
        percent(count, nodes.get(edge["from"], 0)),
    )


def _waiting(flow_id: int, version: FlowVersion | None) -> dict[str, int]:
    """How many wait at each step right now."""
    of_version = "AND version_id = %(version)s" if version else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state->>'at', count(*) FROM (SELECT state FROM flow_execution WHERE flow_id = %(flow)s "
            f"AND status = 'waiting' {of_version} LIMIT %(most)s) waiting GROUP BY 1",
            {"flow": flow_id, "version": version.pk if version else None, "most": MOST_WAITING},
        )
        return {at: count for at, count in cursor.fetchall() if at}
