"""What the page of costs is told of visits."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from crm.bookings.models import Booking

_COUNT = (Booking.State.BOOKED, Booking.State.CONFIRMED, Booking.State.ARRIVED, Booking.State.DONE)


def bookings(first: datetime, last: datetime) -> dict[str, Any]:
    """Visits of that time that were not called off, and what the done ones brought, by currency."""
    found = Booking.objects.filter(starts_at__gte=first, starts_at__lt=last, state__in=_COUNT)
    done = found.filter(state=Booking.State.DONE).values_list("currency").annotate(Sum("price_minor"), Count("pk"))
    rows = list(done)
    return {
        "bookings": found.count(),
        "done": sum(row[2] for row in rows),
        "revenue": {row[0]: row[1] for row in rows},
    }
