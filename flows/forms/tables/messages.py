"""What guests are told."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import JSON, Field, Virtual
from flows.forms.tables.common import ID, timeout

OTHERS: Final = ("media", "location", "contact", "reaction")
TEXTS: Final = ("text", "buttons", "list", "cta_url")
ANSWERS: Final = ("buttons", "list")


def kind_of(node: JSON) -> str:
    """What sort of message it is."""
    for name in (*OTHERS, "list", "cta_url"):
        if node.get(name) is not None:
            return name
    return "buttons" if node.get("buttons") else "text"


TEXT_HELP: Final = _("*bold*, _italic_ and ~struck~ work as in WhatsApp.")
OPTION: Final = (ID, Field(name="title", label=_("Words on the button")))
ROW: Final = (ID, Field(name="title", label=_("Title")), Field(name="description", label=_("Description")))
MEDIA: Final = (
    Field(
        name="kind",
        label=_("Kind of file"),
        choices={
            "image": _("Photo"),
            "video": _("Video"),
            "audio": _("Audio"),
            "document": _("Document"),
            "sticker": _("Sticker"),
        },
    ),
    Field(
        name="@from",
        label=_("Where the file is"),
        choices={"file": _("Upload it here"), "link": _("On the web, by a link")},
        virtual=Virtual(lambda media: "link" if media.get("link") is not None else "file"),
    ),
    Field(name="file", label=_("File"), kind="media", when={"@from": ("file",)}),
    Field(
        name="link",
        label=_("Link"),
        kind="text",
        most=2000,
        when={"@from": ("link",)},
        placeholder="https://…",
        help=_("WhatsApp fetches the file from there; it begins with https://."),
    ),
    Field(name="caption", label=_("Words under it"), when={"kind": ("image", "video", "document")}, help=TEXT_HELP),
    Field(name="filename", label=_("Name of the file"), when={"kind": ("document",)}, placeholder=_("prices.pdf")),
)
LOCATION: Final = (
    Field(name="latitude", label=_("Latitude"), half=True, placeholder="-23.5613"),
    Field(name="longitude", label=_("Longitude"), half=True, placeholder="-46.6565"),
    Field(name="name", label=_("Name of the place")),
    Field(name="address", label=_("Address")),
)
CONTACT: Final = (
    Field(name="name", label=_("Name")),
    Field(name="phone", label=_("Phone number"), placeholder="+5511999990000"),
    Field(name="email", label=_("E-mail")),
    Field(name="company", label=_("Company")),
)
SEND_MESSAGE: Final = (
    Field(
        name="@kind",
        label=_("Kind of message"),
        choices={
            "text": _("Text"),
            "buttons": _("Text with buttons to tap"),
            "list": _("Text with a list to choose from"),
            "cta_url": _("Text with a button that opens a page"),
            "media": _("Photo, video, audio or document"),
            "location": _("Place on the map"),
            "contact": _("Contact card"),
            "reaction": _("Emoji on what the guest wrote"),
        },
        virtual=Virtual(kind_of),
    ),
    Field(
        name="text",
        label=_("Text"),
        help=TEXT_HELP,
        when={"@kind": TEXTS},
        shorter=("@kind", ("buttons", "cta_url"), 1024),
    ),
    Field(
        name="buttons",
        label=_("Buttons"),
        when={"@kind": ("buttons",)},
        item=OPTION,
        add=_("Add a button"),
        begin=1,
        initial={"title": _("Option %(number)s")},
        help=_("Each is a way out of this step. Up to 3, 20 characters each."),
    ),
    Field(
        name="list",
        label=_("List"),
        when={"@kind": ("list",)},
        switch=False,
        initial={"button": _("Choose")},
        item=(
            Field(name="button", label=_("Words on the button that opens it")),
            Field(
                name="rows",
                label=_("Rows"),
                item=ROW,
                add=_("Add a row"),
                begin=1,
                initial={"title": _("Option %(number)s")},
                help=_("Each is a way out of this step. Up to 10."),
            ),
        ),
    ),
    Field(
        name="cta_url",
        label=_("Button"),
        when={"@kind": ("cta_url",)},
        switch=False,
        item=(
            Field(name="title", label=_("Words on the button")),
            Field(name="url", label=_("Address"), kind="text", most=2000, placeholder="https://…"),
        ),
    ),
    Field(name="footer", label=_("Footer"), when={"@kind": ("buttons", "list", "cta_url")}, more=True),
    timeout(
        _("Go on if the guest does not choose"),
        _("The step is then left by “no answer”. Without it, it waits as long as it takes."),
        when={"@kind": ANSWERS},
    ),
    Field(
        name="media", label=_("File"), when={"@kind": ("media",)}, switch=False, item=MEDIA, initial={"kind": "image"}
    ),
    Field(name="location", label=_("Place"), when={"@kind": ("location",)}, switch=False, item=LOCATION),
    Field(name="contact", label=_("Card"), when={"@kind": ("contact",)}, switch=False, item=CONTACT),
    Field(
        name="reaction",
        label=_("Emoji"),
        kind="line",
        when={"@kind": ("reaction",)},
        placeholder="👍",
        help=_("Put on the guest's newest message."),
    ),
)


def put_template(node: JSON, chosen: str) -> None:
    """Name and language stand apart in the node."""
    node["name"], _sep, node["language"] = chosen.partition("|")


SEND_TEMPLATE: Final = (
    Field(
        name="@template",
        label=_("Message template"),
        source="templates",
        help=_("Only a template may be sent when the guest has not written for 24 hours."),
        virtual=Virtual(
            lambda node: f"{node.get('name', '')}|{node.get('language', '')}", put_template, ("name", "language")
        ),
    ),
    Field(name="values", label=_("What is filled in"), kind="places"),
    Field(name="name", label="", kind="hidden"),
    Field(name="language", label="", kind="hidden"),
)
