"""Who sees which bookings: those of guests they may see (crm.inbox.rights), and some roles their own calendar only."""

from collections.abc import Set

from django.db.models import QuerySet

from crm.bookings.defaults import policy
from crm.bookings.models import Booking, BookingItem, Professional
from crm.inbox.rights import Who, sees_own_only, visible_contacts
from tenants.access.roles import Permission
from tenants.members.models import Member


def own_calendar_only(who: Who) -> bool:
    """Whether they see and change their own calendar only: the role is one of those, and sets no rules itself."""
    if not isinstance(who, Member) or who.may(Permission.SERVICES_MANAGE):
        return False
    return who.role in policy().own_calendar_roles


def own_professionals(who: Who) -> QuerySet[Professional]:
    """Those whose login they are."""
    return Professional.objects.filter(member=who.pk if isinstance(who, Member) else None)


def visible_professionals(who: Who) -> QuerySet[Professional]:
    """Those whose calendar they may see."""
    found = Professional.objects.all()
    return found.filter(pk__in=own_professionals(who).values("pk")) if own_calendar_only(who) else found


def visible_bookings(who: Who) -> QuerySet[Booking]:
    """The bookings they may see; their own appointments whoever the guest is."""
    found = Booking.objects.all()
    own = BookingItem.objects.filter(professional__in=own_professionals(who).values("pk")).values("booking_id")
    if own_calendar_only(who):
        return found.filter(pk__in=own)
    if sees_own_only(who):
        return found.filter(contact__in=visible_contacts(who).values("pk")) | found.filter(pk__in=own)
    return found


def may_book(who: Who, professionals: Set[int | None]) -> bool:
    """Whether they may put something into these calendars (None: anyone's)."""
    if not own_calendar_only(who):
        return True
    return professionals <= set(own_professionals(who).values_list("pk", flat=True))
