"""Django's view of this folder."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """See the models."""

    name = "crm.bookings"
    label = "bookings"
