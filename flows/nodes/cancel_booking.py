"""Cancel a visit."""

from typing import Any, ClassVar

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.choosing import named
from flows.nodes.deciding import Deciding
from flows.nodes.options import cut
from flows.nodes.settings import Formula, Name, ShortText

MAX_REASON = 150


@register("cancel_booking")
class CancelBooking(Deciding):
    """Cancel a visit of the guest's, as long as the salon lets guests; its time is free at once.

    {"id": "n7", "type": "cancel_booking", "booking": "vars.booking", "reason": "{{ vars.why }}", "variable": "booking"}
    booking: which one, left out vars.booking, else the next. variable: keeps the visit as it was
    exits: cancelled, too_late, none (there is no such visit), error
    """

    request: ClassVar[str] = "booking.cancel"

    booking: Formula | None = None
    variable: Name = "booking"
    reason: ShortText | None = None

    def exits(self) -> tuple[str, ...]:
        return ("cancelled", "too_late", "none", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable,)

    def wanted(self, ctx: Context) -> dict[str, Any]:
        reason = cut(ctx.render(self.reason).strip(), MAX_REASON) if self.reason else ""
        return {"booking": named(ctx, self.booking), "reason": reason}

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        return [VariableSet(self.variable, found["booking"])] if found.get("booking") else []
