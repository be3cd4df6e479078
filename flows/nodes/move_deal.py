"""Bring a guest's deal forward."""

from decimal import Decimal

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.options import cut
from flows.nodes.settings import Formula, PublicId, ShortText

MAX_TITLE = 120
MAX_REASON = 80
MAX_VALUE = 10**9


@register("move_deal")
class MoveDeal(Node):
    """Move the guest's open deal to a stage of a pipeline; make one there if they have none in it.

    {"id": "n5", "type": "move_deal", "stage": "0198c0de-0000-7000-8000-000000000001", "title": "Noiva: {{ vars.day }}",
     "value": "vars.price"}
    title: of a new deal, and of the moved one too; left out, a new one is called like the guest
    value: in whole units of the salon's money; left out, it stays
    reason: why, for a stage of lost deals
    exits: done, error (the title or the value cannot be worked out)
    """

    stage: PublicId
    title: ShortText | None = None
    value: Formula | None = None
    reason: ShortText | None = None

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        title = cut(ctx.render(self.title).strip(), MAX_TITLE) if self.title else ""
        reason = cut(ctx.render(self.reason).strip(), MAX_REASON) if self.reason else ""
        payload = {"stage": self.stage, "title": title, "value": self.worth(ctx), "reason": reason}
        return Step("done", [Effect("deal.move", payload)])

    def worth(self, ctx: Context) -> str | None:
        """The value as a decimal text, so that no cent is lost on the way."""
        if self.value is None:
            return None
        value = ctx.evaluate(self.value)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not 0 <= value <= MAX_VALUE:
            raise NodeFailed("no_value", "the value of the deal must be a number, and not below 0")
        return str(value)
