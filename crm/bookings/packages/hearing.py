"""What packages hear of visits: done, cancelled, and not done after all; and of the links by which they are paid."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils import translation

from billing.payment_links import actions as links
from billing.payment_links.models import PaymentLink
from crm.bookings.deposits.hearing import DJANGO
from crm.bookings.models import Booking, PackageSale
from crm.bookings.notices import sending, templates
from crm.bookings.packages import actions
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due
from portal.frame import money
from tenants.salons.models import Salon

LINK: Final = "booking_package_link"
NOTICE: Final = "package.payment_notice"
LONGEST: Final = timedelta(days=2)


def on_done(events: Sequence[Heard]) -> None:
    """booking.done: what the guest has bought pays for it."""
    for booking in _of(events):
        if booking.state == Booking.State.DONE:
            actions.use_for(booking)


def on_gone(events: Sequence[Heard]) -> None:
    """booking.cancelled: its uses are the guest's again. A no-show keeps them: the place was theirs."""
    for booking in _of(events):
        if booking.state == Booking.State.CANCELLED:
            actions.return_for(booking)


def on_back(events: Sequence[Heard]) -> None:
    """booking.reopened: it was done by mistake."""
    for booking in _of([one for one in events if one.payload.get("was") == Booking.State.DONE]):
        if booking.state != Booking.State.DONE:
            actions.return_for(booking)


def on_asked(events: Sequence[Heard]) -> None:
    """payment_link.asked: Meta looks at the text while the provider makes its page."""
    if any(one.payload.get("purpose") == actions.PURPOSE for one in events):
        sending.prepare(LINK)


def on_opened(events: Sequence[Heard]) -> None:
    """payment_link.opened: the guest gets it."""
    subjects = [one.subject for one in events if one.payload.get("purpose") == actions.PURPOSE]
    for link in PaymentLink.objects.filter(public_id__in=subjects, state=PaymentLink.State.OPEN).order_by("pk"):
        _send(link)


def on_paid(events: Sequence[Heard]) -> None:
    """payment_link.paid: what was given back meanwhile goes back; else the package may be used by itself."""
    subjects = [one.subject for one in events if one.payload.get("purpose") == actions.PURPOSE]
    for link in PaymentLink.objects.filter(public_id__in=subjects, state=PaymentLink.State.PAID).order_by("pk"):
        if PackageSale.objects.filter(public_id=link.subject, state=PackageSale.State.REFUNDED).exists():
            links.refund(link)


def tell_again(due: Sequence[Due]) -> None:
    """Links that waited for their text."""
    pks = [int(one.subject) for one in due]
    for link in PaymentLink.objects.filter(pk__in=pks, state=PaymentLink.State.OPEN).order_by("pk"):
        _send(link)


def _send(link: PaymentLink) -> None:
    """While Meta looks at the text it waits; who cannot be reached finds the link at the desk."""
    sale = PackageSale.objects.select_related("contact").filter(public_id=link.subject).first()
    if sale is None or sale.contact is None:
        return
    try:
        way = sending.way_to(sale.contact, LINK)
        sending.send(way, LINK, lambda language: _values(sale, link, language), key=f"package:{link.pk}")
    except sending.Unreachable as away:
        if away.reason == "no_template" and clock.now() - link.created_at < LONGEST:
            sending.prepare(LINK)
            at = sending.next_try(link.created_at)
            set_many(current_salon_id(), [NewTimer(NOTICE, str(link.pk), at, int(at.timestamp()))])


def _values(sale: PackageSale, link: PaymentLink, language: str) -> list[str]:
    salon = Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0)
    with translation.override(DJANGO[language]):
        amount = money.shown(link.amount_minor, link.currency)
    name = sale.contact.name if sale.contact else ""
    first = (name.split() or [""])[0] or templates.texts(language)["guest"]
    return [first, salon, sale.name, amount, link.url]


def _of(events: Sequence[Heard]) -> list[Booking]:
    return list(Booking.objects.filter(public_id__in=[one.subject for one in events]).order_by("pk"))
