"""Note what a guest agrees to."""

from typing import Literal

from flows.engine.context import Context
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register


@register("consent")
class Consent(Node):
    """Note that the guest agrees to offers or to notices, or wants them no more.

    {"id": "n5", "type": "consent", "purpose": "marketing", "state": "granted"}
    purpose: marketing (offers and news), service (reminders and notices); state: granted, revoked
    exits: done
    """

    purpose: Literal["marketing", "service"]
    state: Literal["granted", "revoked"]

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step("done", [Effect("consent", {"purpose": self.purpose, "state": self.state})])
