"""What an input causes. The engine decides, flows.runtime carries out, one function per kind.

Not frozen, as these are made on the hot path and a frozen dataclass takes three times as long to make.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from flows.engine.bodies import Body


@dataclass(slots=True)
class MessageQueued:
    """The guest is to be told something. `(execution, seq)` names it once and for all."""

    kind: ClassVar[str] = "message_queued"
    body: Body
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "node": self.node, "seq": self.seq, "body": self.body}


@dataclass(slots=True)
class MessageRefused:
    """The guest is not told, because this text went out too often lately."""

    kind: ClassVar[str] = "message_refused"
    reason: str
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "node": self.node, "seq": self.seq, "reason": self.reason}


@dataclass(slots=True)
class VariableSet:
    """A variable has a new value."""

    kind: ClassVar[str] = "variable_set"
    name: str
    value: Any
    before: Any = None
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "node": self.node,
            "seq": self.seq,
            "name": self.name,
            "before": self.before,
            "value": self.value,
        }


@dataclass(slots=True)
class WaitStarted:
    """Nothing more happens until an answer comes or `until` (ISO, UTC; None: no time-out) is reached."""

    kind: ClassVar[str] = "wait_started"
    until: str | None
    token: int
    answers: bool
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "node": self.node,
            "seq": self.seq,
            "until": self.until,
            "token": self.token,
            "answers": self.answers,
        }


@dataclass(slots=True)
class Requested:
    """The world is asked; the execution waits for `Answered` under this token, or until `until` (ISO, UTC).

    `request` names who answers (flows.runtime.requests), `payload` is JSON. Secrets stand in it by reference only.
    """

    kind: ClassVar[str] = "requested"
    request: str
    payload: dict[str, Any]
    until: str
    token: int
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "node": self.node,
            "seq": self.seq,
            "request": self.request,
            "payload": self.payload,
            "until": self.until,
            "token": self.token,
        }


@dataclass(slots=True)
class Effect:
    """Something of the salon's is to be changed and nobody waits for it; `effect` names who does it
    (flows.runtime.effects). `contact` is what changes in the facts of the contact for the nodes that follow."""

    kind: ClassVar[str] = "effect"
    effect: str
    payload: dict[str, Any]
    contact: dict[str, Any] | None = None
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "node": self.node,
            "seq": self.seq,
            "effect": self.effect,
            "payload": self.payload,
        }


@dataclass(slots=True)
class Ended:
    """The execution came to its end."""

    kind: ClassVar[str] = "ended"
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "node": self.node, "seq": self.seq}


@dataclass(slots=True)
class Failed:
    """The execution cannot go on; `reason` is a word of ours, `detail` is for whoever drew the flow."""

    kind: ClassVar[str] = "failed"
    reason: str
    detail: str = ""
    node: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "node": self.node,
            "seq": self.seq,
            "reason": self.reason,
            "detail": self.detail,
        }


Event = MessageQueued | MessageRefused | VariableSet | WaitStarted | Requested | Effect | Ended | Failed
NodeEvent = MessageQueued | VariableSet | Effect | Ended


@dataclass(slots=True)
class StepTaken:
    """One visit of one node, for the log and the console.

    `event` is `passed`, `waiting`, `requested` (the world is asked), `heard` (more may come), `answered`, `happened`,
    `retried`, `timed_out` or `failed`. A node that waits is visited twice: when it begins to wait (no exit) and when it
    goes on. `changes` is {variable: {"before": …, "after": …}}.
    """

    seq: int
    node: str
    type: str
    event: str
    exit: str | None = None
    edge: str | None = None
    changes: dict[str, dict[str, Any]] | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "node": self.node,
            "type": self.type,
            "event": self.event,
            "exit": self.exit,
            "edge": self.edge,
            "changes": self.changes or {},
            "error": self.error,
        }
