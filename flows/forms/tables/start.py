"""What makes a flow begin."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import JSON, Field, Virtual, Words
from flows.forms.tables.common import WEEKDAYS

TRIGGERS: Final[dict[str, Words]] = {
    "any_message": _("The guest writes anything"),
    "keywords": _("The guest writes a certain word"),
    "first_contact": _("The guest writes for the first time"),
    "button": _("The guest taps a button of an earlier message"),
    "referral": _("The guest comes by an ad or a post"),
    "missed_reply": _("Nobody of the team has answered for a while"),
    "tag_added": _("The guest gets a tag"),
    "event": _("Something happens in the salon"),
    "schedule": _("At a certain time"),
    "api": _("Another program asks for it"),
    "none": _("Only by hand, or from another flow"),
}


def by(data: JSON) -> str:
    """What a schedule goes by."""
    return "field" if data.get("field") is not None else "weekdays"


SCHEDULE: Final = (
    Field(
        name="@by",
        label=_("When"),
        choices={"weekdays": _("On days of the week"), "field": _("By a date of the guest, such as their birthday")},
        virtual=Virtual(by, None, ("weekdays",)),
    ),
    Field(name="weekdays", label=_("Days"), kind="checks", choices=WEEKDAYS, when={"@by": ("weekdays",)}),
    Field(
        name="field",
        label=_("Contact field with the date"),
        source="contact_fields",
        when={"@by": ("field",)},
        placeholder=_("birthday"),
    ),
    Field(
        name="days",
        label=_("Days from that date"),
        help=_("-1: the day before, 7: a week later."),
        when={"@by": ("field",)},
        half=True,
    ),
    Field(name="yearly", label=_("Every year again"), when={"@by": ("field",)}, half=True),
    Field(name="at", label=_("Time"), kind="clock", half=True, placeholder="09:00"),
    Field(
        name="tags",
        label=_("Only guests with one of these tags"),
        source="tags",
        help=_("On days of the week a tag is needed: it says whom the flow writes to."),
    ),
)


OF_BOOKINGS: Final = (
    Field(
        name="services",
        label=_("Only for these services"),
        kind="rows",
        when={"trigger": ("event",)},
        add=_("Add a service"),
        more=True,
        help=_("For what happens to bookings. Without any, every service counts."),
        item=(Field(name="value", label=_("Service"), kind="choice", source="services"),),
    ),
    Field(
        name="professionals",
        label=_("Only for these professionals"),
        kind="rows",
        when={"trigger": ("event",)},
        add=_("Add a professional"),
        more=True,
        help=_("For what happens to bookings. Without any, every professional counts."),
        item=(Field(name="value", label=_("Professional"), kind="choice", source="professionals"),),
    ),
)


def trigger_fields(also: bool) -> tuple[Field, ...]:
    """One trigger: the flow's own, or one more."""
    return (
        Field(name="trigger", label=_("Or when") if also else _("The flow begins when"), choices=TRIGGERS),
        Field(
            name="keywords",
            label=_("Words"),
            when={"trigger": ("keywords",)},
            placeholder=_("book, appointment …"),
            help=_("Press Enter after each. Capitals and accents do not matter."),
        ),
        Field(
            name="match",
            label=_("The message"),
            when={"trigger": ("keywords",)},
            choices={"whole": _("is nothing but the word"), "word": _("has the word somewhere in it")},
        ),
        Field(
            name="replies",
            label=_("Titles of the buttons"),
            when={"trigger": ("button",)},
            help=_("As they stand on the button or in the list; press Enter after each."),
        ),
        Field(
            name="sources",
            label=_("Ids of the ads"),
            when={"trigger": ("referral",)},
            help=_("As Meta numbers them. Without any, every ad and post counts."),
        ),
        Field(name="minutes", label=_("Minutes without an answer"), when={"trigger": ("missed_reply",)}, initial=30),
        Field(
            name="tags",
            label=_("Tags"),
            when={"trigger": ("tag_added",)},
            source="tags",
            help=_("Without any, every tag counts."),
        ),
        Field(
            name="events",
            label=_("What happens"),
            when={"trigger": ("event",)},
            source="events",
            help=_("Names as in the API, like contact.created; press Enter after each."),
        ),
        *OF_BOOKINGS,
        Field(name="schedule", label=_("Time"), when={"trigger": ("schedule",)}, switch=False, item=SCHEDULE),
    )


START: Final = (
    *trigger_fields(also=False),
    Field(
        name="also",
        label=_("Other ways to begin"),
        item=trigger_fields(also=True),
        add=_("Add another way"),
        initial={"trigger": "keywords"},
        help=_("The flow begins as soon as one of them is the case."),
    ),
)
