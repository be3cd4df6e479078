"""A message as the outbox asks about it."""

from channels_wa.messages.models import Message
from channels_wa.outbox.checks import OutboundFacts


def facts_of(message: Message) -> OutboundFacts:
    """What a check gets."""
    return OutboundFacts(
        contact_id=message.contact_id,
        conversation_id=message.conversation_id,
        number_id=message.number_id,
        type=message.type,
        purpose=message.purpose,
        last_inbound_at=None,
        payload=message.payload,
    )
