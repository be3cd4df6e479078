"""Let the guest choose who does it."""

from typing import Any, ClassVar

from flows.engine.context import Context
from flows.nodes.base import register
from flows.nodes.choosing import Choosing, ids_of, value_of
from flows.nodes.settings import Formula, Name


@register("choose_professional")
class ChooseProfessional(Choosing):
    """Send a list of those who do the service, with "anyone" at its head; where only one does it, nothing is asked.

    {"id": "n4", "type": "choose_professional", "text": "Com quem?", "service": "vars.service",
     "variable": "professional"}
    service: what is to be done, left out vars.service. variable: keeps {"id", "name"}, for anyone with an empty id
    exits: chosen, none (nobody does it), invalid (no tries left), timeout (if set), error
    """

    request: ClassVar[str] = "booking.professionals"

    variable: Name = "professional"
    service: Formula | None = None

    @property
    def keeps(self) -> str:
        return self.variable

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {"services": ids_of(value_of(ctx, self.service, "service"))}
