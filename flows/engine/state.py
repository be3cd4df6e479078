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
    """What is waited for: an answer (`answers`), a moment (`until`, ISO in UTC), or whichever comes first."""

    token: int
    until: str | None
    answers: bool

    def to_json(self) -> dict[str, Any]:
        return {"token": self.token, "until": self.until, "answers": self.answers}


@dataclass(slots=True)
class State:
    """Never changed in place: `step` gives a new one.

    `token` counts the waits, so that an old time-out is known as such. `sent` is [checksum, unix seconds] of the last
    texts; give it on to the contact's next execution, or two machines that start flows at each other are not noticed.
    """

    status: Status = Status.NEW
    at: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    wait: Wait | None = None
    token: int = 0
    tries: int = 0
    seq: int = 0
    sent: list[list[int]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status.value,
            "at": self.at,
            "variables": self.variables,
            "wait": self.wait.to_json() if self.wait else None,
            "token": self.token,
            "tries": self.tries,
            "seq": self.seq,
            "sent": self.sent,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "State":
        """The state as `to_json` gave it."""
        wait = data["wait"]
        return cls(
            Status(data["status"]),
            data["at"],
            data["variables"],
            Wait(wait["token"], wait["until"], wait["answers"]) if wait else None,
            data["token"],
            data["tries"],
            data["seq"],
            data["sent"],
        )
