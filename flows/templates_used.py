"""Which message templates a drawing sends, and which of them cannot be sent now."""

from collections.abc import Iterable
from typing import Any

from channels_wa.message_templates.queries import unusable_in

Used = tuple[str, str]


def used_in(graph: dict[str, Any]) -> set[Used]:
    """Name and language of each template in a drawing."""
    nodes = graph.get("nodes", [])
    return {
        (str(node.get("name", "")), str(node.get("language", "")))
        for node in nodes
        if node.get("type") == "send_template"
    }


def unusable_of(graphs: Iterable[dict[str, Any]]) -> list[list[str]]:
    """For each drawing, the names of the templates that WhatsApp does not take now; one query for all of them."""
    used = [used_in(graph) for graph in graphs]
    wanted = set().union(*used)
    unusable = unusable_in(wanted) if wanted else set()
    return [sorted(f"{name} ({language})" for name, language in one & unusable) for one in used]
