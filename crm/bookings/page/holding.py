"""A visitor's place is held: once for each form, and not more at a time than a flood may take."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.db import connection, transaction

from billing.subscriptions.states import TAKE_BOOKINGS, may
from channels_wa.numbers.queries import own_numbers
from crm.bookings.actions import booking as making
from crm.bookings.actions import states
from crm.bookings.asking import GUEST
from crm.bookings.models import Booking
from crm.bookings.page import limits, sending
from crm.bookings.page.choice import Choice
from crm.bookings.page.codes import hash_of, keyed
from crm.bookings.page.notes import SOURCE, Notes
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.inbox.sending import CannotSend, first_number
from ops import clock
from ops.salon import current_salon_id

# Held at once by unconfirmed visitors: by one phone, from one address and its network (of IPv6), in the whole salon.
# Each is over in minutes.
OF_PHONE, OF_ADDRESS, OF_NETWORK, OF_SALON = 3, 4, 12, 30
_LOCK: Final = 0x0B00_C1A5 << 31
_A_DAY: Final = timedelta(days=1)


class TooManyOpen(Exception):
    """Others wait for their confirmation; `wait_s` until the first of these holds is over."""

    def __init__(self, of: str, wait_s: int) -> None:
        super().__init__(of)
        self.of, self.wait_s = of, wait_s


class NoNumber(Exception):
    """The salon has no number over which anybody could be confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who wants it, as they typed it."""

    name: str
    phone: str
    note: str = ""
    # They would like to hear of offers.
    offers: bool = False
    language: str = ""
    # Where the form came from.
    address: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The booking, and the token of a link to it."""

    booking: Booking
    token: str = field(repr=False)


@transaction.atomic
def again(ticket: str, form: str) -> Held | None:
    """The visit that this form has made already, whatever became of it since: the button was pressed twice.

    With another phone, visit or time in it (`form`, a keyed hash) it was pressed once more after "back": what was held
    and is not confirmed is given back, and None is the answer.
    """
    _alone()
    known = Booking.objects.filter(
        source=SOURCE, starts_at__gte=clock.now() - _A_DAY, details__page__ticket=hash_of(ticket)
    )
    row = known.order_by("pk").first()
    if row is None:
        return None
    # Locks, then rows (docs/adr/0026).
    states.wait_for_all([row.pk])
    row = states.load_locked(row, None)
    notes = Notes(row)
    is_open = row.state in (Booking.State.HELD, Booking.State.CANCELLED) and not notes.is_proved
    if is_open and notes.data.get("form") != form:
        notes.data.pop("ticket", None)
        notes.save()
        if row.state == Booking.State.HELD:
            states.cancel(row, by=row.contact, reason="given_back")
        return None
    token = notes.add_link()
    notes.save()
    return Held(row, token)


@transaction.atomic
def hold(choice: Choice, who: Visitor, ticket: str) -> Held:
    """Keep the place, and send the code. Raises SlotTaken, WrongItem, TooManyOpen, limits.TooMany, NoNumber."""
    form = keyed("form", f"{who.phone}|{choice.but(day=None, language='', is_embedded=False).query}")
    if (known := again(ticket, form)) is not None:
        return known
    limits.count(limits.holds(who.address, who.phone))
    _check_room(who)
    try:
        portfolio = first_number().portfolio
    except CannotSend:
        raise NoNumber from None
    contact = contact_of(who.phone, portfolio)
    booking = making.hold(
        making.NewBooking(
            items=choice.items(),
            contact=contact,
            guest_name=who.name,
            source=SOURCE,
            note=who.note,
            details={
                "page": {
                    "ticket": hash_of(ticket),
                    "form": form,
                    "from": keyed("from", who.address),
                    "net": keyed("net", limits.network_of(who.address)),
                    "phone": who.phone,
                    "language": who.language,
                    "offers": who.offers,
                }
            },
        ),
        by=contact,
        rules=GUEST,
    )
    notes = Notes(booking)
    token = notes.add_link()
    notes.save()
    sending.send_code(booking)
    return Held(booking, token)


def contact_of(phone: str, portfolio: str) -> Contact:
    """Whose phone it is. Somebody new has no name yet: whoever typed it has not shown that the phone is theirs."""
    before = clock.now()
    contact = contacts.with_phone(phone, portfolio=portfolio, by=None, source=SOURCE)
    if contact.created_at >= before:
        contact.attribution = {**contact.attribution, "page": before.isoformat()}
        contact.save(update_fields=["attribution"])
    return contact


def is_possible() -> bool:
    """Whether the salon takes bookings by its page: it is not stopped or paused, and guests can be confirmed."""
    return may(current_salon_id() or 0, TAKE_BOOKINGS) and has_number()


def has_number() -> bool:
    """Whether there is a number over which guests can be confirmed."""
    return own_numbers().exists()


def _check_room(who: Visitor) -> None:
    """Under the page's lock: two who come at once are counted one after the other."""
    now = clock.now()
    rows = list(
        Booking.objects.filter(source=SOURCE, state=Booking.State.HELD, starts_at__gte=now, hold_until__gt=now)
        .order_by("hold_until")
        .only("hold_until", "details")
    )
    origin, network = keyed("from", who.address), keyed("net", limits.network_of(who.address))
    # Who has shown that the phone is theirs, and has a deposit to pay, is no flood.
    unproved = [row for row in rows if not Notes(row).is_proved]
    # Nor can anybody keep the phone's owner from booking by typing it elsewhere.
    own = [row for row in rows if Notes(row).is_proved or Notes(row).data.get("from") == origin]
    for of, most, those in (
        ("phone", OF_PHONE, [row for row in own if Notes(row).phone == who.phone]),
        ("address", OF_ADDRESS, [row for row in unproved if Notes(row).data.get("from") == origin]),
        ("network", OF_NETWORK, [row for row in unproved if Notes(row).data.get("net") == network]),
        ("salon", OF_SALON, unproved),
    ):
        if len(those) >= most:
            until = those[0].hold_until or now
            raise TooManyOpen(of, max(int((until - now).total_seconds()) + 1, 1))


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK + (current_salon_id() or 0)])
