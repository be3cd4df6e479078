"""Say something to the guest."""

from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.bodies import MAX_BUTTONS, MAX_BUTTONS_BODY, MAX_FOOTER, MAX_ROWS, Body
from flows.engine.context import Context, NodeFailed
from flows.engine.events import MessageQueued
from flows.engine.inputs import Said
from flows.nodes.attached import ContactPart, Emoji, LinkPart, LocationPart, MediaPart, reaction_body
from flows.nodes.base import Node, Step, WaitFor, register
from flows.nodes.options import (
    ButtonOption,
    RowOption,
    Title,
    buttons_body,
    check_options,
    chosen,
    list_body,
    text_body,
)
from flows.nodes.settings import Duration, LongText, wrong


class RowList(BaseModel):
    """{"button": "Ver serviços", "rows": [{"id": "cut", "title": "Corte"}]}."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    button: Title
    rows: tuple[RowOption, ...] = Field(min_length=1, max_length=MAX_ROWS)


@register("send_message")
class SendMessage(Node):
    """Say something and go on; with buttons or a list, wait for the choice.

    {"id": "n1", "type": "send_message", "text": "Oi, {{ contact.first_name }}!"}
    exits: done, refused (the same text too often), error
    {"id": "n1", "type": "send_message", "text": "Vamos marcar?", "timeout": {"amount": 2, "unit": "hours"},
     "buttons": [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Agora não"}]}
    {"id": "n1", "type": "send_message", "text": "O que deseja?", "footer": "Salão Aurora",
     "list": {"button": "Ver serviços", "rows": [{"id": "cut", "title": "Corte", "description": "45 min"}]}}
    exits: one per button or row, other (any other answer), timeout (if set), error
    {"id": "n1", "type": "send_message", "media": {"kind": "image", "link": "https://a.com/b.jpg", "caption": "Oi"}}
    {"id": "n1", "type": "send_message", "location": {"latitude": -23.5, "longitude": -46.6, "name": "Salão Aurora"}}
    {"id": "n1", "type": "send_message", "contact": {"name": "Rui Sá", "phone": "+5511999990000"}}
    {"id": "n1", "type": "send_message", "text": "Os preços:", "cta_url": {"title": "Ver", "url": "https://exemplo.com"}}
    {"id": "n1", "type": "send_message", "reaction": "👍"}
    exits: done, refused, error
    """

    text: LongText | None = None
    footer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_FOOTER)] = ""
    buttons: tuple[ButtonOption, ...] = Field(default=(), max_length=MAX_BUTTONS)
    list: RowList | None = None
    timeout: Duration | None = None
    media: MediaPart | None = None
    location: LocationPart | None = None
    contact: ContactPart | None = None
    cta_url: LinkPart | None = None
    reaction: Emoji | None = None

    @model_validator(mode="after")
    def one_kind_of_message(self) -> Self:
        """WhatsApp takes a text (with something to tap), or one of the others."""
        others = [name for name in ("media", "location", "contact", "reaction") if getattr(self, name) is not None]
        if not others and self.text is None:
            raise wrong("text", "must not be empty")
        if len(others) > 1 or (others and (self.text or self.options or self.cta_url or self.footer)):
            hint = "; the words under a file are its caption" if others == ["media"] else ""
            raise wrong(others[-1], f"a message is a text or one of media, location, contact and reaction{hint}")
        return self

    @model_validator(mode="after")
    def one_kind_of_options(self) -> Self:
        """Buttons or a list; what belongs to them only with them."""
        if self.buttons and self.list:
            raise PydanticCustomError("options", "a message has buttons or a list, not both")
        if not self.options and (self.timeout or (self.footer and not self.cta_url)):
            raise PydanticCustomError("options", "a footer and a time-out need buttons or a list")
        if self.options and self.cta_url:
            raise wrong("cta_url", "a message has buttons that answer, or one that opens a page")
        if (self.buttons or self.cta_url) and self.text and len(self.text.source) > MAX_BUTTONS_BODY:
            raise PydanticCustomError("long", f"a text with buttons has at most {MAX_BUTTONS_BODY} characters")
        check_options(self.options)
        return self

    @cached_property
    def options(self) -> tuple[ButtonOption, ...]:
        """What can be tapped."""
        return self.list.rows if self.list else self.buttons

    def exits(self) -> tuple[str, ...]:
        if not self.options:
            return ("done", "refused", "error")
        timeout = ("timeout",) if self.timeout else ()
        return (*(option.id for option in self.options), "other", *timeout, "error")

    @property
    def waits(self) -> bool:
        """Only for what can be tapped."""
        return bool(self.options)

    def body(self, ctx: Context) -> Body:
        """What is sent; raises NodeFailed if nothing would be seen."""
        if self.text is None:
            return self.other_body(ctx)
        text = ctx.render(self.text)
        if not text.strip():
            raise NodeFailed("empty_text", "the text is empty for this guest")
        if self.list:
            return list_body(ctx.node, text, self.list.button, self.options, self.footer)
        if self.buttons:
            return buttons_body(ctx.node, text, self.options, self.footer)
        return self.cta_url.body(ctx, text, self.footer) if self.cta_url else text_body(text)

    def other_body(self, ctx: Context) -> Body:
        """What is no text."""
        for part in (self.media, self.location, self.contact):
            if part is not None:
                return part.body(ctx)
        return reaction_body(ctx, self.reaction or "")

    def run(self, ctx: Context) -> Step:
        message = MessageQueued(self.body(ctx))
        if not self.options:
            return Step("done", [message])
        return Step(events=[message], wait=WaitFor(self.timeout.after(ctx.now) if self.timeout else None))

    def resume(self, ctx: Context) -> Step:
        if not isinstance(ctx.input, Said):
            return Step("timeout")
        option = chosen(ctx.node, self.options, ctx.input)
        return Step(option.id if option else "other")
