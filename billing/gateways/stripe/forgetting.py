"""dj-stripe's copies past their time (billing.gateways.stripe.privacy says how long): a batch at a time.

By the library's models, not by rules of ops.retention: its tables point at each other, and a customer takes along what
is theirs.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from djstripe import models as rows

from billing.gateways.stripe.models import StripeCustomer
from ops import clock
from tenants.salons.models import Salon

EVENT_DAYS: Final = timedelta(days=30)
ACCOUNTING: Final = timedelta(days=5 * 365 + 2)
BATCH: Final = 200
LOOK_FOR: Final = timedelta(seconds=30)
# What belongs to one payment, and names who paid.
_PAYMENTS: Final = (rows.Session, rows.Invoice, rows.Charge, rows.PaymentIntent, rows.SetupIntent)


def forget() -> dict[str, int]:
    """Remove what is past its time, for at most half a minute; how many of each table. The rest goes the next day."""
    until = clock.real() + LOOK_FOR
    before = clock.now() - ACCOUNTING
    kinds = [rows.Event.objects.filter(created__lt=clock.now() - EVENT_DAYS)]
    kinds += [model.objects.filter(created__lt=before) for model in _PAYMENTS]
    kinds += [_who_has_gone(before), _without_owner(before)]
    return {found.model._meta.db_table: _remove(found, until) for found in kinds}


def _without_owner(before: datetime) -> QuerySet[Any]:
    """Means of payment that were taken off, or whose customer has just gone."""
    found: QuerySet[Any] = rows.PaymentMethod.objects.filter(customer=None, djstripe_updated__lt=before)
    return found


def _who_has_gone(before: datetime) -> QuerySet[Any]:
    """Customers whose salon is no more, and of whom no bill is kept; tax numbers go with them."""
    salons = Salon.objects.exclude(state=Salon.State.CLOSED).values("pk")
    ours = StripeCustomer.objects.filter(ref=OuterRef("id"), salon_id__in=salons)
    bills = rows.Invoice.objects.filter(customer_id=OuterRef("id"))
    found: QuerySet[Any] = rows.Customer.objects.filter(created__lt=before)
    return found.exclude(Exists(ours)).exclude(Exists(bills))


def _remove(found: QuerySet[Any], until: datetime) -> int:
    total = 0
    while clock.real() < until:
        batch = list(found.values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        found.model.objects.filter(pk__in=batch).delete()
        total += len(batch)
    return total
