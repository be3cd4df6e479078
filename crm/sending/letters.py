"""Messages as the lists show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from channels_wa.messages.models import Message
from channels_wa.outbox import window
from channels_wa.outbox.models import OutboxItem
from crm.contacts.models import Contact
from crm.contacts.names import addresses, as_seen, name_of
from crm.inbox.kinds import shown
from crm.inbox.models import Conversation
from crm.inbox.reasons import words_of
from ops import clock
from ops.salon import current_salon_id

LONGEST_TEXT = 160


@dataclass(frozen=True)
class Letter:
    """One line of a list."""

    public_id: UUID
    guest: str
    conversation: UUID | None
    kind_icon: str
    kind_words: str | Promise
    text: str
    at: datetime
    reason: str
    why: str
    leaves_at: datetime | None
    """When it is tried next, for one that waits for a later moment."""
    is_resent: bool
    window_closed: bool
    """Whether WhatsApp would take a template only."""


def letters_of(messages: Sequence[Message]) -> list[Letter]:
    """The lines of these messages; a query for each kind of thing that they name."""
    items = {one.message_id: one for one in _items(messages)}
    contacts = Contact.objects.in_bulk({message.contact_id for message in messages})
    known = addresses(contacts)
    talks = dict(
        Conversation.objects.filter(pk__in={message.conversation_id for message in messages}).values_list(
            "pk", "public_id"
        )
    )
    open_for = may_be_written(messages)
    return [
        _letter(
            message,
            items.get(message.pk),
            guest=_guest(
                contacts.get(message.contact_id), known.get(message.contact_id, "") or as_seen(message.recipient)
            ),
            conversation=talks.get(message.conversation_id),
            window_closed=message.pk not in open_for,
        )
        for message in messages
    ]


def may_be_written(messages: Sequence[Message]) -> set[int]:
    """Which of these WhatsApp would take at this moment: templates, and all within the service window."""
    wrote = window.last_inbound((message.contact_id, message.number_id) for message in messages)
    now = clock.now()
    return {
        message.pk
        for message in messages
        if message.type == "template" or window.is_open(wrote.get((message.contact_id, message.number_id)), now)
    }


def _items(messages: Sequence[Message]) -> list[OutboxItem]:
    wanted = [message.pk for message in messages]
    return list(OutboxItem.objects.filter(salon_id=current_salon_id() or 0, message_id__in=wanted))


def _guest(contact: Contact | None, address: str) -> str:
    return name_of(contact, address) if contact else address


def _letter(
    message: Message, item: OutboxItem | None, *, guest: str, conversation: UUID | None, window_closed: bool
) -> Letter:
    reason = message.reason or (item.reason if item else "")
    if message.status == "queued" and item is not None:
        reason = item.reason
    waits = item is not None and message.status == "queued" and item.not_before > clock.now()
    kind = shown(message.type) if message.type != "text" else None
    return Letter(
        public_id=message.public_id,
        guest=guest,
        conversation=conversation,
        kind_icon=kind.icon if kind else "",
        kind_words=kind.words if kind else "",
        text=message.text[:LONGEST_TEXT],
        at=message.at,
        reason=reason,
        why=words_of(reason),
        leaves_at=item.not_before if item is not None and waits else None,
        is_resent=message.resent,
        window_closed=window_closed,
    )
