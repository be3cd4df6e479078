"""What Meta tells of a guest's wishes: `user_preferences` (WHATSAPP.md §6), and refusals of stopped offers (131050)."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from channels_wa.inbound.identity import identity
from channels_wa.inbound.parse.scalars import many, moment, text
from channels_wa.messages.models import Identity
from channels_wa.numbers.queries import own_numbers
from crm.consent.models import Purpose, Source, State
from crm.consent.register import Address, Word, addresses_of, record_many
from crm.contacts.models import Contact
from ops.eventqueue.handling import Heard

STATES = {"stop": State.REVOKED, "resume": State.GRANTED}


def on_preferences(events: Sequence[Heard]) -> None:
    """`meta.user_preferences`: the switch for offers in the guest's own WhatsApp; it ends or resumes marketing only."""
    record_many([word for event in events for word in _preferences(event)])


def on_opted_out(events: Sequence[Heard]) -> None:
    """`contact.opted_out`: Meta refused an offer because the guest had stopped them."""
    contacts = {
        contact.pk: contact for contact in Contact.objects.filter(pk__in=[event.payload["contact"] for event in events])
    }
    addresses = addresses_of(list(contacts))
    record_many(
        [
            Word(
                contact_id=contact.pk,
                contact_public_id=contact.public_id,
                addresses=addresses.get(contact.pk, []),
                purposes=[Purpose.MARKETING],
                state=State.REVOKED,
                source=Source.WHATSAPP,
                evidence=str(event.payload.get("source", "")),
                at=event.at,
            )
            for event in events
            if (contact := contacts.get(event.payload["contact"]))
        ]
    )


def _preferences(event: Heard) -> Iterator[Word]:
    waba_id, value = event.payload.get("waba_id"), event.payload.get("value")
    if not isinstance(value, dict):
        return
    portfolios = list(own_numbers().filter(waba_id=waba_id).values_list("portfolio", flat=True).distinct())
    for wish in many(value.get("user_preferences")):
        state, who = STATES.get(text(wish.get("value"))), identity(wish.get("wa_id") or wish.get("user_id"))
        if state is None or who is None or text(wish.get("category")) != "marketing_messages":
            continue
        yield from (_word(Address(portfolio, *who), state, wish, event) for portfolio in portfolios)


def _word(address: Address, state: str, wish: dict[str, Any], event: Heard) -> Word:
    known = Identity.objects.filter(portfolio=address.portfolio, kind=address.kind, value=address.value).first()
    contact = Contact.objects.filter(pk=known.contact_id).first() if known else None
    # A guest nobody knows yet: the word stands at the identity and holds when they turn up.
    addresses = addresses_of([contact.pk])[contact.pk] if contact else [address]
    public_id: UUID | None = contact.public_id if contact else None
    return Word(
        contact_id=contact.pk if contact else None,
        contact_public_id=public_id,
        addresses=addresses,
        purposes=[Purpose.MARKETING],
        state=state,
        source=Source.WHATSAPP,
        evidence=text(wish.get("detail"))[:500],
        at=moment(wish.get("timestamp")) or event.at,
    )
