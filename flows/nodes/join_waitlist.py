"""Let the guest wait for a place that becomes free."""

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.choosing import id_of, ids_of, value_of
from flows.nodes.deciding import Deciding
from flows.nodes.settings import Formula, Name, PublicId, wrong


@register("join_waitlist")
class JoinWaitlist(Deciding):
    """Put the guest on the waitlist; who waits for the same already goes on waiting.

    {"id": "n9", "type": "join_waitlist", "service": "vars.service", "professional": "vars.professional", "days": 14,
     "variable": "waiting"}
    services: fixed ones, in their order; else service, a formula (left out vars.service)
    professional: a formula, left out anyone. days: from today on, so many days
    variable: keeps {"id", "services", "from_date", "to_date"}
    exits: waiting, none (there is no such service, or nobody does it), error
    """

    request: ClassVar[str] = "booking.wait"

    services: tuple[PublicId, ...] = Field(default=(), max_length=5)
    service: Formula | None = None
    professional: Formula | None = None
    days: int = Field(default=14, ge=1, le=365, strict=True)
    variable: Name = "waiting"

    @model_validator(mode="after")
    def one_way(self) -> Self:
        """Services are named once."""
        if self.services and self.service is not None:
            raise wrong("service", "choose services here or take them from a variable, not both")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("waiting", "none", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable,)

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {
            "services": list(self.services) or ids_of(value_of(ctx, self.service, "service")),
            "professional": id_of(ctx.evaluate(self.professional)) if self.professional else None,
            "days": self.days,
        }

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        return [VariableSet(self.variable, found["waiting"])] if found.get("waiting") else []
