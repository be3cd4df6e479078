"""What a salon's calendar begins with, made when it is opened or at first use."""

import secrets

from django.db import connection

from crm.bookings.calendar import live
from crm.bookings.models import BookingPolicy

ONLY = 1
# Monday to Saturday from nine to seven: until somebody says otherwise.
HOURS: list[list[list[int]]] = [*([[540, 1140]] for _ in range(6)), []]


def open_salon() -> None:
    """A step of opening a salon (SALON_OPENING_STEPS)."""
    policy()


def policy() -> BookingPolicy:
    """The salon's rules. Of two who ask first at once, one makes them."""
    found = BookingPolicy.objects.filter(pk=ONLY).first()
    if found is None:
        BookingPolicy.objects.bulk_create(
            [BookingPolicy(pk=ONLY, hours=HOURS, revision=new_revision())], ignore_conflicts=True
        )
        found = BookingPolicy.objects.get(pk=ONLY)
    return found


def new_revision() -> int:
    """A number that was never there: a counter would come to the same again after a rollback."""
    return secrets.randbits(62)


def touch() -> None:
    """Services, professionals or hours have changed: nobody goes on with what they read before."""
    policy()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_policy SET revision = %s WHERE id = %s", [new_revision(), ONLY])
    live.tell_all()
