"""What guests choose of the calendar, and what is done there."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field, Words
from flows.forms.tables.common import VARIABLE_HELP, timeout
from flows.forms.tables.messages import TEXT_HELP

SERVICE: Final = Field(
    name="service",
    label=_("For which service"),
    placeholder="vars.service",
    help=_("The variable of the step that asked for it."),
)


def _asking(text: Words, retry: Words) -> tuple[Field, ...]:
    return (
        Field(name="retry_text", label=_("If the answer is not understood"), more=True, help=retry),
        Field(name="button", label=_("Words on the button that opens the list"), more=True, help=text),
        Field(name="tries", label=_("Tries"), more=True, half=True),
        timeout(_("Go on if the guest does not answer"), _("The step is then left by “no answer”."), more=True),
    )


_BUTTON: Final = _("Left as …, it is written in the guest's language.")
_RETRY: Final = _("Said before the guest may try again; without it the question is asked once more.")
CHOOSE_SERVICE: Final = (
    Field(name="text", label=_("Question"), help=TEXT_HELP, placeholder=_("What would you like to have done?")),
    Field(
        name="services", label=_("Only these services"), kind="rows", add=_("Add a service"), most=30,
        help=_("Without any, all that can be booked online are offered."),
        item=(Field(name="value", label=_("Service"), kind="choice", source="services"),),
    ),
    Field(name="variable", label=_("Keep the service as"), kind="name", help=VARIABLE_HELP, placeholder="service"),
    *_asking(_BUTTON, _RETRY),
)  # fmt: skip
CHOOSE_PROFESSIONAL: Final = (
    Field(name="text", label=_("Question"), help=TEXT_HELP, placeholder=_("With whom?")),
    SERVICE,
    Field(
        name="variable", label=_("Keep the professional as"), kind="name", help=VARIABLE_HELP,
        placeholder="professional",
    ),
    *_asking(_BUTTON, _RETRY),
)  # fmt: skip
FIND_SLOTS: Final = (
    Field(name="text", label=_("Question"), help=TEXT_HELP, placeholder=_("Which time suits you?")),
    Field(
        name="services", label=_("Services"), kind="rows", add=_("Add a service"), most=10,
        help=_("One after the other in one visit. Without any, the service is taken from a variable."),
        item=(Field(name="value", label=_("Service"), kind="choice", source="services"),),
    ),
    Field(name="service", label=_("Service from a variable"), placeholder="vars.service"),
    Field(
        name="professional", label=_("Professional from a variable"), placeholder="vars.professional",
        help=_("Left empty: whoever is free."),
    ),
    Field(
        name="when", label=_("When"), placeholder=_("tomorrow afternoon"),
        help=_("Optional: a date or words, also from a variable. The nearest free times are offered."),
    ),
    Field(name="days", label=_("Look so many days ahead"), half=True),
    Field(
        name="booking", label=_("To move this visit"), placeholder="vars.booking", more=True,
        help=_("Then no service is needed: those of the visit stay as they are."),
    ),
    Field(name="variable", label=_("Keep the time as"), kind="name", help=VARIABLE_HELP, placeholder="slot"),
    *_asking(_BUTTON, _RETRY),
)  # fmt: skip
SLOT: Final = Field(
    name="slot", label=_("Time"), kind="name", placeholder="slot",
    help=_("The name of the variable in which the chosen time was kept."),
)  # fmt: skip
HOLD_SLOT: Final = (
    SLOT,
    Field(
        name="minutes", label=_("For so many minutes"), half=True,
        help=_("Left empty: as long as your rules for bookings say."),
    ),
)  # fmt: skip
BOOKING: Final = Field(
    name="booking", label=_("Which visit"), placeholder="vars.booking",
    help=_("Left empty: the one kept as vars.booking, else the guest's next."),
)  # fmt: skip
KEEP: Final = Field(
    name="variable", label=_("Keep the visit as"), kind="name", help=VARIABLE_HELP, placeholder="booking"
)
BOOK: Final = (
    SLOT,
    KEEP,
    Field(name="note", label=_("Note on the booking"), help=_("Optional; guests do not see it."), more=True),
)
RESCHEDULE: Final = (BOOKING, SLOT, KEEP)
CANCEL_BOOKING: Final = (
    BOOKING,
    Field(name="reason", label=_("Why"), help=_("Optional; it stands in the booking's history."), more=True),
    KEEP,
)
FIND_BOOKING: Final = (
    Field(
        name="which", label=_("Which visit"),
        choices={
            "next": _("the next one"), "choose": _("the guest chooses, if there are several"),
            "last": _("the last one"), "given": _("the one that a variable names"),
        },
    ),
    Field(
        name="booking", label=_("Variable"), when={"which": ("given",)}, placeholder="trigger.payload.booking",
        help=_("Flows that a booking began know it as trigger.payload.booking."),
    ),
    Field(
        name="text", label=_("Question"), help=TEXT_HELP, when={"which": ("choose",)},
        placeholder=_("Which visit is it about?"),
    ),
    KEEP,
    *_asking(_BUTTON, _RETRY),
)  # fmt: skip
JOIN_WAITLIST: Final = (
    Field(
        name="services", label=_("Services"), kind="rows", add=_("Add a service"), most=5,
        help=_("Without any, the service is taken from a variable."),
        item=(Field(name="value", label=_("Service"), kind="choice", source="services"),),
    ),
    Field(name="service", label=_("Service from a variable"), placeholder="vars.service"),
    Field(
        name="professional", label=_("Professional from a variable"), placeholder="vars.professional",
        help=_("Left empty: anyone."),
    ),
    Field(name="days", label=_("For so many days from today"), half=True),
    Field(
        name="variable", label=_("Keep it as"), kind="name", help=VARIABLE_HELP, placeholder="waiting", more=True,
    ),
)  # fmt: skip
VISIT_RHYTHM: Final = (
    Field(
        name="variable", label=_("Keep it as"), kind="name", placeholder="rhythm",
        help=_("Afterwards .days is the usual gap, .due the day when the next visit would be due."),
    ),
    Field(name="visits", label=_("It takes so many visits to know"), half=True),
)  # fmt: skip
ONCE_IN: Final = (
    Field(name="days", label=_("At most once in so many days"), half=True),
    Field(
        name="field", label=_("Keep the day in this field of the guest"), source="contact_fields",
        placeholder=_("Review asked on"), help=_("A name of its own for each thing that shall not come too often."),
    ),
)  # fmt: skip
