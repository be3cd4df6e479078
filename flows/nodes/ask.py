"""Ask the guest and keep the answer."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.answers import READERS
from flows.engine.bodies import MAX_BUTTON_TITLE, MAX_BUTTONS, MAX_BUTTONS_BODY, MAX_ROWS, MEDIA_KINDS, Body, MediaKind
from flows.engine.context import Context, NodeFailed
from flows.engine.events import MessageQueued, VariableSet
from flows.engine.expressions import Template
from flows.engine.inputs import Said
from flows.nodes.base import Node, Step, WaitFor, register
from flows.nodes.options import RowOption, Title, buttons_body, check_options, chosen, list_body, text_body
from flows.nodes.settings import Duration, GatherSeconds, Name, ShortText, wrong


@register("ask")
class Ask(Node):
    """Ask, wait, check the answer, ask again if need be, and keep it as `vars.<variable>`.

    {"id": "n2", "type": "ask", "text": "Qual é o seu e-mail?", "answer": "email", "variable": "email",
     "retry_text": "Hmm, esse e-mail não parece certo.", "tries": 3, "timeout": {"amount": 1, "unit": "days"}}
    {"id": "n2", "type": "ask", "text": "Quantas pessoas?", "answer": "number", "variable": "guests",
     "min": 1, "max": 5, "whole": true}
    {"id": "n2", "type": "ask", "text": "Qual dia?", "answer": "date", "variable": "day", "future": true}
    {"id": "n2", "type": "ask", "text": "Qual período?", "answer": "choice", "variable": "period",
     "choices": [{"id": "am", "title": "Manhã"}, {"id": "pm", "title": "Tarde"}], "button": "Escolher"}
    {"id": "n2", "type": "ask", "text": "Manda uma foto?", "answer": "media", "variable": "photo", "kinds": ["image"]}
    answer: text, number, date (kept as 2026-12-24), choice (its title), phone (E.164), email,
     media (kept as {"kind": "image", "wamid": "wamid.…", "text": its caption}; kinds: those that are taken)
    gather_s: messages of so many seconds are one answer (up to 60)
    exits: answered, invalid (no tries left), timeout (if set), error
    """

    goes_on_at_once = False

    text: ShortText
    answer: Literal["text", "number", "date", "choice", "phone", "email", "media"] = "text"
    variable: Name
    retry_text: ShortText | None = None
    tries: int = Field(default=3, ge=1, le=10)
    timeout: Duration | None = None
    min: float | None = Field(default=None, allow_inf_nan=False)
    max: float | None = Field(default=None, allow_inf_nan=False)
    whole: bool = False
    future: bool = False
    choices: tuple[RowOption, ...] = Field(default=(), max_length=MAX_ROWS)
    button: Title | None = None
    kinds: tuple[MediaKind, ...] = Field(default=(), max_length=5)
    gather_s: GatherSeconds = 0

    @model_validator(mode="after")
    def settings_of_its_kind(self) -> Self:
        """Each setting belongs to one kind of answer."""
        if (self.answer == "choice") != bool(self.choices):
            raise PydanticCustomError("choices", "choices are needed by the answer choice, and by no other")
        if self.choices and not self.fit_on_buttons and not self.button:
            raise PydanticCustomError("button", "these choices become a list, which needs a button that opens it")
        if self.answer != "number" and (self.min is not None or self.max is not None or self.whole):
            raise PydanticCustomError("number", "min, max and whole belong to the answer number")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("number", "min is larger than max")
        if self.future and self.answer != "date":
            raise PydanticCustomError("date", "future belongs to the answer date")
        if self.kinds and self.answer != "media":
            raise wrong("kinds", "kinds belong to the answer media")
        check_options(self.choices)
        return self

    @property
    def fit_on_buttons(self) -> bool:
        """Buttons are fewer and shorter than rows."""
        return len(self.choices) <= MAX_BUTTONS and all(
            len(choice.title) <= MAX_BUTTON_TITLE for choice in self.choices
        )

    def exits(self) -> tuple[str, ...]:
        return ("answered", "invalid", *(("timeout",) if self.timeout else ()), "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable,)

    def run(self, ctx: Context) -> Step:
        return self.ask(ctx, self.text, tries=0)

    def resume(self, ctx: Context) -> Step:
        if not isinstance(ctx.input, Said):
            return Step("timeout")
        value = self.understood(ctx, ctx.input)
        if value is not None:
            return Step("answered", [VariableSet(self.variable, value)])
        if ctx.tries + 1 >= self.tries:
            return Step("invalid")
        return self.ask(ctx, self.retry_text or self.text, tries=ctx.tries + 1)

    def ask(self, ctx: Context, template: Template, tries: int) -> Step:
        """Put the question and wait; the time-out counts from now."""
        text = ctx.render(template)
        if not text.strip():
            raise NodeFailed("empty_text", "the text is empty for this guest")
        wait = WaitFor(self.timeout.after(ctx.now) if self.timeout else None)
        return Step(events=[MessageQueued(self.body(ctx.node, text))], wait=wait, tries=tries)

    def body(self, node: str, text: str) -> Body:
        """As text, buttons or list, as the choices need."""
        if not self.choices:
            return text_body(text)
        if self.button:
            return list_body(node, text, self.button, self.choices)
        return buttons_body(node, text, self.choices)

    def understood(self, ctx: Context, said: Said) -> Any:
        """The answer as it is kept, or None if it is none."""
        if self.answer == "choice":
            choice = chosen(ctx.node, self.choices, said)
            return choice.title if choice else None
        if self.answer == "media":
            return self.file(said)
        value = READERS[self.answer](said.text, ctx.now.date())
        if value is None:
            return None
        if self.answer == "number" and not self.allows(value):
            return None
        return None if self.future and value < ctx.now.date().isoformat() else value

    def file(self, said: Said) -> dict[str, str] | None:
        """What is kept of a file: the message that brought it names it for good."""
        if said.kind not in (self.kinds or MEDIA_KINDS):
            return None
        return {"kind": said.kind, "wamid": said.wamid, "text": said.text[:MAX_BUTTONS_BODY]}

    def allows(self, number: float) -> bool:
        """Whether the number is of the kind and size that was asked for."""
        if self.whole and not isinstance(number, int):
            return False
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)
