"""Find the visit that a guest means."""

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from flows.engine.context import Context
from flows.nodes.base import register
from flows.nodes.choosing import Choosing, id_of
from flows.nodes.settings import Formula, Name, wrong


@register("find_booking")
class FindBooking(Choosing):
    """Keep the guest's next visit, or let them choose where they have several ahead.

    {"id": "n2", "type": "find_booking", "which": "choose", "text": "Qual visita?", "variable": "booking"}
    {"id": "n2", "type": "find_booking", "which": "given", "booking": "trigger.payload.booking", "variable": "booking"}
    which: next, choose (asks where there are several), last (the one that was last), given (by its id)
    variable: keeps {"id", "state", "starts_at", "when", "date", "time", "professional", "services", "price", …}
    exits: chosen, none (there is no such visit), invalid (no tries left), timeout (if set), error
    """

    request: ClassVar[str] = "booking.visits"

    variable: Name = "booking"
    which: Literal["next", "choose", "last", "given"] = "next"
    booking: Formula | None = None

    @model_validator(mode="after")
    def given_by_its_id(self) -> Self:
        """Which one, where it is given."""
        if (self.which == "given") != (self.booking is not None):
            raise wrong("booking", "which visit it is belongs to the choice “given”, and is needed there")
        return self

    @property
    def asks(self) -> bool:
        """Only where there may be several."""
        return self.which == "choose"

    @property
    def keeps(self) -> str:
        return self.variable

    def wanted(self, ctx: Context) -> dict[str, Any]:
        found: dict[str, Any] = {"which": self.which}
        if self.booking is not None:
            found["booking"] = id_of(ctx.evaluate(self.booking))
        return found
