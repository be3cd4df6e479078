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
    """The execution begins, by the guest's message or by something else.

    `trigger` is what expressions see as `trigger`: {"on": "tag_added", "tag": "vip"}. `variables` stand from the start.
    `asked` are the requests (State.asked) of the execution inside of which it runs.
    """

    message: Said | None = None
    facts: Facts = field(default_factory=dict)
    trigger: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        message = self.message.to_json() if self.message else None
        found: dict[str, Any] = {"input": "started", "message": message, "facts": self.facts}
        if self.trigger:
            found["trigger"] = self.trigger
        if self.variables:
            found["variables"] = self.variables
        if self.asked:
            found["asked"] = self.asked
        return found


@dataclass(slots=True)
class TimedOut:
    """The time a node waited for has come; `token` says for which wait."""

    token: int
    facts: Facts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"input": "timed_out", "token": self.token, "facts": self.facts}


@dataclass(slots=True)
class Answered:
    """The world's answer to a request (`Requested`); `token` says to which. `error` is a word of ours, empty if it went
    well; `answer` is what the node that asked understands. `asked` are the requests (State.asked) of a subflow that has
    ended, with those made before it."""

    token: int
    answer: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    facts: Facts = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "input": "answered",
            "token": self.token,
            "answer": self.answer,
            "error": self.error,
            "facts": self.facts,
        }
        if self.asked:
            found["asked"] = self.asked
        return found


@dataclass(slots=True)
class Happened:
    """Something happened to the contact that a node waits for: `event` is its kind, as `contact.changed`."""

    event: str
    payload: dict[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"input": "happened", "event": self.event, "payload": self.payload, "facts": self.facts}


Input = Started | Said | TimedOut | Answered | Happened


def said_from_json(data: dict[str, Any]) -> Said:
    """A message as `Said.to_json` gave it."""
    return Said(data["text"], data["reply_id"], data["kind"], data["wamid"], data["facts"])


def input_from_json(data: dict[str, Any]) -> Input:
    """An input as its `to_json` gave it."""
    if data["input"] == "said":
        return said_from_json(data)
    if data["input"] == "timed_out":
        return TimedOut(data["token"], data["facts"])
    if data["input"] == "answered":
        return Answered(data["token"], data["answer"], data["error"], data["facts"], data.get("asked", []))
    if data["input"] == "happened":
        return Happened(data["event"], data["payload"], data["facts"])
    message = data["message"]
    said = said_from_json(message) if message else None
    return Started(said, data["facts"], data.get("trigger", {}), data.get("variables", {}), data.get("asked", []))
