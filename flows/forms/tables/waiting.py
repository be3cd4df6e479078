"""Letting time pass."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import JSON, UNITS, Field, Virtual
from flows.forms.tables.common import GATHER, VARIABLE_HELP, WEEKDAYS, timeout

WAIT: Final = (
    Field(name="amount", label=_("Wait"), half=True),
    Field(name="unit", label=_("Unit"), choices=UNITS, half=True),
)


def by(node: JSON) -> str:
    """What the moment is told by."""
    return "at" if node.get("at") is not None else "weekdays"


WAIT_UNTIL: Final = (
    Field(
        name="@by", label=_("Until"), virtual=Virtual(by, None, ()),
        choices={"weekdays": _("the next of certain days of the week"), "at": _("a date")},
    ),
    Field(name="weekdays", label=_("Days"), kind="checks", choices=WEEKDAYS, when={"@by": ("weekdays",)}),
    Field(
        name="at", label=_("Date"), when={"@by": ("at",)}, placeholder="add_days(vars.day, -1)",
        help=_("A variable or a formula that gives a date; a moment that is over goes on at once."),
    ),
    Field(
        name="time", label=_("Time"), kind="clock", half=True, placeholder="09:00",
        help=_("By the salon's clock."),
    ),
)  # fmt: skip
WAIT_FOR: Final = (
    Field(name="replies", label=_("Go on when the guest writes")),
    Field(
        name="events", label=_("Or when something happens"), add=_("Add what may happen"),
        initial={"kind": "contact.changed"},
        item=(
            Field(name="kind", label=_("What happens"), source="events"),
            Field(
                name="where", label=_("Only if"), placeholder="'vip' in contact.tags",
                help=_("A formula; what happened is known as event."),
            ),
        ),
    ),
    timeout(_("Go on after a while in any case"), _("The step is then left by “no answer”.")),
    Field(
        name="variable", label=_("Keep what came as"), kind="name", help=VARIABLE_HELP, placeholder=_("answer"),
        more=True,
    ),
    GATHER,
)  # fmt: skip
