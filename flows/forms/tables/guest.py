"""What is noted about guests."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field

TAG_CONTACT: Final = (
    Field(name="add", label=_("Give these tags"), kind="chips", source="tags", help=_("Press Enter after each.")),
    Field(name="remove", label=_("Take these tags away"), kind="chips", source="tags"),
)
SET_FIELD: Final = (
    Field(
        name="target", label=_("Set"),
        choices={"field": _("a field of the guest"), "name": _("their name"), "language": _("their language")},
    ),
    Field(
        name="field", label=_("Field"), source="contact_fields", when={"target": ("field",)}, placeholder=_("birthday")
    ),
    Field(
        name="value", label=_("Value"), placeholder="vars.day",
        help=_("A variable or a formula; a text stands in quotes. null takes a field away."),
    ),
)  # fmt: skip
CONSENT: Final = (
    Field(
        name="purpose", label=_("About"),
        choices={"marketing": _("offers and news"), "service": _("reminders and notices")},
    ),
    Field(
        name="state", label=_("The guest"), choices={"granted": _("agrees"), "revoked": _("wants no more of them")}
    ),
)  # fmt: skip
