"""Write something down about a guest."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import StringConstraints, model_validator

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import Formula, wrong

MAX_NAME: Final = 120
MAX_LANGUAGE: Final = 10
MAX_FIELD: Final = 1_000
FieldName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+\z")
]


@register("set_field")
class SetField(Node):
    """Set a field of the contact, their name or their language; the nodes that follow see it at once.

    {"id": "n5", "type": "set_field", "field": "birthday", "value": "vars.day"}
    {"id": "n5", "type": "set_field", "target": "name", "value": "vars.name"}
    {"id": "n5", "type": "set_field", "target": "language", "value": "'en'"}
    value: an expression; null takes a field away
    exits: done, error (no such value)
    """

    target: Literal["field", "name", "language"] = "field"
    field: FieldName | None = None
    value: Formula

    @model_validator(mode="after")
    def named(self) -> Self:
        """A field has a name, the others have theirs."""
        if (self.target == "field") != (self.field is not None):
            raise wrong("field", "the name of a field is needed to set a field, and for nothing else")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        value = ctx.evaluate(self.value)
        contact = ctx.contact
        if self.field is not None:
            if isinstance(value, list | dict) or len(str(value)) > MAX_FIELD:
                raise NodeFailed("no_value", f"a field holds a text of at most {MAX_FIELD} characters, or a number")
            fields = {**(contact.get("fields") or {}), self.field: value}
            if value is None:
                del fields[self.field]
            return Step("done", [Effect("contact.field", {"name": self.field, "value": value}, {"fields": fields})])
        most = MAX_NAME if self.target == "name" else MAX_LANGUAGE
        text = value.strip() if isinstance(value, str) else ""
        if not text or len(text) > most:
            raise NodeFailed("no_value", f"a {self.target} is a text of at most {most} characters")
        changes: dict[str, Any] = {self.target: text}
        if self.target == "name":
            changes["first_name"] = text.split(" ", 1)[0]
        return Step("done", [Effect(f"contact.{self.target}", {"value": text}, changes)])
