"""Keep a time free for a guest for some minutes."""

from typing import Any, ClassVar

from pydantic import Field

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.deciding import Deciding
from flows.nodes.find_slots import lost_of
from flows.nodes.settings import Name


@register("hold_slot")
class HoldSlot(Deciding):
    """Hold the chosen time while the guest decides; it is free again by itself.

    {"id": "n6", "type": "hold_slot", "slot": "slot", "minutes": 10}
    slot: the variable of a chosen time; it notes there that it is held. minutes: left out, as the salon's rules say
    exits: held, taken (somebody else has it by now), error
    """

    request: ClassVar[str] = "booking.hold"

    slot: Name = "slot"
    minutes: int | None = Field(default=None, ge=1, le=120, strict=True)

    def exits(self) -> tuple[str, ...]:
        return ("held", "taken", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.slot, lost_of(self.slot))

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {"slot": ctx.variables.get(self.slot), "minutes": self.minutes}

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        slot = ctx.variables.get(self.slot)
        slot = slot if isinstance(slot, dict) else {}
        if found.get("outcome") == "taken":
            return [VariableSet(lost_of(self.slot), slot.get("starts_at"))]
        held = (found.get("booking") or {}).get("id")
        return [VariableSet(self.slot, {**slot, "held": held})]
