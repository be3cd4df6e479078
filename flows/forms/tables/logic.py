"""Which way to go, and what to remember."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field, Words
from flows.forms.tables.common import ID, VARIABLE_HELP

LABEL: Final = Field(name="label", label=_("Name of the way"), placeholder=_("optional"))
CONDITION: Final = (
    Field(
        name="branches",
        label=_("Ways"),
        add=_("Add a way"),
        begin=1,
        initial={"when": "", "label": ""},
        help=_("The first one that is true is taken; if none is, the step is left by “otherwise”."),
        item=(ID, Field(name="when", label=_("If"), kind="rule"), LABEL),
    ),
)
SWITCH: Final = (
    Field(
        name="value", label=_("Look at"), help=_("A variable or a formula, like vars.city."), placeholder="vars.city"
    ),
    Field(
        name="cases",
        label=_("Ways"),
        add=_("Add a way"),
        initial={"label": ""},
        help=_("Capitals and accents do not matter. What is in none of them leaves by “otherwise”."),
        item=(ID, Field(name="is", label=_("If it is one of"), help=_("Press Enter after each."), kind="chips"), LABEL),
    ),
)
SPLIT: Final = (
    Field(
        name="ways",
        label=_("Ways"),
        add=_("Add a way"),
        initial={"percent": 0, "label": _("Way %(number)s")},
        help=_("The shares make 100 together. A guest who comes by again goes the same way."),
        item=(
            ID,
            Field(name="percent", label=_("Share in %"), half=True),
            Field(name="label", label=_("Name of the way"), half=True),
        ),
    ),
)
SET_VARIABLE: Final = (
    Field(name="variable", label=_("Variable"), kind="name", help=VARIABLE_HELP, placeholder=_("visits")),
    Field(
        name="value",
        label=_("Value"),
        placeholder="default(vars.visits, 0) + 1",
        help=_("A formula; a text stands in quotes: 'yes'."),
    ),
)
SPANS: Final = (
    Field(name="from", label=_("From"), kind="clock", half=True, placeholder="09:00"),
    Field(name="to", label=_("Until"), kind="clock", half=True, placeholder="18:00"),
)


def day(name: str, label: Words) -> Field:
    """The hours of one day."""
    return Field(
        name=name, label=label, kind="rows", item=SPANS, add=_("Add hours"), initial={"from": "09:00", "to": "18:00"}
    )


BUSINESS_HOURS: Final = (
    Field(
        name="week",
        label=_("Open"),
        help=_("By the salon's clock; a day without hours is closed."),
        item=(
            day("mon", _("Monday")),
            day("tue", _("Tuesday")),
            day("wed", _("Wednesday")),
            day("thu", _("Thursday")),
            day("fri", _("Friday")),
            day("sat", _("Saturday")),
            day("sun", _("Sunday")),
        ),
    ),
    Field(
        name="dates",
        label=_("Other hours on certain days"),
        add=_("Add a day"),
        more=True,
        help=_("Holidays, for example; a day without hours is closed."),
        item=(Field(name="date", label=_("Day"), kind="date"), day("open", _("Open"))),
    ),
)
