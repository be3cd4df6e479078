"""What guests are asked."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field
from flows.forms.tables.common import GATHER, VARIABLE_HELP, timeout
from flows.forms.tables.messages import ROW, TEXT_HELP

ASK: Final = (
    Field(name="text", label=_("Question"), help=TEXT_HELP),
    Field(
        name="answer",
        label=_("The answer is"),
        choices={
            "text": _("a text"),
            "number": _("a number"),
            "date": _("a date"),
            "choice": _("one of several"),
            "phone": _("a phone number"),
            "email": _("an e-mail address"),
            "media": _("a photo or another file"),
        },
    ),
    Field(
        name="choices", label=_("Choices"), when={"answer": ("choice",)}, item=ROW, add=_("Add a choice"), begin=2,
        initial={"title": _("Option %(number)s")}, help=_("Up to 3 short ones become buttons, more of them a list."),
    ),
    Field(
        name="button", label=_("Words on the button that opens the list"), when={"answer": ("choice",)},
        help=_("Needed if there are more than 3 choices, or one has more than 20 characters."),
        placeholder=_("Choose"),
    ),
    Field(name="min", label=_("At least"), when={"answer": ("number",)}, half=True),
    Field(name="max", label=_("At most"), when={"answer": ("number",)}, half=True),
    Field(name="whole", label=_("Whole numbers only"), when={"answer": ("number",)}),
    Field(name="future", label=_("Today or later only"), when={"answer": ("date",)}),
    Field(
        name="kinds", label=_("Kinds of files"), kind="checks", when={"answer": ("media",)},
        help=_("Without any, every kind is taken."),
        choices={
            "image": _("Photo"), "video": _("Video"), "audio": _("Audio"), "document": _("Document"),
            "sticker": _("Sticker"),
        },
    ),
    Field(
        name="variable", label=_("Keep the answer as"), kind="name", help=VARIABLE_HELP, placeholder=_("birthday")
    ),
    Field(
        name="retry_text", label=_("If the answer does not fit"), more=True,
        help=_("Said before the guest may try again; without it the question is asked once more."),
    ),
    Field(name="tries", label=_("Tries"), more=True, half=True),
    timeout(_("Go on if the guest does not answer"), _("The step is then left by “no answer”."), more=True),
    GATHER,
)  # fmt: skip
