"""A hold waits for its deposit; what is paid is booked, given back or kept.

Everything follows from the booking and the news of its payment link, under the booking's lock: `deposit_state` says
how it stands (none, due, paid, refunded, kept), and each step is written once.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from billing.payment_links import actions as links
from billing.payment_links.models import PaymentLink
from billing.payment_links.providers import current
from crm.bookings.actions import states, writing
from crm.bookings.actions.booking import NewBooking, book, hold
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import GUEST, Rules
from crm.bookings.defaults import policy
from crm.bookings.deposits import rules as deposits
from crm.bookings.models import Booking, BookingItem, PackageUse
from ops import clock
from ops.events.actions import emit_many
from ops.salon import current_salon_id
from tenants.audit import actions as audit
from tenants.salons.models import Salon

DEPOSIT: Final = "deposit"
FEE: Final = "no_show_fee"
Deposit = Booking.Deposit
State = Booking.State
# Why a visit is cancelled whose guest takes an earlier one of the waitlist.
SWAPPED: Final = "waitlist"
LEAST: Final = timedelta(minutes=5)


class NothingDue(Exception):
    """There is nothing to ask for."""


def settle_or_ask(booking: Booking, *, by: Any) -> Booking:
    """What was held is booked; or, where the rules want a deposit, stays held until it is paid (`deposit_state` due).

    For every way by which guests book. The link is sent by WhatsApp when its page is there. Raises as `states.settle`.
    """
    with transaction.atomic():
        amount = deposits.due(booking) if current() and booking.contact_id else 0
        if not amount or booking.deposit_state != Deposit.NONE or booking.starts_at - clock.now() < 2 * LEAST:
            return booking if booking.deposit_state == Deposit.DUE else states.settle(booking, by=by)
        states.wait_for_all([booking.pk])
        fresh = states.load_locked(booking, None)
        if fresh.state != State.HELD or (fresh.hold_until or clock.now()) <= clock.now():
            # Over, or booked meanwhile: it says so.
            return states.settle(fresh, by=by)
        return _ask(fresh, amount, by)


def book_or_ask(new: NewBooking, *, by: Any, rules: Rules = GUEST) -> Booking:
    """Book it; or, where a deposit may be due, hold it first. Raises as `book`."""
    if not current() or not deposits.may_be_due([item.service for item in new.items]):
        return book(new, by=by, rules=rules)
    with transaction.atomic():
        return settle_or_ask(hold(new, by=by, rules=rules), by=by)


def ask_by_hand(booking: Booking, amount: int, *, by: Any, version: int | None = None) -> Booking:
    """Staff asks for a deposit of a visit that is booked; it stays booked. Raises NothingDue, links.NoProvider, and
    Stale where it is not that `version` any more: of two who ask at once the guest hears one."""
    with transaction.atomic():
        fresh = states.load_locked(booking, version)
        if amount <= 0 or fresh.deposit_state not in (Deposit.NONE, Deposit.DUE) or fresh.contact_id is None:
            raise NothingDue
        if fresh.state not in (State.BOOKED, State.CONFIRMED):
            raise NothingDue
        return _ask(fresh, amount, by)


def paid(booking: Booking, link: PaymentLink) -> str:
    """The deposit has come: the hold is booked. Where the place is somebody else's by now it goes back. What to tell:
    paid, late, or nothing."""
    states.wait_for_all([booking.pk])
    fresh = states.load_locked(booking, None)
    if fresh.deposit_state not in (Deposit.NONE, Deposit.DUE):
        # The same news again; or a second payment for one visit, which goes back.
        others = [one for one in _links(fresh, DEPOSIT) if one.pk != link.pk]
        if fresh.deposit_state == Deposit.REFUNDED or any(one.state == PaymentLink.State.PAID for one in others):
            links.refund(link)
        return ""
    held_in_time = fresh.state == State.HELD and (fresh.hold_until or clock.now()) > clock.now()
    expired = fresh.state == State.CANCELLED and fresh.cancel_reason == "hold_over"
    if fresh.state == State.HELD or expired:
        try:
            if not held_in_time and fresh.starts_at <= clock.now():
                raise states.HoldOver
            if fresh.state == State.HELD and not held_in_time:
                writing.release_over([fresh.pk])
                fresh = states.load_locked(booking, None)
            fresh = states.change_state(fresh, State.BOOKED, by=None, reason="paid")
        except (SlotTaken, states.NotAllowed, states.HoldOver):
            links.refund(link)
            _set(states.load_locked(booking, None), Deposit.REFUNDED, "late")
            return "late"
    elif fresh.state in (State.CANCELLED, State.NO_SHOW):
        links.refund(link)
        _set(fresh, Deposit.REFUNDED, "cancelled")
        return "late"
    fresh.deposit_minor = link.amount_minor
    _set(fresh, Deposit.PAID, "paid")
    return "paid"


def fee_paid(booking: Booking, link: PaymentLink) -> None:
    """The fee has come. Who came after all, or has paid it by another link, gets it back."""
    fresh = states.load_locked(booking, None)
    others = [one for one in _links(fresh, FEE) if one.pk != link.pk]
    if fresh.state != State.NO_SHOW or any(one.state == PaymentLink.State.PAID for one in others):
        links.refund(link)
        return
    for one in others:
        links.withdraw(one)


def cancelled(booking: Booking, *, in_time: bool) -> str:
    """The visit was cancelled: what was paid goes back, or is kept by the salon's policy. What to tell."""
    fresh = states.load_locked(booking, None)
    if fresh.state != State.CANCELLED:
        # It was paid meanwhile, or somebody took the cancelling back.
        return ""
    if fresh.deposit_state == Deposit.DUE:
        for link in _links(fresh, DEPOSIT):
            links.withdraw(link)
        _set(fresh, Deposit.NONE, "withdrawn")
        return ""
    if fresh.deposit_state != Deposit.PAID:
        return ""
    if not in_time:
        _set(fresh, Deposit.KEPT, "late")
        return "kept"
    for link in _links(fresh, DEPOSIT):
        links.refund(link)
    _set(fresh, Deposit.REFUNDED, "cancelled")
    return "refunded"


def not_come(booking: Booking) -> None:
    """The guest did not come: the deposit is kept, and the fee beyond it is asked for."""
    fresh = states.load_locked(booking, None)
    if fresh.state != State.NO_SHOW:
        return
    kept = 0
    if fresh.deposit_state == Deposit.PAID:
        kept = fresh.deposit_minor
        _set(fresh, Deposit.KEPT, "no_show")
    fee = deposits.fee(fresh)
    if PackageUse.objects.filter(booking=fresh, returned_at=None).exists():
        # What a package pays is paid: its use is kept.
        fee = min(fee, fresh.price_minor)
    amount = fee - kept
    asked = any(one.state in (*links.OPEN, PaymentLink.State.PAID) for one in _links(fresh, FEE))
    if amount <= 0 or fresh.contact_id is None or not current() or asked:
        return
    links.ask_for(_wanted(fresh, amount, FEE, None))


def came_after_all(booking: Booking) -> None:
    """A no-show that was none: its fee is not asked for any more, or goes back; its deposit is what it was."""
    fresh = states.load_locked(booking, None)
    if fresh.state == State.NO_SHOW:
        return
    if fresh.deposit_state == Deposit.KEPT and fresh.state != State.CANCELLED:
        _set(fresh, Deposit.PAID, "came")
    for link in _links(fresh, FEE):
        (links.refund if link.state == PaymentLink.State.PAID else links.withdraw)(link)


def link_of(booking: Booking, purpose: str = DEPOSIT) -> PaymentLink | None:
    """The newest link for a visit, for whoever shows it."""
    return PaymentLink.objects.filter(purpose=purpose, subject=booking.public_id).order_by("-pk").first()


def _ask(fresh: Booking, amount: int, by: Any) -> Booking:
    now = clock.now()
    fresh.deposit_minor, fresh.deposit_state = amount, Deposit.DUE
    fresh.version, fresh.updated_at = fresh.version + 1, now
    until = None
    if fresh.state == State.HELD:
        until = min(now + timedelta(minutes=policy().payment_minutes), fresh.starts_at - LEAST)
        fresh.hold_until = max(until, now + LEAST)
    fresh.save(update_fields=["deposit_minor", "deposit_state", "hold_until", "version", "updated_at"])
    writing.cancel_hold_timer(fresh)
    writing.set_hold_timer(fresh)
    for link in _links(fresh, DEPOSIT):
        if link.amount_minor != amount:
            links.withdraw(link, by=by)
    links.ask_for(_wanted(fresh, amount, DEPOSIT, fresh.hold_until if fresh.state == State.HELD else None), by=by)
    _told(fresh, "deposit_due", by)
    return fresh


def _wanted(fresh: Booking, amount: int, purpose: str, until: Any) -> links.Wanted:
    return links.Wanted(
        amount_minor=amount,
        currency=fresh.currency,
        purpose=purpose,
        subject=fresh.public_id,
        description=_description(fresh),
        contact_id=fresh.contact_id,
        expires_at=until,
    )


def _description(fresh: Booking) -> str:
    """What stands on the payment page: the salon, the services, and when by its clock."""
    names = BookingItem.objects.filter(booking=fresh).order_by("position").values_list("service__name", flat=True)
    salon = Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0)
    return f"{salon}: {', '.join(names)}, {fresh.wall_clock.replace('T', ' ')}"[:200]


def _links(fresh: Booking, purpose: str) -> list[PaymentLink]:
    return list(PaymentLink.objects.filter(purpose=purpose, subject=fresh.public_id).order_by("pk"))


def _set(fresh: Booking, state: str, reason: str) -> None:
    fresh.deposit_state, fresh.version, fresh.updated_at = state, fresh.version + 1, clock.now()
    fresh.save(update_fields=["deposit_state", "deposit_minor", "version", "updated_at"])
    _told(fresh, f"deposit_{state}", None, reason)


def _told(fresh: Booking, what: str, by: Any, reason: str = "") -> None:
    after = {"deposit_state": str(fresh.deposit_state), "deposit_minor": fresh.deposit_minor, "reason": reason}
    writing.note(fresh, "deposit", before=None, after=after, by=by, reason=reason)
    audit.record(f"booking.{what}", subject=fresh.public_id, by=by, after=after)
    emit_many([writing.event(f"booking.{what}", fresh, by, **after)])
