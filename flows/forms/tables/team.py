"""What the team does."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field

ASSIGN: Final = (
    Field(name="member", label=_("Who looks after it"), kind="choice", source="members", placeholder=_("Nobody")),
)
HAND_OVER: Final = (
    Field(
        name="text",
        label=_("Tell the guest"),
        help=_("Optional. The flows are silent here until a person lets them go on."),
        placeholder=_("One moment, somebody of the team will answer."),
    ),
    Field(name="note", label=_("Note for the team"), help=_("Optional. Shown to whoever takes over.")),
)
TELL_TEAM: Final = (
    Field(name="text", label=_("What the team reads")),
    Field(
        name="level",
        label=_("How urgent"),
        choices={"info": _("For information"), "warning": _("Soon"), "critical": _("At once")},
    ),
)
