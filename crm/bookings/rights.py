"""Who sees which bookings: those of guests they may see (crm.inbox.rights), and some roles their own calendar only.

Calendars may be given to people one by one, and closed to all others (tenants.sharing); one's own is always one's own.
"""

from collections.abc import Set
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from crm.bookings.defaults import policy
from crm.bookings.models import Booking, BookingItem, Professional
from crm.bookings.sharing import CALENDAR
from crm.inbox.rights import Who, sees_own_only, visible_contacts
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.sharing.queries import closed_to, opened_to
from tenants.sharing.rights import Right

NONE: frozenset[int] = frozenset()
_KEPT = "_calendars"


@dataclass(frozen=True)
class Calendars:
    """Whose calendars somebody may do something with: these, or all but those that are closed to them."""

    only: frozenset[int] | None
    closed: frozenset[int] = NONE

    @property
    def is_all(self) -> bool:
        """Nothing is out of their reach."""
        return self.only is None and not self.closed

    def reach(self, professional: int | None) -> bool:
        """Whether this one is among them (None: anyone's, which is nobody's for who has some only)."""
        return professional not in self.closed if self.only is None else professional in self.only

    def anyone(self) -> frozenset[int] | None:
        """Who "anyone" is for them; None: whoever does the service."""
        return None if self.is_all else frozenset(self.of(Professional.objects.all()).values_list("pk", flat=True))

    def of(self, rows: QuerySet[Professional]) -> QuerySet[Professional]:
        """Of these professionals those."""
        if self.only is not None:
            return rows.filter(pk__in=self.only)
        return rows.exclude(pk__in=self.closed) if self.closed else rows


def own_calendar_only(who: Who) -> bool:
    """Whether they see and change their own calendar only: the role is one of those, and sets no rules itself."""
    if not isinstance(who, Member) or who.may(Permission.SERVICES_MANAGE):
        return False
    return who.role in policy().own_calendar_roles


def own_professionals(who: Who) -> QuerySet[Professional]:
    """Those whose login they are."""
    return Professional.objects.filter(member=who.pk if isinstance(who, Member) else None)


def calendars_seen(who: Who) -> Calendars:
    """Those they may see."""
    return _calendars(who, Right.VIEW, Permission.BOOKINGS_SEE)


def calendars_booked(who: Who) -> Calendars:
    """Those they may put something into."""
    return _calendars(who, Right.EDIT, Permission.BOOKINGS_EDIT)


def visible_professionals(who: Who) -> QuerySet[Professional]:
    """Those whose calendar they may see."""
    return calendars_seen(who).of(Professional.objects.all())


def visible_bookings(who: Who) -> QuerySet[Booking]:
    """The bookings they may see; their own appointments whoever the guest is."""
    found, seen = Booking.objects.all(), calendars_seen(who)
    if seen.closed:
        found = found.exclude(pk__in=BookingItem.objects.filter(professional__in=seen.closed).values("booking_id"))
    if seen.only is None and not sees_own_only(who):
        return found
    own = BookingItem.objects.filter(professional__in=own_professionals(who).values("pk")).values("booking_id")
    if seen.only is None:
        return found.filter(Q(contact__in=visible_contacts(who).values("pk")) | Q(pk__in=own))
    theirs = Q(pk__in=BookingItem.objects.filter(professional__in=seen.only).values("booking_id"))
    if sees_own_only(who):
        # A calendar that was given to them shows no guests that the salon's rules keep from them.
        theirs = Q(pk__in=own) | theirs & Q(contact__in=visible_contacts(who).values("pk"))
    return found.filter(theirs)


def may_book(who: Who, professionals: Set[int | None]) -> bool:
    """Whether they may put something into these calendars (None: anyone's)."""
    booked = calendars_booked(who)
    return booked.is_all or all(booked.reach(one) for one in professionals)


def _calendars(who: Who, right: Right, permission: Permission) -> Calendars:
    kept: dict[Right, Calendars] = who.__dict__.setdefault(_KEPT, {})
    if right not in kept:
        kept[right] = _read(who, right, permission)
    return kept[right]


def _read(who: Who, right: Right, permission: Permission) -> Calendars:
    by_role = who.may(permission)
    if by_role and not own_calendar_only(who):
        closed = closed_to(who, CALENDAR, right)
        if not closed:
            return Calendars(None)
        rows = Professional.objects.filter(public_id__in=closed)
        if isinstance(who, Member):
            rows = rows.exclude(member=who.pk)
        return Calendars(None, frozenset(rows.values_list("pk", flat=True)))
    given = opened_to(who, CALENDAR, right)
    own = frozenset(own_professionals(who).values_list("pk", flat=True)) if by_role else NONE
    if not given:
        return Calendars(own)
    return Calendars(own | frozenset(Professional.objects.filter(public_id__in=given).values_list("pk", flat=True)))
