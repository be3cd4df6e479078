"""Whom an event is about: the contact, however the event names them."""

from collections.abc import Iterable, Sequence

from channels_wa.messages.models import Message
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops.eventqueue.handling import Heard


def contacts_of(heard: Sequence[Heard]) -> dict[int, int]:
    """By event (its id) the contact; without those that are about nobody."""
    talks = _keys(event.payload.get("conversation_id") for event in heard)
    of_talk = dict(Conversation.objects.filter(pk__in=talks).values_list("pk", "contact_id")) if talks else {}
    people = {event.subject for event in heard if event.kind.startswith("contact.")}
    of_contact = dict(Contact.objects.filter(public_id__in=people).values_list("public_id", "pk")) if people else {}
    written = {event.subject for event in heard if event.kind.startswith("message.")}
    of_message = (
        dict(Message.objects.filter(public_id__in=written).values_list("public_id", "contact_id")) if written else {}
    )
    found = {}
    for event in heard:
        contact_id = (
            _key(event.payload.get("contact_id"))
            or of_contact.get(event.subject)
            or of_talk.get(_key(event.payload.get("conversation_id")) or 0)
            or of_message.get(event.subject)
        )
        if contact_id:
            found[event.id] = contact_id
    return found


def _keys(values: Iterable[object]) -> set[int]:
    return {key for value in values if (key := _key(value))}


def _key(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
