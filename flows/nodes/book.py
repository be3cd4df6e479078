"""Book a visit."""

from typing import Any, ClassVar

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.deciding import Deciding
from flows.nodes.find_slots import lost_of
from flows.nodes.options import cut
from flows.nodes.settings import Name, ShortText

MAX_NOTE = 500


@register("book")
class Book(Deciding):
    """Book the chosen (or held) time for the guest, by the rules that guests have.

    {"id": "n7", "type": "book", "slot": "slot", "variable": "booking", "note": "Pediu café"}
    slot: the variable of a chosen time. variable: keeps {"id", "when", "services", "professional", "price", …}
    exits: booked, deposit (it is held until the deposit is paid, whose link the guest gets), error,
     taken (somebody else has it by now; a step that offers times then shows the nearest)
    """

    request: ClassVar[str] = "booking.book"

    slot: Name = "slot"
    variable: Name = "booking"
    note: ShortText | None = None

    def exits(self) -> tuple[str, ...]:
        return ("booked", "deposit", "taken", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable, lost_of(self.slot))

    def wanted(self, ctx: Context) -> dict[str, Any]:
        note = cut(ctx.render(self.note).strip(), MAX_NOTE) if self.note else ""
        return {"slot": ctx.variables.get(self.slot), "note": note}

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        if found.get("outcome") == "taken":
            slot = ctx.variables.get(self.slot)
            return [VariableSet(lost_of(self.slot), slot.get("starts_at") if isinstance(slot, dict) else None)]
        return [VariableSet(self.variable, found.get("booking"))]
