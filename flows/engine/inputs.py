"""What can happen to an execution.

`facts` is what expressions may see of the world at this moment: {"contact": {…}, "salon": {…}}, plain JSON. It comes
with the input, so that an input kept is an input that can be replayed.
"""

from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]


@dataclass(slots=True)
class Said:
    """The guest wrote or tapped something."""

    text: str = ""
    reply_id: str | None = None
    kind: str = "text"  # as in the message: text, button, list, image, …
    wamid: str = ""
    facts: Facts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "input": "said",
            "text": self.text,
            "reply_id": self.reply_id,
            "kind": self.kind,
            "wamid": self.wamid,
            "facts": self.facts,
        }


@dataclass(slots=True)
class Started:
    """The execution begins, by the guest's message or by something else."""

    message: Said | None = None
    facts: Facts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        message = self.message.to_json() if self.message else None
        return {"input": "started", "message": message, "facts": self.facts}


@dataclass(slots=True)
class TimedOut:
    """The time a node waited for has come; `token` says for which wait."""

    token: int
    facts: Facts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"input": "timed_out", "token": self.token, "facts": self.facts}


Input = Started | Said | TimedOut


def said_from_json(data: dict[str, Any]) -> Said:
    """A message as `Said.to_json` gave it."""
    return Said(data["text"], data["reply_id"], data["kind"], data["wamid"], data["facts"])


def input_from_json(data: dict[str, Any]) -> Input:
    """An input as its `to_json` gave it."""
    if data["input"] == "said":
        return said_from_json(data)
    if data["input"] == "timed_out":
        return TimedOut(data["token"], data["facts"])
    message = data["message"]
    return Started(said_from_json(message) if message else None, data["facts"])
