"""Published graphs, compiled once per process: a version never changes."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from flows.graph import Graph
from flows.models import FlowVersion

REMEMBERED = 500
_compiled: "OrderedDict[tuple[int, int], Graph]" = OrderedDict()


def graphs_of(salon_id: int, version_ids: Iterable[int]) -> dict[int, Graph]:
    """The graphs of versions by id; those this process does not know yet are read by one query. Inside the salon."""
    wanted = set(version_ids)
    missing = [pk for pk in wanted if (salon_id, pk) not in _compiled]
    if missing:
        for pk, drawing in FlowVersion.objects.filter(pk__in=missing).values_list("pk", "graph"):
            remember(salon_id, pk, drawing)
    return {pk: _compiled[salon_id, pk] for pk in wanted}


def remember(salon_id: int, version_id: int, drawing: dict[str, Any]) -> None:
    """Compile a graph. Keyed by salon: versions of two salons share their numbers."""
    _compiled[salon_id, version_id] = Graph.parse(drawing)
    while len(_compiled) > REMEMBERED:
        _compiled.popitem(last=False)
