"""Whose columns somebody sees and may write into, asked once for a page."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from crm.bookings.models import BlockedTime, Booking, Professional
from crm.bookings.rights import (
    Calendars,
    calendars_booked,
    calendars_seen,
    may_book,
    own_professionals,
    visible_bookings,
    visible_professionals,
)
from crm.inbox.rights import sees_own_only
from tenants.access.roles import Permission
from tenants.members.models import Member


@dataclass
class Viewer:
    """A member before the calendar."""

    member: Member

    @cached_property
    def own_only(self) -> bool:
        """They book into some calendars only: never into anyone's."""
        return self.booked.only is not None

    @property
    def seen(self) -> Calendars:
        """Whose columns they see."""
        return calendars_seen(self.member)

    @property
    def booked(self) -> Calendars:
        """Whose columns they may write into."""
        return calendars_booked(self.member)

    @cached_property
    def own(self) -> frozenset[int]:
        """The professionals whose login they are."""
        return frozenset(own_professionals(self.member).values_list("pk", flat=True))

    @cached_property
    def narrowed(self) -> bool:
        """They see some of the visits in these columns only."""
        return sees_own_only(self.member) or bool(self.seen.closed)

    @property
    def sees_all(self) -> bool:
        """They see everybody's columns, and so what chairs and rooms are taken by."""
        return self.seen.only is None and not self.seen.closed

    @property
    def may_edit(self) -> bool:
        """They may book and move."""
        return self.booked.only is None or bool(self.booked.only)

    @property
    def may_override(self) -> bool:
        """They may book against hours, breaks and time off, with a reason."""
        return self.member.may(Permission.BOOKINGS_OVERRIDE)

    def professionals(self) -> list[Professional]:
        """Those whose columns they see, in order; archived ones too."""
        return list(visible_professionals(self.member).order_by("order", "pk"))

    def check(self, professionals: Set[int | None]) -> None:
        """Raises PermissionDenied where one of these calendars is not theirs (None: anyone's)."""
        if not may_book(self.member, professionals):
            raise PermissionDenied("own calendar only")

    def booking(self, public_id: UUID) -> Booking:
        """A booking that they may see. Raises Http404."""
        rows = visible_bookings(self.member).select_related("contact", "created_by")
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def blocked_time(self, public_id: UUID) -> BlockedTime:
        """A blocked time of a column that they see. Raises Http404."""
        found = BlockedTime.objects.select_related("resource").filter(public_id=public_id).first()
        if found is None or not self.seen.reach(found.resource_id):
            raise Http404
        return found
