"""Do not do the same too often to one guest."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from flows.engine.context import Context
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register

FieldName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


@register("once_in")
class OnceIn(Node):
    """Let a guest through at most once in so many days. The day stands in a field of the contact, where people see it.

    {"id": "n3", "type": "once_in", "days": 90, "field": "Avaliação pedida em"}
    exits: done, too_soon (it was done within these days)
    """

    days: int = Field(ge=1, le=3650, strict=True)
    field: FieldName

    def exits(self) -> tuple[str, ...]:
        return ("done", "too_soon")

    def run(self, ctx: Context) -> Step:
        fields = ctx.contact.get("fields") or {}
        today = ctx.now.date()
        since = day_of(fields.get(self.field))
        if since is not None and 0 <= (today - since).days < self.days:
            return Step("too_soon")
        noted = {"fields": {**fields, self.field: today.isoformat()}}
        return Step("done", [Effect("contact.field", {"name": self.field, "value": today.isoformat()}, noted)])


def day_of(value: object) -> date | None:
    """A day as it is kept; None for what is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
