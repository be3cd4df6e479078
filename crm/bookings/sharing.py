"""Calendars of professionals, as things that may be shared one by one: to see it, to book in it, to cancel there."""

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.bookings.models import Professional
from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind
from tenants.sharing.rights import Right

CALENDAR: Final = "calendar"


def _rows() -> QuerySet[Professional]:
    return Professional.objects.all()


def _link(professional: Any) -> str:
    return f"{reverse('calendar:calendar')}?who={professional.public_id}"


KINDS = [
    Kind(
        CALENDAR,
        _("Calendar"),
        {
            Right.VIEW: Permission.BOOKINGS_SEE,
            Right.EDIT: Permission.BOOKINGS_EDIT,
            Right.DELETE: Permission.BOOKINGS_EDIT,
        },
        rows=_rows,
        link=_link,
    )
]
