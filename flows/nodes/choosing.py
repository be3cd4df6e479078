"""Steps that let a guest choose among what the salon has: services, professionals, free times, their own visits.

The world is asked for what there is, and again for what a guest wrote instead of tapping. Its answer is JSON:

{"picked": {…}}                           there is nothing to choose, or it is clear what was meant
{"none": true}                            there is nothing
{"options": [{"id", "title", "description", "value": {…}}], "note": "…", "more": {"title", "after"}}
                                          to choose from; `note` is said instead of the step's own words
{"unclear": true}                         what was written is none of it

What was offered last is kept in `vars.<variable>_options`, so that a number, a title or a tap can be told.
"""

from datetime import timedelta
from typing import Any, ClassVar, Final, Self

from pydantic import Field, model_validator

from flows.engine.bodies import MAX_BUTTON_TITLE, MAX_BUTTONS, MAX_ROW_DESCRIPTION, MAX_ROW_TITLE, MAX_ROWS
from flows.engine.context import Context, NodeFailed
from flows.engine.events import MessageQueued, NodeEvent, VariableSet
from flows.engine.expressions import Template
from flows.engine.inputs import Answered, Said
from flows.nodes.base import Ask, Node, Step, WaitFor
from flows.nodes.options import RowOption, Title, buttons_body, chosen, cut, list_body
from flows.nodes.settings import Duration, Formula, ShortText, wrong

# The salon's own calendar answers at once.
PATIENCE: Final = timedelta(minutes=1)
MORE: Final = "more"
SEE: Final = "…"


class Choosing(Node):
    """What such steps have in common."""

    goes_on_at_once = False
    request: ClassVar[str]

    text: ShortText | None = None
    retry_text: ShortText | None = None
    button: Title = SEE
    tries: int = Field(default=3, ge=1, le=10)
    timeout: Duration | None = None

    @model_validator(mode="after")
    def has_words(self) -> Self:
        """What is asked needs words."""
        if self.asks and self.text is None:
            raise wrong("text", "must not be empty")
        return self

    @property
    def asks(self) -> bool:
        """Whether the guest may be asked at all."""
        return True

    @property
    def keeps(self) -> str:
        """The variable of what was chosen."""
        raise NotImplementedError

    @property
    def offered(self) -> str:
        """The variable of what was offered last."""
        return f"{self.keeps[:55]}_options"

    def wanted(self, ctx: Context) -> dict[str, Any]:
        """What is asked for."""
        raise NotImplementedError

    def exits(self) -> tuple[str, ...]:
        return ("chosen", "none", "invalid", *(("timeout",) if self.timeout else ()), "error")

    def sets(self) -> tuple[str, ...]:
        return (self.keeps, self.offered)

    def run(self, ctx: Context) -> Step:
        return self.look(ctx, 0)

    def look(self, ctx: Context, tries: int, **more: Any) -> Step:
        """Ask what there is."""
        payload = {**self.wanted(ctx), "language": str(ctx.contact.get("language") or ""), **more}
        return Step(ask=Ask(self.request, payload, ctx.now + PATIENCE), tries=tries)

    def resume(self, ctx: Context) -> Step:
        if isinstance(ctx.input, Answered):
            return self.hear_world(ctx, ctx.input)
        if isinstance(ctx.input, Said):
            return self.hear_guest(ctx, ctx.input)
        return Step("timeout")

    def hear_world(self, ctx: Context, said: Answered) -> Step:
        """Show what there is, or go on with what is clear."""
        found = answer_of(said)
        if found.get("none"):
            return Step("none", self.forget())
        if isinstance(found.get("picked"), dict):
            return self.take(found["picked"])
        if found.get("unclear"):
            return self.ask_again(ctx)
        options = [one for one in found.get("options") or [] if isinstance(one, dict)]
        if not options:
            return Step("none", self.forget())
        note = str(found.get("note") or "")
        kept = {"options": options, "more": found.get("more")}
        return self.show(ctx, note or self.words(ctx, self.text), kept, ctx.tries)

    def hear_guest(self, ctx: Context, said: Said) -> Step:
        """A tap, a number, a title; anything else the world may know."""
        kept = self.kept(ctx)
        option = chosen(ctx.node, rows_of(kept), said)
        if option is not None and option.id == MORE:
            return self.look(ctx, ctx.tries, after=(kept.get("more") or {}).get("after"))
        if option is not None:
            return self.take(next(one["value"] for one in kept["options"] if one["id"] == option.id))
        if said.reply_id is not None and (known := old_tap(ctx.node, said.reply_id)):
            # A row of an older list: whether there still is such a thing, the world knows.
            return self.look(ctx, ctx.tries, pick=known)
        if not said.text.strip():
            return self.ask_again(ctx)
        ids = [one["id"] for one in kept.get("options") or []]
        return self.look(ctx, ctx.tries, said=said.text[:1000], offered=ids)

    def ask_again(self, ctx: Context) -> Step:
        """It was not understood."""
        kept = self.kept(ctx)
        if ctx.tries + 1 >= self.tries or not kept.get("options"):
            return Step("invalid", self.forget())
        return self.show(ctx, self.words(ctx, self.retry_text or self.text), kept, ctx.tries + 1)

    def words(self, ctx: Context, text: Template | None) -> str:
        """A text for this guest."""
        return ctx.render(text) if text is not None else ""

    def show(self, ctx: Context, text: str, kept: dict[str, Any], tries: int) -> Step:
        """Buttons if they are few and short, else a list."""
        if not text.strip():
            raise NodeFailed("empty_text", "the text is empty for this guest")
        rows = rows_of(kept)
        are_buttons = len(rows) <= MAX_BUTTONS and all(
            len(row.title) <= MAX_BUTTON_TITLE and not row.description for row in rows
        )
        body = (
            buttons_body(ctx.node, text, rows)
            if are_buttons
            else list_body(ctx.node, text, self.button if self.button != SEE else self.button_for(kept), rows)
        )
        wait = WaitFor(self.timeout.after(ctx.now) if self.timeout else None)
        return Step(events=[VariableSet(self.offered, kept), MessageQueued(body)], wait=wait, tries=tries)

    def button_for(self, kept: dict[str, Any]) -> str:
        """The words that open the list, where the step has none of its own."""
        return cut(str(next((one.get("button") for one in kept["options"] if one.get("button")), SEE)), 20)

    def take(self, value: dict[str, Any]) -> Step:
        """It is chosen."""
        return Step("chosen", [VariableSet(self.keeps, value), *self.forget()])

    def forget(self) -> list[NodeEvent]:
        """What was offered is of no use any more."""
        return [VariableSet(self.offered, None)]

    def kept(self, ctx: Context) -> dict[str, Any]:
        """What was offered last."""
        found = ctx.variables.get(self.offered)
        return found if isinstance(found, dict) else {}


def answer_of(said: Answered) -> dict[str, Any]:
    """What the calendar said; raises NodeFailed for an error."""
    if said.error:
        raise NodeFailed(said.error, "the calendar did not answer")
    found = said.answer.get("json")
    if not isinstance(found, dict):
        raise NodeFailed("no_answer", "the calendar said nothing that can be read")
    return found


def rows_of(kept: dict[str, Any]) -> list[RowOption]:
    """What was offered, as it can be tapped."""
    found = [
        RowOption.model_construct(
            id=str(one.get("id") or "")[:60],
            title=cut(str(one.get("title") or SEE), MAX_ROW_TITLE),
            description=cut(str(one.get("description") or ""), MAX_ROW_DESCRIPTION),
        )
        for one in (kept.get("options") or [])[: MAX_ROWS - 1]
    ]
    more = kept.get("more")
    if isinstance(more, dict):
        title = cut(str(more.get("title") or SEE), MAX_ROW_TITLE)
        found.append(RowOption.model_construct(id=MORE, title=title, description=""))
    return found


def old_tap(node: str, reply_id: str) -> str:
    """What a tap of this step's names; empty for another step's."""
    begins = f"{node}:"
    return reply_id[len(begins) :][:60] if reply_id.startswith(begins) else ""


def value_of(ctx: Context, formula: Formula | None, name: str) -> Any:
    """What a formula gives; without one, the variable of that name."""
    return ctx.evaluate(formula) if formula is not None else ctx.variables.get(name)


def id_of(value: Any) -> str | None:
    """The id of what was chosen: of {"id": …}, or of itself."""
    found = value.get("id") if isinstance(value, dict) else value
    return str(found)[:60] if isinstance(found, str) and found else None


def named(ctx: Context, formula: Formula | None) -> str | None:
    """The visit that a step is about: None is the guest's next. Where a formula was to name one and did not, it is "",
    which is none: never another visit in its place."""
    found = id_of(value_of(ctx, formula, "booking"))
    return found or ("" if formula is not None else None)


def ids_of(value: Any) -> list[str]:
    """The ids of one or several."""
    several = value if isinstance(value, list) else [value]
    return [found for one in several[:10] if (found := id_of(one))]
