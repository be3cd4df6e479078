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
MOVE_DEAL: Final = (
    Field(name="stage", label=_("To which stage"), kind="choice", source="stages", placeholder=_("Choose a stage")),
    Field(
        name="title",
        label=_("What the deal is about"),
        help=_("Optional. A new deal without it is called like the guest."),
    ),
    Field(
        name="value",
        label=_("Value"),
        placeholder="vars.price",
        help=_("Optional: a number or a formula, in the money of the salon."),
    ),
    Field(
        name="reason", label=_("Why it is lost"), help=_("Only for a stage of lost deals, which needs it."), more=True
    ),
)
ADD_TASK: Final = (
    Field(name="text", label=_("What is to be done")),
    Field(
        name="kind",
        label=_("Kind"),
        choices={"task": _("Task"), "call": _("Call"), "message": _("Message"), "visit": _("Visit")},
    ),
    Field(name="due", label=_("Due in"), initial={"amount": 1, "unit": "days"}),
    Field(name="member", label=_("Who does it"), kind="choice", source="members", placeholder=_("Nobody")),
)
