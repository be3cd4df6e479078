"""What deposits hear of: payments, and visits that were cancelled, or to which nobody came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import translation

from billing.payment_links.models import PaymentLink
from crm.bookings.actions import states
from crm.bookings.actions.booking import items_in_order
from crm.bookings.catalogue import catalogue
from crm.bookings.deposits import actions
from crm.bookings.models import Booking
from crm.bookings.notices import sending, templates
from crm.bookings.reminders.composing import told, values_of, what_of, when_of
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due
from portal.frame import money
from tenants.salons.models import Salon

LINK: Final = "booking_deposit_link"
FEE_LINK: Final = "booking_no_show_fee"
NEWS: Final = "booking_payment_news"
NOTICE: Final = "booking.payment_notice"
LONGEST: Final = timedelta(days=2)
DJANGO: Final = {"pt": "pt-br", "en": "en", "es": "es"}


def on_asked(events: Sequence[Heard]) -> None:
    """payment_link.asked: Meta looks at the texts while the provider makes its page."""
    for name in (LINK, FEE_LINK, NEWS):
        sending.prepare(name)


def on_opened(events: Sequence[Heard]) -> None:
    """payment_link.opened: the guest gets it."""
    for link, booking in _of(events):
        if link.state != PaymentLink.State.OPEN:
            continue
        name = LINK if link.purpose == actions.DEPOSIT else FEE_LINK
        _send(booking, name, link)


def on_paid(events: Sequence[Heard]) -> None:
    """payment_link.paid: what was held for it is booked."""
    found = _of(events)
    # All locks before the first visit is changed.
    states.wait_for_all([booking.pk for _link, booking in found])
    for link, booking in found:
        if link.purpose == actions.FEE:
            actions.fee_paid(booking, link)
        elif word := actions.paid(booking, link):
            _send(Booking.objects.select_related("contact").get(pk=booking.pk), NEWS, link, word)


def on_gone(events: Sequence[Heard]) -> None:
    """booking.cancelled and .expired: what was paid goes back, if it was in time; nobody shall pay any more."""
    for event in events:
        booking = Booking.objects.select_related("contact").filter(public_id=event.subject).first()
        if booking is None or booking.deposit_state == Booking.Deposit.NONE or booking.state != Booking.State.CANCELLED:
            continue
        # The salon's own cancelling costs the guest nothing.
        # So does a visit that is given up for an earlier one that the salon offered.
        by_guest = event.payload.get("by") == "contact" and event.payload.get("reason") != actions.SWAPPED
        word = actions.cancelled(booking, in_time=not by_guest or _in_time(booking, event.at))
        if word and (link := actions.link_of(booking)):
            _send(booking, NEWS, link, word)


def on_no_show(events: Sequence[Heard]) -> None:
    """booking.no_show."""
    for booking in Booking.objects.filter(public_id__in=[one.subject for one in events]).order_by("pk"):
        actions.not_come(booking)


def on_came(events: Sequence[Heard]) -> None:
    """booking.reopened, where it was a no-show before."""
    subjects = [one.subject for one in events if one.payload.get("was") == Booking.State.NO_SHOW]
    for booking in Booking.objects.filter(public_id__in=subjects).order_by("pk"):
        actions.came_after_all(booking)


def tell_again(due: Sequence[Due]) -> None:
    """Notices that waited for their text."""
    for one in due:
        pk, name, word = one.subject.split(":")
        link = PaymentLink.objects.filter(pk=int(pk)).first()
        booking = Booking.objects.select_related("contact").filter(public_id=link.subject).first() if link else None
        if link is None or booking is None or (name != NEWS and link.state != PaymentLink.State.OPEN):
            continue
        _send(booking, name, link, word)


def _of(events: Sequence[Heard]) -> list[tuple[PaymentLink, Booking]]:
    """Links of visits, in the order of the visits."""
    rows = PaymentLink.objects.filter(
        public_id__in=[one.subject for one in events], purpose__in=(actions.DEPOSIT, actions.FEE)
    )
    found = list(rows.order_by("pk"))
    bookings = Booking.objects.select_related("contact").filter(public_id__in={link.subject for link in found})
    # A visit may have several: each is money.
    return [(link, one) for one in bookings.order_by("pk") for link in found if link.subject == one.public_id]


def _in_time(booking: Booking, at: datetime) -> bool:
    known = catalogue()
    hours = max((known.services[item.service_id].cancel_hours for item in items_in_order(booking)), default=0)
    return booking.starts_at - at >= timedelta(hours=hours)


def _send(booking: Booking, name: str, link: PaymentLink, word: str = "") -> None:
    """Tell the guest. While Meta looks at the text it waits; who cannot be reached finds it at the visit, as staff
    does."""
    if booking.contact is None:
        return
    try:
        way = sending.way_to(booking.contact, name)
        key = f"deposit:{link.pk}:{name}:{word}"
        sending.send(way, name, lambda language: _values(booking, name, link, language, word), key=key)
    except sending.Unreachable as away:
        # A fee, and what became of money, is told after the visit too.
        until = booking.starts_at if name == LINK else max(booking.starts_at, link.created_at + LONGEST)
        if away.reason == "no_template" and until > clock.now():
            sending.prepare(name)
            subject = f"{link.pk}:{name}:{word}"
            at = sending.next_try(link.created_at)
            set_many(current_salon_id(), [NewTimer(NOTICE, subject[:80], at, int(at.timestamp()))])


def _values(booking: Booking, name: str, link: PaymentLink, language: str, word: str) -> list[str]:
    whats = what_of([booking])
    salon = Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0)
    shared = values_of(booking, language, salon, whats)
    first: list[Any] = [shared["guest"], salon, when_of(booking, language), told(whats.get(booking.pk, []), language)]
    with translation.override(DJANGO[language]):
        amount = money.shown(link.amount_minor, link.currency)
    if name == LINK:
        until = link.expires_at or booking.starts_at
        return [*first, amount, f"{until.astimezone(catalogue().zone):%H:%M}", link.url]
    if name == FEE_LINK:
        return [*first, amount, link.url]
    return [*first, templates.texts(language)["news"][word].format(amount=amount)]
