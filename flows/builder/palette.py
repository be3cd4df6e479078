"""What can be added to a drawing: each type of node with how it begins its life."""

import json
from dataclasses import dataclass
from typing import Any

from flows.console.looks import LOOKS

JSON = dict[str, Any]

# A new node as it is drawn first. What only its owner can know is empty, and the node says so until it is filled in.
NEW: dict[str, JSON] = {
    "send_message": {"text": ""},
    "send_template": {"name": "", "language": "pt_BR"},
    "ask": {"text": "", "answer": "text", "variable": "answer"},
    "condition": {"branches": [{"id": "yes", "label": "", "when": ""}]},
    "set_variable": {"variable": "", "value": ""},
    "wait": {"amount": 1, "unit": "days"},
    "end": {},
}


@dataclass(frozen=True)
class Item:
    """One button of the palette."""

    type: str
    label: str
    icon: str
    node: JSON

    @property
    def json(self) -> str:
        """The new node, for the page's script."""
        return json.dumps(self.node)


def palette() -> list[Item]:
    """All that can be added, in the order it is shown."""
    return [
        Item(name, str(LOOKS[name].label), LOOKS[name].icon, {"type": name, **settings})
        for name, settings in NEW.items()
    ]
