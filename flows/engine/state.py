"""Where an execution stands: all that is kept between two inputs, as JSON."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """`new` has not begun; the names are those of the API."""

    NEW = "new"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(slots=True)
class Wait:
    """What is waited for: an answer of the guest (`answers`), a moment (`until`, ISO in UTC), something that happens
    (`events`, kinds), or whichever comes first. With `request` it is the world's answer, and nothing but the moment
    beside it."""

    token: int
    until: str | None
    answers: bool
    events: list[str] = field(default_factory=list)
    request: bool = False

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"token": self.token, "until": self.until, "answers": self.answers}
        if self.events:
            found["events"] = self.events
        if self.request:
            found["request"] = True
        return found

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Wait":
        """A wait as `to_json` gave it."""
        return cls(data["token"], data["until"], data["answers"], data.get("events", []), data.get("request", False))


@dataclass(slots=True)
class State:
    """Never changed in place: `step` gives a new one.

    `token` counts the waits, so that an old time-out is known as such. `sent` is [checksum, unix seconds] of the last
    texts; give it on to the contact's next execution, or two machines that start flows at each other are not noticed.
    `heard` are messages (as `Said.to_json` without its facts) that came while more may come (a node's `gather_s`).
    `trigger` is what the execution began with. `asked` counts its requests: [in all, in a row], empty before the first.
    """

    status: Status = Status.NEW
    at: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    wait: Wait | None = None
    token: int = 0
    tries: int = 0
    seq: int = 0
    sent: list[list[int]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    trigger: dict[str, Any] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "status": self.status.value,
            "at": self.at,
            "variables": self.variables,
            "wait": self.wait.to_json() if self.wait else None,
            "token": self.token,
            "tries": self.tries,
            "seq": self.seq,
            "sent": self.sent,
        }
        if self.heard:
            found["heard"] = self.heard
        if self.trigger:
            found["trigger"] = self.trigger
        if self.asked:
            found["asked"] = self.asked
        return found

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "State":
        """The state as `to_json` gave it."""
        wait = data["wait"]
        return cls(
            Status(data["status"]),
            data["at"],
            data["variables"],
            Wait.from_json(wait) if wait else None,
            data["token"],
            data["tries"],
            data["seq"],
            data["sent"],
            data.get("heard", []),
            data.get("trigger", {}),
            data.get("asked", []),
        )
