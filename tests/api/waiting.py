"""What a salon has of those who wait, of packages and of payments, with the same word in every text."""

from datetime import timedelta
from typing import Any

from billing.payment_links.models import PaymentLink
from crm.bookings.models import Booking, Package, PackageSale, PackageUse, Service, WaitlistEntry, WaitlistOffer
from crm.contacts.models import Contact
from ops import clock

Ids = dict[str, Any]


def more_of_waiting(contact: Contact, service: Service, booking: Booking, word: str, ids: Ids) -> dict[str, Any]:
    """Rows by name. Inside the salon."""
    today = clock.now().date()
    entry = WaitlistEntry.objects.create(
        contact=contact, service_ids=[service.pk], from_date=today, to_date=today + timedelta(days=9),
        note=f"Note {word}", **ids,
    )  # fmt: skip
    WaitlistOffer.objects.create(entry=entry, booking=booking, state="refused", expires_at=clock.now(), **ids)
    package = Package.objects.create(
        name=f"Package {word}", service_ids=[service.pk], uses=5, price_minor=30000, currency="BRL", **ids
    )
    sale = PackageSale.objects.create(
        package=package, contact=contact, name=f"Package {word}", service_ids=[service.pk], uses=5, used=1,
        price_minor=30000, currency="BRL", note=f"Note {word}", **ids,
    )  # fmt: skip
    PackageUse.objects.create(sale=sale, booking=booking, service_id=service.pk, **ids)
    link = PaymentLink.objects.create(
        provider="sandbox", amount_minor=5000, currency="BRL", description=f"Note {word}", purpose="deposit",
        subject=booking.public_id, contact_id=contact.pk, state="paid", **ids,
    )  # fmt: skip
    return {"waitlist": entry, "package": package, "sold": sale, "payment": link}
