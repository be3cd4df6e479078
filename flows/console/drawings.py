"""Versions in words, remembered: a version never changes, and the console shows each of its steps again and again."""

from collections import OrderedDict
from collections.abc import Iterable

from django.utils.translation import get_language

from flows.console.drawing import DrawnStep, described
from flows.models import FlowVersion
from ops.salon import current_salon_id

REMEMBERED = 300
Drawing = dict[str, DrawnStep]
_known: "OrderedDict[tuple[int, int, str], Drawing]" = OrderedDict()


def drawings_of(version_ids: Iterable[int]) -> dict[int, Drawing]:
    """The steps of versions by their node, in the reader's language; one query for those not known yet."""
    salon_id, language = current_salon_id() or 0, get_language() or ""
    wanted = set(version_ids)
    found = {pk: drawing for pk in wanted if (drawing := _known.get((salon_id, pk, language)))}
    if missing := wanted - found.keys():
        for pk, graph in FlowVersion.objects.filter(pk__in=missing).values_list("pk", "graph"):
            found[pk] = _known[salon_id, pk, language] = described(graph)
    _forget()
    return found


def drawing_of(version: FlowVersion) -> Drawing:
    """The same for a version that was read already."""
    key = (current_salon_id() or 0, version.pk, get_language() or "")
    if key not in _known:
        _known[key] = described(version.graph)
        _forget()
    return _known[key]


def _forget() -> None:
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
