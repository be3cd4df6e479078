"""Writing a notice to a guest: in words while their window is open, as a template otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox import window
from channels_wa.outbox.actions import enqueue
from channels_wa.outbox.message import AT_LEAST_ONCE, Enqueued, Lane, NewMessage
from crm.bookings.notices import templates
from crm.bookings.reminders import words
from crm.bookings.reminders.composing import Address, addresses_of
from crm.consent.models import Purpose, State
from crm.consent.policy import policy
from crm.consent.queries import states
from crm.contacts.models import Contact
from crm.inbox.live import tell_new
from crm.inbox.opening import Opened, opened_for
from crm.inbox.summary import note_outbound
from ops import clock

# The values of a notice in a language, in the order of its variables.
Values = Callable[[str], Sequence[str]]


class Unreachable(Exception):
    """No message can go; `reason` is opted_out, blocked, no_number, no_address, no_template, or a check's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Way:
    """How a guest is reached now."""

    opened: Opened
    address: Address
    language: str
    is_window_open: bool
    template: MessageTemplate | None


def next_try(since: datetime) -> datetime:
    """When to try again what waits for Meta to look at its text: each minute of the first hour after `since`."""
    now = clock.now()
    return now + timedelta(minutes=1 if now - since < timedelta(hours=1) else 15)


def prepare(name: str) -> None:
    """Have Meta look at the texts; outside of what may be undone."""
    templates.ensure(name, accounts())


def way_to(contact: Contact, name: str, *, said: str = "") -> Way:
    """Over which number, to which address, in which form. Raises Unreachable."""
    if contact.blocked_at:
        raise Unreachable("blocked")
    if states([contact.pk]).get((contact.pk, str(Purpose.SERVICE))) == State.REVOKED:
        raise Unreachable("opted_out")
    opened = opened_for([contact.pk]).get(contact.pk)
    if opened is None:
        raise Unreachable("no_number")
    to = addresses_of([contact.pk]).get((contact.pk, opened.portfolio), [])
    if not to:
        raise Unreachable("no_address")
    language = words.language_of(said, contact.language, policy().language)
    waba_id = own_numbers().values_list("waba_id", flat=True).get(pk=opened.number_id)
    usable = templates.known(name, [waba_id])
    in_order = (language, words.language_of(policy().language), *words.LANGUAGES)
    template = next((found for one in in_order if (found := usable.get((waba_id, one)))), None)
    written = window.last_inbound([(contact.pk, opened.number_id)]).get((contact.pk, opened.number_id))
    is_open = window.is_open(written, clock.now())
    if not is_open and template is None:
        raise Unreachable("no_template")
    return Way(opened, to[0], language, is_open, template)


def send(way: Way, name: str, values: Values, *, key: str, ids: Sequence[str] = ()) -> Enqueued:
    """Write it, in the caller's transaction. Raises Unreachable where a check refuses it."""
    kind, text, payload = _composed(way, name, values, ids)
    written = enqueue(
        NewMessage(
            contact_id=way.opened.contact_id,
            conversation_id=way.opened.id,
            number_id=way.opened.number_id,
            recipient_kind=way.address.kind,
            recipient=way.address.value,
            type=kind,
            text=text,
            payload=payload,
            purpose="service",
            certainty=AT_LEAST_ONCE,
            lane=Lane.REMINDER,
            dedupe_key=key[:120],
        )
    )
    if written.status == "cancelled":
        raise Unreachable(written.reason)
    if written.is_new:
        note_outbound([(written.conversation_id, written.type, written.text)], at=written.at)
        tell_new([written.message_id], [written.conversation_id])
    return written


def _composed(way: Way, name: str, values: Values, ids: Sequence[str]) -> tuple[str, str, dict[str, Any]]:
    if not way.is_window_open and way.template is not None:
        language = words.language_of(way.template.language, way.language)
        payload, text = templates.fill(way.template, values(language), ids)
        return "template", text, payload
    # A salon's own wording of the template holds in words too, where it is in the guest's language.
    own = way.template if way.template and words.language_of(way.template.language) == way.language else None
    text = templates.text_of(name, own, way.language, values(way.language))[:1024]
    if not ids:
        return "text", text, {}
    replies = [
        {"id": pk, "title": title[:20]} for pk, title in zip(ids, templates.titles(name, way.language), strict=True)
    ]
    return "interactive", text, {"type": "buttons", "text": text, "buttons": replies}
