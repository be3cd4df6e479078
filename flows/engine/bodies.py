"""What a message says, as plain JSON that any channel can turn into its own form. Limits: WHATSAPP.md §2."""

from typing import Final, Literal, NotRequired, TypedDict, get_args

MAX_TEXT_BODY: Final = 4_096  # a text message, and the body of a list
MAX_BUTTONS_BODY: Final = 1_024
MAX_BUTTONS: Final = 3
MAX_ROWS: Final = 10
MAX_BUTTON_TITLE: Final = 20  # the button that opens a list, too
MAX_ROW_TITLE: Final = 24
MAX_ROW_DESCRIPTION: Final = 72
MAX_FOOTER: Final = 60
MAX_CAPTION: Final = 1_024
MAX_PLACE: Final = 1_000  # name and address of a place
MediaKind = Literal["image", "video", "audio", "document", "sticker"]
MEDIA_KINDS: Final = frozenset(get_args(MediaKind))


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


class MediaBody(TypedDict):
    """A file: one of the salon's (`file`, its public id) or one that WhatsApp fetches (`link`). `text` is its caption,
    or what names the file."""

    type: Literal["media"]
    text: str
    media: MediaKind
    file: NotRequired[str]
    link: NotRequired[str]
    caption: NotRequired[str]
    filename: NotRequired[str]


class LocationBody(TypedDict):
    """A place on the map."""

    type: Literal["location"]
    text: str
    latitude: float
    longitude: float
    name: NotRequired[str]
    address: NotRequired[str]


class ContactBody(TypedDict):
    """A card with a person's name and number."""

    type: Literal["contact"]
    text: str
    name: str
    phone: str
    email: NotRequired[str]
    company: NotRequired[str]


class LinkBody(TypedDict):
    """A text with a button that opens a page."""

    type: Literal["cta_url"]
    text: str
    title: str
    url: str
    footer: NotRequired[str]


class ReactionBody(TypedDict):
    """An emoji on a message of the guest."""

    type: Literal["reaction"]
    text: str
    to: str


Body = (
    TextBody | ButtonsBody | ListBody | TemplateBody | MediaBody | LocationBody | ContactBody | LinkBody | ReactionBody
)
