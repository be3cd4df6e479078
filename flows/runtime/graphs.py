"""Published graphs, compiled once per process: a version never changes."""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from flows.graph import Graph, GraphError
from flows.models import FlowVersion

log = logging.getLogger(__name__)

REMEMBERED = 500
_compiled: "OrderedDict[tuple[int, int], Graph]" = OrderedDict()


def graphs_of(salon_id: int, version_ids: Iterable[int]) -> dict[int, Graph]:
    """The graphs of versions by id; those this process does not know yet are read by one query. Inside the salon."""
    # A copy of what is known: another thread of this process may forget the oldest meanwhile.
    found = {pk: graph for pk in set(version_ids) if (graph := _compiled.get((salon_id, pk)))}
    missing = set(version_ids) - found.keys()
    if missing:
        for pk, drawing in FlowVersion.objects.filter(pk__in=missing).values_list("pk", "graph"):
            found[pk] = _remember(salon_id, pk, drawing)
    return found


def readable_graphs_of(salon_id: int, version_ids: Iterable[int]) -> dict[int, Graph]:
    """The same without those that this release cannot read: a broken flow must not keep the others from starting."""
    found: dict[int, Graph] = {}
    for pk in set(version_ids):
        try:
            found |= graphs_of(salon_id, [pk])
        except GraphError as error:
            log.error("version %s of a flow cannot be read: %s", pk, error)
    return found


def _remember(salon_id: int, version_id: int, drawing: dict[str, Any]) -> Graph:
    # Keyed by salon: versions of two salons share their numbers.
    graph = _compiled[salon_id, version_id] = Graph.parse(drawing)
    while len(_compiled) > REMEMBERED:
        _compiled.popitem(last=False)
    return graph
