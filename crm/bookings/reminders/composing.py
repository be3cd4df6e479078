"""Reminders as messages: to whom, over which number, in which language and form; read once for a whole batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from channels_wa.numbers.queries import known_numbers
from channels_wa.outbox import window
from channels_wa.outbox.message import AT_LEAST_ONCE, Lane, NewMessage
from crm.bookings.availability.wall import minute_of
from crm.bookings.models import Booking, Reminder
from crm.bookings.reminders import templates, words
from crm.consent.policy import Policy, policy
from crm.inbox.opening import Opened, opened_for
from ops import clock

# What stands in the ids of buttons and rows.
PREFIX: Final = "rm"
_KINDS: Final = ("phone", "bsuid", "parent_bsuid")
_WHAT: Final = (
    "SELECT i.booking_id, s.name, r.name FROM booking_item i JOIN service s ON s.id = i.service_id "
    "JOIN resource r ON r.id = i.professional_id WHERE i.booking_id = ANY(%s) ORDER BY i.booking_id, i.position"
)


class Address(NamedTuple):
    """An identity as messages go to it."""

    kind: str
    value: str


@dataclass(slots=True)
class Letter:
    """One reminder with all that its message needs."""

    row: Reminder
    language: str
    values: dict[str, str]
    opened: Opened | None = None
    addresses: list[Address] = field(default_factory=list)
    is_window_open: bool = False
    template: templates.Form | None = None

    @property
    def booking(self) -> Booking:
        """The visit."""
        return self.row.booking

    @property
    def email(self) -> str:
        """The guest's, if their fields have one."""
        return email_of(self.booking.contact)


def letters(rows: Sequence[Reminder]) -> list[Letter]:
    """Each reminder with what is known now. The rows bring their booking and its contact."""
    contacts = sorted({row.booking.contact_id for row in rows if row.booking.contact_id})
    opened = opened_for(contacts)
    addresses = addresses_of(contacts)
    whats = what_of([row.booking for row in rows])
    rules, now = policy(), clock.now()
    numbers = {pk: number.waba_id for pk, number in known_numbers().items() if number.is_connected}
    written = window.last_inbound((one.contact_id, one.number_id) for one in opened.values())
    usable = templates.known(numbers.values())
    found = []
    for row in rows:
        booking = row.booking
        letter = Letter(row, language_of(booking, rules), {})
        letter.values = values_of(booking, letter.language, rules.salon, whats)
        place = opened.get(booking.contact_id or 0)
        if place is not None:
            letter.opened = place
            letter.addresses = addresses.get((place.contact_id, place.portfolio), [])
            letter.template = _template(usable, numbers.get(place.number_id, ""), letter.language, rules)
            letter.is_window_open = window.is_open(written.get((place.contact_id, place.number_id)), now)
        found.append(letter)
    return found


def message_of(letter: Letter, to: Address, *, as_template: bool | None = None) -> NewMessage | None:
    """The message to one of the guest's addresses; None while there is no template and the window is closed."""
    if letter.opened is None:
        return None
    asks = ids_of(letter.row.pk, letter.booking)
    is_template = (not letter.is_window_open) if as_template is None else as_template
    if is_template and letter.template is None:
        return None
    if is_template and letter.template is not None:
        filled = letter.template.fill(_in_language_of(letter), asks)
        kind, text, payload = "template", filled.text, filled.payload
    else:
        text = templates.text_of(letter.template, letter.language, letter.values)[:1024]
        kind, payload = "interactive", buttons(text, letter.language, asks)
    return NewMessage(
        contact_id=letter.opened.contact_id,
        conversation_id=letter.opened.id,
        number_id=letter.opened.number_id,
        recipient_kind=to.kind,
        recipient=to.value,
        type=kind,
        text=text,
        payload=payload,
        purpose="reminder",
        certainty=AT_LEAST_ONCE,
        lane=Lane.REMINDER,
        dedupe_key=f"reminder:{letter.row.pk}:{kind}:{to.value}"[:120],
    )


def buttons(text: str, language: str, asks: Mapping[str, str]) -> dict[str, Any]:
    """Confirm, reschedule, cancel."""
    replies = [{"id": asks[answer], "title": words.said(language, answer)} for answer in templates.ANSWERS]
    return {"type": "buttons", "text": text, "buttons": replies}


def ids_of(reminder: int, booking: Booking) -> dict[str, str]:
    """What the buttons of a reminder send back, with the time that the guest was asked about."""
    start = minute_of(booking.starts_at)
    return {answer: f"{PREFIX}:{reminder}:{answer}:{start}" for answer in templates.ANSWERS}


def language_for(booking: Booking, said: str = "") -> str:
    """The language to write in: the one just spoken, the guest's, the salon's."""
    return language_of(booking, policy(), said)


def language_of(booking: Booking, rules: Policy, said: str = "") -> str:
    """The same by known rules."""
    own = booking.contact.language if booking.contact else ""
    return words.language_of(said, own, rules.language)


def when_of(booking: Booking, language: str) -> str:
    """The visit's day and time on the salon's clock."""
    return words.when(language, booking.starts_at.astimezone(ZoneInfo(booking.zone)))


def what_of(bookings: Sequence[Booking]) -> dict[int, list[tuple[str, str]]]:
    """By booking its services and who does each."""
    found: dict[int, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WHAT, [[one.pk for one in bookings]])
        for booking, service, person in cursor.fetchall():
            found.setdefault(booking, []).append((service, person))
    return found


def told(items: Sequence[tuple[str, str]], language: str) -> str:
    """Corte, Escova com Ana."""
    people = list(dict.fromkeys(person for _service, person in items))
    services = ", ".join(service for service, _person in items)
    if not items:
        return "–"
    return words.said(language, "with", service=services, person=", ".join(people))[:200]


def values_of(
    booking: Booking, language: str, salon: str, whats: Mapping[int, list[tuple[str, str]]]
) -> dict[str, str]:
    """The template's values."""
    name = (booking.contact.name if booking.contact else "") or booking.guest_name
    return {
        "guest": (name.split() or [words.said(language, "guest")])[0],
        "salon": salon,
        "when": when_of(booking, language),
        "what": told(whats.get(booking.pk, []), language),
    }


def email_of(contact: Any) -> str:
    """The address among a contact's fields."""
    fields = contact.fields if contact is not None and isinstance(contact.fields, dict) else {}
    for name, value in fields.items():
        if str(name).lower().replace("-", "").replace("_", "") == "email" and isinstance(value, str) and "@" in value:
            return value.strip()
    return ""


def _in_language_of(letter: Letter) -> dict[str, str]:
    """The values in the language of the template that there is, which may not be the guest's."""
    language = words.language_of(letter.template.language if letter.template else "", letter.language)
    if language == letter.language:
        return letter.values
    whats = what_of([letter.booking])
    return values_of(letter.booking, language, letter.values["salon"], whats)


def _template(
    usable: Mapping[tuple[str, str], templates.Form], waba_id: str, language: str, rules: Policy
) -> templates.Form | None:
    """In the guest's language, else in the salon's, else in any."""
    for one in (language, words.language_of(rules.language), *words.LANGUAGES):
        if found := usable.get((waba_id, one)):
            return found
    return None


def addresses_of(contacts: Sequence[int]) -> dict[tuple[int, str], list[Address]]:
    """By contact and portfolio where messages may go, best first: a phone reaches the guest from any number."""
    found: dict[tuple[int, str], list[Address]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id, portfolio, kind, value FROM identity WHERE contact_id = ANY(%s) "
            "AND former_at IS NULL AND kind = ANY(%s) "
            "ORDER BY contact_id, array_position(%s::text[], kind::text), id DESC",
            [list(contacts), list(_KINDS), list(_KINDS)],
        )
        for contact, portfolio, kind, value in cursor.fetchall():
            found.setdefault((contact, portfolio), []).append(Address(kind, value))
    return found
