"""Let the guest choose a service."""

from typing import Any, ClassVar

from pydantic import Field

from flows.engine.context import Context
from flows.nodes.base import register
from flows.nodes.choosing import Choosing
from flows.nodes.settings import Name, PublicId


@register("choose_service")
class ChooseService(Choosing):
    """Send a list of the services that can be booked online, and keep the one that is tapped or written.

    {"id": "n3", "type": "choose_service", "text": "O que vamos fazer?", "variable": "service",
     "services": ["0198c0de-0000-7000-8000-000000000001"], "timeout": {"amount": 1, "unit": "days"}}
    services: those that are offered; all, if none are named. variable: keeps {"id", "name", "price", "minutes"}
    exits: chosen, none (there is no such service), invalid (no tries left), timeout (if set), error
    """

    request: ClassVar[str] = "booking.services"

    variable: Name = "service"
    services: tuple[PublicId, ...] = Field(default=(), max_length=30)

    @property
    def keeps(self) -> str:
        return self.variable

    def wanted(self, ctx: Context) -> dict[str, Any]:
        return {"services": list(self.services)}
