"""What makes a flow begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from flows.engine.normalise import normalise
from flows.nodes.settings import Clock, EventKind, PublicId, Settings, Weekday, wrong

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Reply = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
TriggerKind = Literal[
    "any_message", "keywords", "first_contact", "button", "referral", "missed_reply", "tag_added", "event", "schedule",
    "api", "none",
]  # fmt: skip
# The settings of each kind; those in the first place are needed.
NEEDED: Final = {
    "keywords": "keywords", "button": "replies", "event": "events", "schedule": "schedule", "missed_reply": "minutes",
}  # fmt: skip
OWNED: Final = {
    **{name: kind for kind, name in NEEDED.items()}, "sources": "referral", "tags": "tag_added",
    "services": "event", "professionals": "event",
}  # fmt: skip
BY_MESSAGE: Final = frozenset({"any_message", "keywords", "first_contact", "button", "referral"})
# Among flows of one priority the one that asks for more goes first.
NARROWNESS: Final = {"button": 4, "referral": 3, "keywords": 2, "first_contact": 1, "any_message": 0}


@dataclass(frozen=True, slots=True)
class Call:
    """A guest's message as triggers see it."""

    text: str = ""
    first_contact: bool = False
    reply_id: str | None = None
    reply_title: str | None = None
    # As Meta tells of the ad that the guest came by: {"source_id": …, …}.
    referral: Mapping[str, Any] | None = None


class Schedule(Settings):
    """{"at": "09:00", "weekdays": [1, 4]}: on these days, for all contacts with one of `tags` (all, if there are none).
    {"at": "10:00", "field": "birthday", "days": -1, "yearly": true}: so many days from the date in this contact field.
    """

    at: Clock
    weekdays: tuple[Weekday, ...] = Field(default=(), max_length=7)
    field: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    days: int = Field(default=0, ge=-365, le=365, strict=True)
    yearly: bool = False
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        """By days of the week or by a date of the contact."""
        if bool(self.weekdays) == (self.field is not None):
            raise wrong("weekdays", "days of the week or a contact field with a date are needed, and not both")
        if self.field is None and (self.days or self.yearly):
            raise wrong("days", "days before or after, and each year, belong to a date of the contact")
        if self.weekdays and not self.tags:
            raise wrong("tags", "a schedule needs a tag: only contacts who have it are written to")
        return self


class Trigger(Settings):
    """One way for a flow to begin; which settings belong to which kind, `Start` shows."""

    trigger: TriggerKind = "any_message"
    keywords: tuple[Keyword, ...] = Field(default=(), max_length=50)
    match: Literal["whole", "word"] = "whole"
    replies: tuple[Reply, ...] = Field(default=(), max_length=50)
    sources: tuple[Reply, ...] = Field(default=(), max_length=50)
    minutes: int | None = Field(default=None, ge=1, le=10_080, strict=True)
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    events: tuple[EventKind, ...] = Field(default=(), max_length=20)
    # Of bookings: only those with one of these; without any, all.
    services: tuple[PublicId, ...] = Field(default=(), max_length=30)
    professionals: tuple[PublicId, ...] = Field(default=(), max_length=30)
    schedule: Schedule | None = None

    @model_validator(mode="after")
    def settings_of_its_kind(self) -> Self:
        """Each setting belongs to one kind of trigger."""
        for name, kind in OWNED.items():
            given = bool(getattr(self, name))
            if given and self.trigger != kind:
                raise wrong(name, f"{name} belong to the trigger {kind}, and to no other")
            if not given and NEEDED.get(self.trigger) == name:
                raise wrong(name, f"{name} are needed by the trigger {kind}")
        return self

    @cached_property
    def plain_keywords(self) -> tuple[str, ...]:
        return tuple(normalise(keyword) for keyword in self.keywords)

    @cached_property
    def plain_replies(self) -> frozenset[str]:
        return frozenset(normalise(reply) for reply in self.replies)

    @property
    def narrowness(self) -> int:
        """How much it asks for, among triggers that a message pulls."""
        return NARROWNESS.get(self.trigger, 0)

    def wants_booking(self, items: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a visit of these services is one of those it is about; one that names neither wants them all."""
        of_service = not self.services or any(one.get("service_ref") in self.services for one in items)
        of_person = not self.professionals or any(one.get("professional_ref") in self.professionals for one in items)
        return of_service and of_person

    def wants(self, call: Call) -> bool:
        """Whether this message pulls it; capitals, accents and punctuation do not matter."""
        match self.trigger:
            case "any_message":
                return True
            case "first_contact":
                return call.first_contact
            case "keywords":
                return self.wants_text(normalise(call.text))
            case "button":
                return call.reply_id is not None and (
                    call.reply_id in self.replies or normalise(call.reply_title or call.text) in self.plain_replies
                )
            case "referral":
                return bool(call.referral) and (
                    not self.sources or str((call.referral or {}).get("source_id")) in self.sources
                )
        return False

    def wants_text(self, plain: str) -> bool:
        """Whether one of the keywords is meant."""
        if self.match == "whole":
            return plain in self.plain_keywords
        return any(f" {keyword} " in f" {plain} " for keyword in self.plain_keywords)
