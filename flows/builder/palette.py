"""What can be added to a drawing: each type of node with how it begins its life."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from flows.console.looks import GROUPS, LOOKS
from flows.nodes.base import TYPES

JSON = dict[str, Any]

_DAY: Final = [{"from": "09:00", "to": "18:00"}]
# A new node as it is drawn first. What only its owner can know is empty, and the node says so until it is filled in.
NEW: Final[dict[str, JSON]] = {
    "send_message": {"text": ""},
    "send_template": {"name": "", "language": "pt_BR"},
    "ask": {"text": "", "answer": "text", "variable": "answer"},
    "wait_for": {"timeout": {"amount": 1, "unit": "days"}},
    "wait": {"amount": 1, "unit": "days"},
    "wait_until": {"weekdays": [1, 2, 3, 4, 5], "time": "09:00"},
    "condition": {"branches": [{"id": "yes", "when": ""}]},
    "switch": {"value": "", "cases": [{"id": "case1", "is": [""]}]},
    "split": {"ways": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]},
    "business_hours": {"week": {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _DAY)}},
    "set_variable": {"variable": "", "value": ""},
    "tag_contact": {"add": []},
    "set_field": {"field": "", "value": ""},
    "consent": {"purpose": "marketing", "state": "granted"},
    "assign": {"member": None},
    "hand_over": {},
    "tell_team": {"text": ""},
    "close_conversation": {},
    "move_deal": {"stage": ""},
    "add_task": {"text": "", "due": {"amount": 1, "unit": "days"}},
    "http_request": {"method": "GET", "url": ""},
    "webhook": {"url": "", "body": {}},
    "choose_service": {"text": "", "variable": "service", "timeout": {"amount": 1, "unit": "days"}},
    "choose_professional": {
        "text": "", "service": "vars.service", "variable": "professional", "timeout": {"amount": 1, "unit": "days"},
    },
    "find_slots": {
        "text": "", "service": "vars.service", "variable": "slot", "timeout": {"amount": 1, "unit": "days"},
    },
    "hold_slot": {"slot": "slot"},
    "book": {"slot": "slot", "variable": "booking"},
    "find_booking": {"text": "", "which": "choose", "variable": "booking", "timeout": {"amount": 1, "unit": "days"}},
    "reschedule": {"booking": "vars.booking", "slot": "slot", "variable": "booking"},
    "cancel_booking": {"booking": "vars.booking", "variable": "booking"},
    "join_waitlist": {"service": "vars.service", "days": 14, "variable": "waiting"},
    "visit_rhythm": {"variable": "rhythm"},
    "once_in": {"days": 90, "field": ""},
    "subflow": {"flow": ""},
    "end": {},
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One button of the palette."""

    type: str
    label: str
    hint: str
    icon: str
    tone: str
    node: JSON

    @property
    def json(self) -> str:
        """The new node, for the page's script."""
        return json.dumps(self.node)


@dataclass(frozen=True)
class Group:
    """Buttons under one heading."""

    label: str
    items: list[Item]


def groups() -> list[Group]:
    """All that can be added, under headings, in the order it is shown."""
    found: dict[str, list[Item]] = {name: [] for name in GROUPS}
    for name, look in LOOKS.items():
        if name in NEW and name in TYPES:
            node = {"type": name, **NEW[name]}
            found[look.group].append(Item(name, str(look.label), str(look.hint), look.icon, look.tone, node))
    return [Group(str(GROUPS[name]), items) for name, items in found.items() if items]


def first_steps() -> list[Item]:
    """What most flows begin with, for a canvas on which there is only a start."""
    buttons = [{"id": "yes", "title": _("Yes")}, {"id": "no", "title": _("No")}]
    return [
        _suggested("send_message", _("Say hello"), {"text": _("Hi! How can we help you?")}),
        _suggested(
            "send_message", _("Offer a choice with buttons"), {"text": _("May we help you?"), "buttons": buttons}
        ),
        _suggested("ask", _("Ask for something"), {**NEW["ask"], "text": _("What is your name?"), "variable": "name"}),
    ]


def _suggested(name: str, label: str, settings: JSON) -> Item:
    look = LOOKS[name]
    return Item(name, label, str(look.hint), look.icon, look.tone, {"type": name, **settings})
