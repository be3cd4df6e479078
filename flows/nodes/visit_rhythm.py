"""How often a guest comes."""

from typing import Any, ClassVar

from pydantic import Field

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import register
from flows.nodes.deciding import Deciding
from flows.nodes.settings import Name


@register("visit_rhythm")
class VisitRhythm(Deciding):
    """Work out the guest's own rhythm from their visits: the median of the last gaps between them.

    {"id": "n2", "type": "visit_rhythm", "variable": "rhythm", "visits": 3}
    visits: so many it takes to know. variable: keeps {"days", "visits", "last", "due", "overdue_days", "next"}: the
     usual gap, how many visits there were, the day of the last one, the day when the next would be due, by how many
     days that is over (below 0: ahead), and the visit that is booked already, or null
    exits: known, unknown (too few visits), booked (the next visit stands already), error
    """

    request: ClassVar[str] = "booking.rhythm"

    variable: Name = "rhythm"
    visits: int = Field(default=3, ge=2, le=10, strict=True)

    def exits(self) -> tuple[str, ...]:
        return ("known", "unknown", "booked", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable,)

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {"visits": self.visits}

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        return [VariableSet(self.variable, found.get("rhythm"))]
