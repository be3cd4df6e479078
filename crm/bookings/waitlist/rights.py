"""Who sees which of those who wait: guests they may see (crm.inbox.rights); some roles only those who may come to
them."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from crm.bookings.models import ProfessionalService, WaitlistEntry, WaitlistOffer
from crm.bookings.rights import calendars_booked, calendars_seen
from crm.inbox.rights import Who, sees_own_only, visible_contacts


def visible_entries(who: Who) -> QuerySet[WaitlistEntry]:
    """The entries they may see."""
    found = WaitlistEntry.objects.all()
    if sees_own_only(who):
        found = found.filter(contact__in=visible_contacts(who).values("pk"))
    if (only := calendars_seen(who).only) is not None:
        own = list(only)
        services = list(ProfessionalService.objects.filter(professional__in=own).values_list("service_id", flat=True))
        anyone = Q(professional_ids=[], service_ids__overlap=services) if services else Q(pk__in=[])
        found = found.filter(Q(professional_ids__overlap=own) | anyone) if own else found.none()
    return found


def counts(who: Who) -> tuple[int, int]:
    """How many wait, and how many offers are open: what the calendar's head shows."""
    entries = visible_entries(who)
    waiting = entries.filter(closed_at=None).count()
    offers = WaitlistOffer.objects.filter(state=WaitlistOffer.State.OFFERED, entry__in=entries.values("pk"))
    return waiting, offers.count() if waiting else 0


def own_people(who: Who) -> frozenset[int] | None:
    """Whose calendars they may put something into; None: everybody's."""
    return calendars_booked(who).only


def entry_or_404(who: Who, public_id: UUID) -> WaitlistEntry:
    """The entry. Raises Http404."""
    found = visible_entries(who).select_related("contact", "booking").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
