"""Fields that several types of nodes have."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field, Words

ID: Final = Field(name="id", label="", kind="id")
WEEKDAYS: Final[dict[str, Words]] = {
    "1": _("Mon"),
    "2": _("Tue"),
    "3": _("Wed"),
    "4": _("Thu"),
    "5": _("Fri"),
    "6": _("Sat"),
    "7": _("Sun"),
}
GATHER: Final = Field(
    name="gather_s",
    label=_("Wait for more messages (seconds)"),
    help=_("Guests often write several short messages. For so long they are one answer; 0: each for itself."),
    more=True,
)
VARIABLE_HELP: Final = _("Its name; the steps that follow know it as vars.name. Letters, digits and _.")


def timeout(label: Words, help_text: Words, **more: object) -> Field:
    """How long to wait at most."""
    return Field(name="timeout", label=label, help=help_text, initial={"amount": 1, "unit": "days"}, **more)  # type: ignore[arg-type]
