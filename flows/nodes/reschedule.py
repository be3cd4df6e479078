"""Move a visit to another time."""

from typing import Any, ClassVar

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.choosing import named
from flows.nodes.deciding import Deciding
from flows.nodes.find_slots import lost_of
from flows.nodes.settings import Formula, Name


@register("reschedule")
class Reschedule(Deciding):
    """Move a visit of the guest's to the chosen time, as long as the salon lets guests.

    {"id": "n7", "type": "reschedule", "booking": "vars.booking", "slot": "slot", "variable": "booking"}
    booking: which one, left out vars.booking, else the next. variable: keeps the visit as it is then
    exits: moved, taken (somebody else has the time by now), too_late, none (there is no such visit), error
    """

    request: ClassVar[str] = "booking.reschedule"

    booking: Formula | None = None
    slot: Name = "slot"
    variable: Name = "booking"

    def exits(self) -> tuple[str, ...]:
        return ("moved", "taken", "too_late", "none", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable, lost_of(self.slot))

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {"booking": named(ctx, self.booking), "slot": ctx.variables.get(self.slot)}

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        if found.get("outcome") == "taken":
            slot = ctx.variables.get(self.slot)
            return [VariableSet(lost_of(self.slot), slot.get("starts_at") if isinstance(slot, dict) else None)]
        return [VariableSet(self.variable, found["booking"])] if found.get("booking") else []
