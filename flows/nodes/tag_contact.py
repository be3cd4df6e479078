"""Mark a guest, or take marks away."""

from typing import Any, Self

from pydantic import Field, model_validator

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import ShortText, wrong

MAX_TAG = 40
MAX_TAGS = 20


@register("tag_contact")
class TagContact(Node):
    """Give the guest tags, or take them away; the nodes that follow see it at once.

    {"id": "n5", "type": "tag_contact", "add": ["vip", "{{ vars.city }}"], "remove": ["novo"]}
    exits: done, error (a tag is longer than 40 characters)
    """

    add: tuple[ShortText, ...] = Field(default=(), max_length=MAX_TAGS)
    remove: tuple[ShortText, ...] = Field(default=(), max_length=MAX_TAGS)

    @model_validator(mode="after")
    def some(self) -> Self:
        """At least one tag."""
        if not self.add and not self.remove:
            raise wrong("add", "it needs a tag to add or to remove")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        add, remove = (self.tags(ctx, wanted) for wanted in (self.add, self.remove))
        here = ctx.contact.get("tags") or []
        kept: list[Any] = [tag for tag in here if tag not in remove]
        there = [*kept, *(tag for tag in add if tag not in kept)]
        return Step("done", [Effect("contact.tag", {"add": add, "remove": remove}, {"tags": there})])

    def tags(self, ctx: Context, wanted: tuple[ShortText, ...]) -> list[str]:
        """The tags for this guest, each once; what is empty for them is none."""
        found = list(dict.fromkeys(tag for one in wanted if (tag := ctx.render(one).strip())))
        for tag in found:
            if len(tag) > MAX_TAG:
                raise NodeFailed("long_tag", f"a tag has at most {MAX_TAG} characters")
        return found
