"""How a flow may begin beside a guest's message, as its start says."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from flows.nodes.triggers import BY_MESSAGE

JSON = dict[str, Any]
LABELS: dict[str, str | Promise] = {
    "missed_reply": gettext_lazy("Nobody has answered the guest"),
    "tag_added": gettext_lazy("The guest gets a tag"),
    "event": gettext_lazy("Something happened"),
    "schedule": gettext_lazy("The hour has come"),
    "api": gettext_lazy("Another program starts it"),
    "none": gettext_lazy("Somebody of the team starts it"),
}


@dataclass(frozen=True)
class Way:
    """One way: its words, and what expressions will see as `trigger`."""

    kind: str
    label: str
    trigger: JSON

    @property
    def json(self) -> str:
        """The trigger for the form."""
        return json.dumps(self.trigger, ensure_ascii=False)

    @property
    def takes_variables(self) -> bool:
        """Whether whoever starts it may bring variables along."""
        return self.kind in ("api", "none")


def ways_to_begin(graph: JSON) -> list[Way]:
    """Those that are no message of a guest."""
    start: JSON = next((node for node in graph.get("nodes", []) if node.get("type") == "start"), {})
    drawn = [start, *(one for one in start.get("also") or [] if isinstance(one, dict))]
    found = [
        Way(kind, str(LABELS.get(kind, kind)), trigger_of(kind, one))
        for one in drawn
        if isinstance(kind := one.get("trigger", "any_message"), str) and kind not in BY_MESSAGE
    ]
    return list({way.json: way for way in found}.values())


def trigger_of(kind: str, drawn: JSON) -> JSON:
    """What `trigger` says when a flow begins this way (flows.runtime.triggers)."""
    if kind == "tag_added":
        tags = list(drawn.get("tags") or [""])[:1]
        return {"on": kind, "tag": tags[0], "tags": tags}
    if kind == "event":
        return {"on": kind, "event": next(iter(drawn.get("events") or []), ""), "payload": {}}
    if kind == "missed_reply":
        return {"on": kind, "minutes": drawn.get("minutes")}
    # By hand it begins as a person's.
    return {"on": "person" if kind == "none" else kind}
