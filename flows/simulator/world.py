"""The world that a flow is tried in: a contact that is nobody, a clock that only acts move, and what was said so far.

All of it is JSON, so that a talk can be put away between two acts and goes on as if nothing had been.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.engine.inputs import Facts
from flows.engine.state import State, Status

JSON = dict[str, Any]
MAX_LOG: Final = 2_000  # entries of one talk; more is a machine that talks to itself
# Requests that are answered before what the guest says meanwhile.
HOLDING: Final = ("http", "booking.")
# The flow that is tried; its subflows have the names that it calls them by.
TRIED: Final = ""


def contact_facts(
    name: str = "",
    *,
    language: str = "pt_BR",
    tags: list[str] | None = None,
    fields: JSON | None = None,
    phone: str = "+5511990000000",
) -> JSON:
    """A contact as expressions see one (flows.runtime.facts)."""
    return {
        "name": name,
        "first_name": name.split(" ", 1)[0],
        "language": language,
        "tags": list(tags or []),
        "fields": dict(fields or {}),
        "phone": phone,
    }


@dataclass(slots=True)
class Run:
    """One execution: of the flow that is tried, or of a subflow for its `parent` (its place in World.runs)."""

    flow: str
    state: State
    seed: int
    parent: int | None = None
    parent_token: int = 0
    # What it asks the world for right now: {"request", "payload", "node", "token", "until"}.
    asked: JSON | None = None
    cancelled: bool = False

    @property
    def is_active(self) -> bool:
        """Whether anything can still happen to it."""
        return self.state.status is Status.WAITING and not self.cancelled

    @property
    def holds(self) -> bool:
        """Whether it asks a program, and the guest waits with it (flows.runtime.running)."""
        return self.is_active and self.asked is not None and self.asked["request"].startswith(HOLDING)

    @property
    def listens(self) -> bool:
        """Whether it is this one that the guest talks with."""
        return self.is_active and self.state.wait is not None and (self.state.wait.answers or self.holds)

    @property
    def due(self) -> datetime | None:
        """When it goes on by itself."""
        if not self.is_active or self.state.wait is None or self.state.wait.until is None:
            return None
        return datetime.fromisoformat(self.state.wait.until)

    def to_json(self) -> JSON:
        """As kept between two acts."""
        return {
            "flow": self.flow,
            "state": self.state.to_json(),
            "seed": self.seed,
            "parent": self.parent,
            "parent_token": self.parent_token,
            "asked": self.asked,
            "cancelled": self.cancelled,
        }

    @classmethod
    def from_json(cls, data: JSON) -> "Run":
        """As `to_json` gave it."""
        return cls(**{**data, "state": State.from_json(data["state"])})


@dataclass(slots=True)
class World:
    """Everything that stands between two acts. `answers` are those of the world outside by node, used in their order;
    the last of them stays."""

    now: datetime
    zone: str = "America/Sao_Paulo"
    seed: int = 1
    contact: JSON = field(default_factory=contact_facts)
    salon: JSON = field(default_factory=lambda: {"name": "Salão"})
    consents: JSON = field(default_factory=dict)
    bot_on: bool = True
    is_new_contact: bool = True
    runs: list[Run] = field(default_factory=list)
    # What the guest said while a program was asked: {"text", "kind", "reply_id", "anyway"}.
    later: list[JSON] = field(default_factory=list)
    answers: dict[str, list[JSON]] = field(default_factory=dict)
    log: list[JSON] = field(default_factory=list)
    # Visits that were booked in the talk, as flows know them (flows.simulator.calendar).
    bookings: list[JSON] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        """What expressions see at this moment."""
        return {"contact": self.contact, "salon": self.salon}

    @property
    def local_now(self) -> datetime:
        """The clock on the salon's wall."""
        return self.now.astimezone(ZoneInfo(self.zone))

    @property
    def main(self) -> Run | None:
        """The newest run of the flow that is tried."""
        return next((run for run in reversed(self.runs) if run.flow == TRIED and run.parent is None), None)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more."""
        return len(self.log) >= MAX_LOG

    def listening(self) -> int | None:
        """The place of the run that hears the guest."""
        return next((place for place, run in enumerate(self.runs) if run.listens), None)

    def root(self, place: int) -> int:
        """The place of the run that began it all."""
        while (parent := self.runs[place].parent) is not None:
            place = parent
        return place

    def depth(self, place: int) -> int:
        """How many runs stand above it."""
        depth = 0
        while (parent := self.runs[place].parent) is not None:
            place, depth = parent, depth + 1
        return depth

    def sent_lately(self) -> list[list[int]]:
        """What the newest run said, which limits repeats over all runs."""
        return self.runs[-1].state.sent if self.runs else []

    def to_json(self) -> JSON:
        """As kept between two acts."""
        return {
            "now": self.now.astimezone(UTC).isoformat(),
            "zone": self.zone,
            "seed": self.seed,
            "contact": self.contact,
            "salon": self.salon,
            "consents": self.consents,
            "bot_on": self.bot_on,
            "is_new_contact": self.is_new_contact,
            "runs": [run.to_json() for run in self.runs],
            "later": self.later,
            "answers": self.answers,
            "log": self.log,
            "bookings": self.bookings,
        }

    @classmethod
    def from_json(cls, data: JSON) -> "World":
        """As `to_json` gave it."""
        now = datetime.fromisoformat(data["now"])
        return cls(**{**data, "now": now, "runs": [Run.from_json(run) for run in data["runs"]]})


def options_of(entry: JSON) -> list[JSON]:
    """What can be tapped under an entry."""
    if entry["kind"] != "message":
        return []
    body = entry["body"]
    return [*body.get("buttons", []), *body.get("rows", [])]
