"""What people do with a conversation in the inbox (writing to a guest: sending.py)."""

from django.db import IntegrityError, transaction
from django.db.models import Q

from channels_wa.messages.models import Message
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox import actions as outbox
from crm.contacts.models import Contact
from crm.inbox import receipts, takeover
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from crm.inbox.sending import Content, send_message
from ops import clock
from ops.events.actions import emit
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member

ABOUT_A_MESSAGE = ("message_failed", "message_unknown")


class OpenElsewhere(Exception):
    """The guest has an open conversation over this number already; nothing was changed."""


@transaction.atomic
def mark_read(*, conversation: Conversation) -> None:
    """A person has seen what there is: nothing is unread, and nothing calls for attention any more.

    The guest learns that their newest message was read.
    """
    receipts.tell_read(conversation)
    changed = (
        Conversation.objects.filter(pk=conversation.pk).exclude(unread=0, attention="").update(unread=0, attention="")
    )
    if changed:
        tell_changed([conversation.pk])


@transaction.atomic
def set_bot(*, conversation: Conversation, on: bool, by: Member | ApiKey) -> bool:
    """Let flows answer in this conversation, or leave it to people until it is switched again.

    False where it was so already.
    """
    lasting = Q(bot_on=on, bot_resumes_at=None)
    if not Conversation.objects.filter(pk=conversation.pk).exclude(lasting).update(bot_on=on, bot_resumes_at=None):
        return False
    takeover.forget([conversation.pk])
    audit.record(f"conversation.bot_{'on' if on else 'off'}", subject=conversation.public_id, by=by)
    emit(
        "conversation.bot_changed",
        subject=conversation.public_id,
        payload={"conversation_id": conversation.pk, "bot_on": on},
    )
    tell_changed([conversation.pk])
    return True


@transaction.atomic
def close(*, conversation: Conversation, by: Member | ApiKey) -> bool:
    """End a conversation; the guest's next message begins a new one. False where it had ended."""
    changed = Conversation.objects.filter(pk=conversation.pk, closed_at=None).update(
        closed_at=clock.now(), snoozed_until=None
    )
    if changed:
        _moved("conversation.closed", conversation, by)
    return bool(changed)


@transaction.atomic
def reopen(*, conversation: Conversation, by: Member | ApiKey) -> bool:
    """Go on with an ended conversation. False where it is open. Raises OpenElsewhere."""
    try:
        with transaction.atomic():
            changed = Conversation.objects.filter(pk=conversation.pk).exclude(closed_at=None).update(closed_at=None)
    except IntegrityError as taken:
        raise OpenElsewhere from taken
    if changed:
        _moved("conversation.reopened", conversation, by)
    return bool(changed)


@transaction.atomic
def retry(*, message: Message, by: Member) -> None:
    """Send once more what failed. Raises TooLate (channels_wa.outbox.actions) and CannotSend."""
    audit.record("message.retried", subject=message.public_id, by=by, before={"reason": message.reason})
    # Somebody has looked; if it fails again, that calls for them again.
    talk = Conversation.objects.filter(pk=message.conversation_id, attention__in=ABOUT_A_MESSAGE)
    if talk.update(attention=""):
        tell_changed([message.conversation_id])
    try:
        with transaction.atomic():
            outbox.retry(message.pk)
    except outbox.TooLate:
        if message.status != "failed":
            raise
        # WhatsApp took it and could not bring it: under that id it is over, so it is written anew.
        content = Content(message.type, message.text, message.payload)
        contact = Contact.objects.get(pk=message.contact_id)
        number = own_numbers().filter(pk=message.number_id).first()
        send_message(
            contact=contact,
            content=content,
            purpose=message.purpose,
            by=by,
            number=number,
            reply_to=message.reply_to,
            takes_over=False,
        )


def _moved(what: str, conversation: Conversation, by: Member | ApiKey) -> None:
    audit.record(what, subject=conversation.public_id, by=by)
    emit(what, subject=conversation.public_id, payload={"conversation_id": conversation.pk})
    tell_changed([conversation.pk])
