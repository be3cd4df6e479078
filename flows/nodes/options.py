"""What a guest can tap: buttons and rows of lists, and how an answer is matched with them."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from flows.engine.bodies import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS_BODY,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_TITLE,
    MAX_TEXT_BODY,
    Body,
    Button,
    ButtonsBody,
    ListBody,
    Row,
)
from flows.engine.inputs import Said
from flows.engine.normalise import normalise
from flows.nodes.settings import Identifier, wrong

OTHER_EXITS: Final = frozenset(
    {"done", "other", "timeout", "error", "refused", "else", "answered", "invalid", "failed"}
)

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_BUTTON_TITLE)]
RowTitle = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ROW_TITLE)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ROW_DESCRIPTION)]


class ButtonOption(BaseModel):
    """{"id": "yes", "title": "Sim"}; `id` is the exit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    title: Title

    def words(self) -> str:
        """What a guest may write instead of tapping."""
        return normalise(self.title)


class RowOption(ButtonOption):
    """{"id": "cut", "title": "Corte", "description": "45 min"}; `id` is the exit."""

    title: RowTitle
    description: Description = ""


def check_options(options: Sequence[ButtonOption]) -> None:
    """Each has an id and a title of its own, and no id is one of the node's other exits."""
    ids = [option.id for option in options]
    titles = [option.words() for option in options]
    if len(set(ids)) < len(ids):
        raise PydanticCustomError("options", "two options have the same id")
    if len(set(titles)) < len(titles):
        raise PydanticCustomError("options", "two options have the same title")
    if taken := OTHER_EXITS.intersection(ids):
        raise PydanticCustomError("options", "an option cannot have the id {taken}", {"taken": min(taken)})


def check_ways(ids: Sequence[str], field: str) -> None:
    """Each is an exit of its own, and none of those that nodes have anyway."""
    if len(set(ids)) < len(ids) or OTHER_EXITS.intersection(ids):
        raise wrong(field, "each needs an id of its own, and not that of another exit")


def reply_id(node: str, option: ButtonOption) -> str:
    """What comes back when it is tapped. It names the node, as old messages keep their buttons for ever."""
    return f"{node}:{option.id}"


Options = Sequence[ButtonOption]


def chosen(node: str, options: Options, said: Said) -> ButtonOption | None:
    """The option that a guest tapped, wrote, or named by its number; None if none of them."""
    if said.reply_id is not None:
        return next((option for option in options if reply_id(node, option) == said.reply_id), None)
    written = normalise(said.text)
    if written.isascii() and written.isdigit() and len(written) <= 2 and 1 <= int(written) <= len(options):
        return options[int(written) - 1]
    return next((option for option in options if written == option.words()), None)


def text_body(text: str) -> Body:
    """A plain text, cut where WhatsApp would refuse it."""
    return {"type": "text", "text": cut(text, MAX_TEXT_BODY)}


def buttons_body(node: str, text: str, options: Options, footer: str = "") -> Body:
    """A text with buttons."""
    buttons: list[Button] = [{"id": reply_id(node, option), "title": option.title} for option in options]
    body: ButtonsBody = {"type": "buttons", "text": cut(text, MAX_BUTTONS_BODY), "buttons": buttons}
    if footer:
        body["footer"] = footer
    return body


def list_body(node: str, text: str, button: str, options: Options, footer: str = "") -> Body:
    """A text with a list of rows."""
    rows: list[Row] = []
    for option in options:
        row: Row = {"id": reply_id(node, option), "title": option.title}
        if isinstance(option, RowOption) and option.description:
            row["description"] = option.description
        rows.append(row)
    body: ListBody = {"type": "list", "text": cut(text, MAX_TEXT_BODY), "button": button, "rows": rows}
    if footer:
        body["footer"] = footer
    return body


def cut(text: str, most: int) -> str:
    """A guest would rather read most of a text than get none."""
    return text if len(text) <= most else text[: most - 1] + "…"
