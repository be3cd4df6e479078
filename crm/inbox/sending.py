"""A person or a program writes to a guest: one act, whoever asks for it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from channels_wa.media.naming import named_in
from channels_wa.message_templates import sending as message_templates
from channels_wa.messages.models import Identity, Message
from channels_wa.messages.problems import Problem
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.actions import enqueue
from channels_wa.outbox.content import check
from channels_wa.outbox.content.text import MAX_TEXT
from channels_wa.outbox.message import AT_LEAST_ONCE, AT_MOST_ONCE, NewMessage
from channels_wa.outbox.models import OutboxItem
from crm.contacts.models import Contact
from crm.inbox.live import tell_new
from crm.inbox.models import Conversation
from crm.inbox.rights import Who, closed_numbers, sees_all_talks, visible_files
from crm.inbox.summary import note_outbound
from crm.inbox.takeover import take_over
from ops import clock
from ops.events.actions import emit
from ops.ids import uuid7
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member

LANES = {
    "reply": OutboxItem.Lane.REPLY,
    "service": OutboxItem.Lane.REPLY,
    "reminder": OutboxItem.Lane.REMINDER,
    "marketing": OutboxItem.Lane.CAMPAIGN,
}
# What a guest would rather get twice than never (ARCHITECTURE §5).
BETTER_TWICE = frozenset({"reminder"})


class CannotSend(ValueError):
    """Nothing was written; each problem names a field to change."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].text)
        self.problems = list(problems)

    @property
    def field(self) -> str:
        """The first field to change."""
        return self.problems[0].field


@dataclass(frozen=True, slots=True)
class Content:
    """What is said: a type, the text a person reads, and what else the type needs."""

    type: str
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def send_message(
    *,
    contact: Contact,
    content: Content,
    purpose: str,
    by: Member | ApiKey,
    number: Number | None = None,
    send_at: datetime | None = None,
    reply_to: str = "",
    takes_over: bool = True,
) -> Message:
    """Write a message to a guest and put it on its way; the message as it is then.

    A message that a policy refuses is written as `cancelled` with its reason. A person's answer silences the flows of
    the conversation for a while (takeover.py), unless it is none (`takes_over`). Raises CannotSend.
    """
    number = number or first_number(contact, who=by)
    if problems := check(content.type, content.text, content.payload, number_id=number.pk):
        raise CannotSend(*problems)
    _check_files(content.payload, by)
    if content.type == "template":
        content = _with_words(content, number)
    if isinstance(by, Member):
        content = _signed(content, number)
    kind, value = _recipient(contact, number)
    conversation_id, conversation = open_conversation(contact, number)
    now = clock.now()
    written = enqueue(
        NewMessage(
            contact_id=contact.pk,
            conversation_id=conversation_id,
            number_id=number.pk,
            recipient_kind=kind,
            recipient=value,
            type=content.type,
            text=content.text,
            payload=content.payload,
            purpose=purpose,
            certainty=AT_LEAST_ONCE if purpose in BETTER_TWICE else AT_MOST_ONCE,
            lane=LANES[purpose],
            reply_to=reply_to,
            member_id=by.pk if isinstance(by, Member) else None,
            send_at=send_at,
        )
    )
    message = Message.objects.defer("raw").get(pk=written.message_id)
    _record(message, contact, conversation, by)
    # What leaves later answers nobody yet; nor does a reaction: who waited for an answer still does.
    is_later = send_at is not None and send_at > now
    if not is_later and message.status != "cancelled" and content.type != "reaction":
        note_outbound([(conversation_id, content.type, content.text)], at=now)
        if takes_over and isinstance(by, Member) and purpose == "reply":
            take_over([conversation_id], by="member")
    tell_new([message.pk], [conversation_id])
    return message


def _check_files(payload: dict[str, Any], by: Member | ApiKey) -> None:
    named = set(named_in(payload)) if not sees_all_talks(by) else set()
    if named and visible_files(by).filter(public_id__in=named).count() < len(named):
        raise CannotSend(Problem("media", _("There is no such file here. Upload it again.")))


def _record(message: Message, contact: Contact, conversation: UUID, by: Member | ApiKey) -> None:
    audit.record(
        "message.written",
        subject=message.public_id,
        by=by,
        after={"type": message.type, "purpose": message.purpose, "status": message.status, "reason": message.reason},
    )
    emit(
        "message.written",
        subject=message.public_id,
        payload={"contact": str(contact.public_id), "conversation": str(conversation), "type": message.type},
    )


def first_number(contact: Contact | None = None, *, who: Who | None = None) -> Number:
    """The number over which this contact last talked with the salon, else the salon's default; of those that are not
    closed to `who`. Raises CannotSend.
    """
    own = own_numbers().order_by("-is_default", "pk")
    if who is not None and (closed := closed_numbers(who)):
        own = own.exclude(pk__in=closed)
    last = Conversation.objects.filter(contact=contact).order_by("-last_at", "-pk").first() if contact else None
    number = own.filter(pk=last.number_id).first() if last else None
    number = number or own.filter(state=Number.State.ACTIVE).first() or own.first()
    if number is None:
        raise CannotSend(Problem("number", _("This salon has no connected number; connect one first.")))
    return number


def open_conversation(contact: Contact, number: Number) -> tuple[int, UUID]:
    """The open conversation of a contact over a number, opened if there is none: its id and public id."""
    values: list[Any] = [uuid7(), contact.pk, number.pk, clock.now(), clock.now()]
    with connection.cursor() as cursor:
        # The update that changes nothing gives back the row also when another process has just opened it.
        cursor.execute(
            "INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, "
            "last_at, attention, opened_at) VALUES (%s, %s, %s, true, 0, '', '', %s, '', %s) "
            "ON CONFLICT (contact_id, number_id) WHERE closed_at IS NULL DO UPDATE SET unread = conversation.unread "
            "RETURNING id, public_id",
            values,
        )
        pk, public_id = cursor.fetchone()
    return pk, public_id


def _signed(content: Content, number: Number) -> Content:
    """What a person writes, with the number's signature below, where there is room for both."""
    text = f"{content.text}\n\n{number.signature}"
    if content.type != "text" or not number.signature or len(text) > MAX_TEXT:
        return content
    return replace(content, text=text)


def _with_words(content: Content, number: Number) -> Content:
    """A template with what the guest reads: the text, and what stands around it for the bubble."""
    shown = message_templates.shown_of(number.pk, content.payload)
    return Content(
        content.type, message_templates.words_of(number.pk, content.payload), {**content.payload, "shown": shown}
    )


def _recipient(contact: Contact, number: Number) -> tuple[str, str]:
    # A phone reaches its owner from every portfolio; Meta's own ids mean somebody within theirs only.
    known = Identity.objects.filter(contact_id=contact.pk).order_by("pk")
    phones = [one for one in known if one.kind == "phone"]
    others = [one for one in known if one.kind == "bsuid" and one.portfolio == number.portfolio]
    same = [one for one in phones if one.portfolio == number.portfolio]
    for found in (same, others, phones):
        if found:
            return found[-1].kind, found[-1].value
    words = _("This contact has neither a phone number nor a WhatsApp id for this number.")
    raise CannotSend(Problem("contact", words))
