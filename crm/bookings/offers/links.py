"""Where a booking is looked at."""

from django.urls import reverse

from crm.bookings.models import Booking


def booking_url(booking: Booking) -> str:
    """The page of one booking."""
    return reverse("calendar:booking", args=[booking.public_id])
