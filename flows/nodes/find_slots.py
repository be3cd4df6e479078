"""Offer free times and let the guest choose one."""

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import Step, register
from flows.nodes.choosing import Choosing, id_of, ids_of, named, value_of
from flows.nodes.settings import Formula, Name, PublicId, ShortText, wrong


@register("find_slots")
class FindSlots(Choosing):
    """Send a list of free times, wait for a tap or for words ("quinta às 15h"), show others when asked for.

    {"id": "n5", "type": "find_slots", "text": "Qual horário?", "service": "vars.service",
     "professional": "vars.professional", "when": "{{ vars.day }}", "days": 30, "variable": "slot"}
    {"id": "n5", "type": "find_slots", "text": "Para quando?", "booking": "vars.booking", "variable": "slot"}
    services: fixed ones, in their order; else service, a formula (left out vars.service)
    professional: a formula, left out anyone. booking: the visit that shall be moved, instead of services
    when: from when on or about when, in words or as a date. days: so far ahead it is looked
    variable: keeps {"starts_at", "when", "date", "time", "professional", "services", "price", …}
    exits: chosen, none (nothing is free), invalid (no tries left), timeout (if set), error
    """

    request: ClassVar[str] = "booking.slots"

    variable: Name = "slot"
    services: tuple[PublicId, ...] = Field(default=(), max_length=10)
    service: Formula | None = None
    professional: Formula | None = None
    booking: Formula | None = None
    when: ShortText | None = None
    days: int = Field(default=30, ge=1, le=365, strict=True)

    @model_validator(mode="after")
    def one_visit(self) -> Self:
        """Either a new visit or one that is moved."""
        if self.booking is not None and (self.services or self.service is not None):
            raise wrong("booking", "the services of a visit that is moved stay as they are")
        if self.services and self.service is not None:
            raise wrong("service", "choose services here or take them from a variable, not both")
        return self

    @property
    def keeps(self) -> str:
        return self.variable

    @property
    def lost(self) -> str:
        """The variable in which a booking step notes the time that was taken meanwhile."""
        return lost_of(self.variable)

    def sets(self) -> tuple[str, ...]:
        return (*super().sets(), self.lost)

    def wanted(self, ctx: Context) -> dict[str, Any]:
        found: dict[str, Any] = {"days": self.days}
        if self.booking is not None:
            found["booking"] = named(ctx, self.booking)
        else:
            found["services"] = list(self.services) or ids_of(value_of(ctx, self.service, "service"))
            found["professional"] = id_of(ctx.evaluate(self.professional)) if self.professional else None
        if self.when is not None and (when := ctx.render(self.when).strip()):
            found["when"] = when[:200]
        if isinstance(lost := ctx.variables.get(self.lost), str):
            found["taken"] = lost
        return found

    def take(self, value: dict[str, Any]) -> Step:
        step = super().take(value)
        step.events.append(VariableSet(self.lost, None))
        return step


def lost_of(variable: str) -> str:
    """The variable beside a slot's in which it stands that somebody else got it."""
    return f"{variable[:57]}_taken"
