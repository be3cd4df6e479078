"""What a message says, as plain JSON that any channel can turn into its own form. Limits: WHATSAPP.md §2."""

from typing import Final, Literal, NotRequired, TypedDict

MAX_TEXT_BODY: Final = 4_096  # a text message, and the body of a list
MAX_BUTTONS_BODY: Final = 1_024
MAX_BUTTONS: Final = 3
MAX_ROWS: Final = 10
MAX_BUTTON_TITLE: Final = 20  # the button that opens a list, too
MAX_ROW_TITLE: Final = 24
MAX_ROW_DESCRIPTION: Final = 72
MAX_FOOTER: Final = 60


class Button(TypedDict):
    """What a guest can tap; `id` comes back with the answer."""

    id: str
    title: str


class Row(Button):
    """A line of a list."""

    description: NotRequired[str]


class TextBody(TypedDict):
    """A plain text."""

    type: Literal["text"]
    text: str


class ButtonsBody(TypedDict):
    """A text with up to three buttons."""

    type: Literal["buttons"]
    text: str
    buttons: list[Button]
    footer: NotRequired[str]


class ListBody(TypedDict):
    """A text with a button that opens up to ten rows."""

    type: Literal["list"]
    text: str
    button: str
    rows: list[Row]
    footer: NotRequired[str]


class TemplateBody(TypedDict):
    """A text that WhatsApp has approved, which may go out at any time; `values` are what it needs, by their places."""

    type: Literal["template"]
    # What the engine knows of it: counts as its text where the same is not to be said too often.
    text: str
    name: str
    language: str
    values: dict[str, str]


Body = TextBody | ButtonsBody | ListBody | TemplateBody
