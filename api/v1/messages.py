"""/api/v1/messages/"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, NotYours, invalid
from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.filters import IdFilter, InstantFilter
from api.idempotency import idempotent
from api.names import numbers_by_pk, public_ids
from api.seeing import Shared, check_contact
from api.v1 import message_content as contents
from api.v1.media import MediaOut
from api.v1.media import shown as shown_media
from api.v1.message_examples import EXAMPLES
from api.v1.recipients import contact_of, recipient
from api.viewset import SalonViewSet
from channels_wa.inbound.identity import Identity
from channels_wa.media.links import signer
from channels_wa.media.models import Kind
from channels_wa.media.queries import of_messages
from channels_wa.messages.models import STATUS_ORDER, Message
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.actions import TooLate
from channels_wa.outbox.content.text import MAX_TEXT
from channels_wa.outbox.queries import waiting
from crm.contacts.models import Contact
from crm.contacts.names import masks, told
from crm.inbox import scheduled
from crm.inbox.models import Conversation
from crm.inbox.rights import Who, sees_all_talks, visible_messages
from crm.inbox.sending import CannotSend, Content, first_number, send_message
from ops import clock
from tenants.access.roles import Permission

STATUSES = [*STATUS_ORDER, "cancelled"]
PURPOSES = ("reply", "service", "reminder", "marketing")
# WhatsApp's own longest life of a message; what is planned for later is better kept as a plan.
LATEST = timedelta(days=365)


def check_moment(value: Any, *, patience: timedelta) -> Any:
    """A moment when something may leave. Raises ValidationError."""
    now = clock.now()
    if not now - patience <= value <= now + LATEST:
        raise serializers.ValidationError("Must lie in the future, within a year.")
    return value


EXAMPLE = {
    "id": "019a1f61-55aa-7b02-8f5e-9c1d2e3f4a5b",
    "wamid": "wamid.HBgNNTUxMTk4ODg4MTIzNBUCABEYEjQ1RjY3ODkwMTIzNDU2Nzg5MAA=",
    "direction": "out",
    "type": "text",
    "text": "Seu horário está confirmado.",
    "status": "delivered",
    "reason": None,
    "purpose": "service",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "conversation": "019a1f5e-7c41-7a0b-8d12-6a5b4c3d2e1f",
    "number": "019a1f5c-1111-7222-8333-444455556666",
    "media": None,
    "send_at": None,
    "at": "2026-11-20T15:00:00Z",
}


@described("Message", EXAMPLE)
class MessageOut(serializers.Serializer[Any]):
    """One message, in or out."""

    id = serializers.UUIDField()
    wamid = serializers.CharField(
        allow_null=True, help_text="Meta's id; null until Meta has accepted it, and where phones are masked."
    )
    direction = serializers.ChoiceField(choices=("in", "out"))
    type = serializers.CharField()
    text = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    reason = serializers.CharField(allow_null=True, help_text="Why it was refused, failed or waits.")
    purpose = serializers.ChoiceField(choices=PURPOSES)
    contact = serializers.UUIDField(allow_null=True)
    conversation = serializers.UUIDField(allow_null=True)
    number = serializers.UUIDField(allow_null=True)
    media = MediaOut(allow_null=True, help_text="The file that it carries.")
    send_at = Instant(allow_null=True, help_text="It waits for this moment; until then it can be taken back.")
    at = Instant()


class MessagePatch(Body):
    """What to change of a message that waits for its moment."""

    send_at = Instant(help_text="Within a year.")

    def validate_send_at(self, value: Any) -> Any:
        """A moment to come."""
        return check_moment(value, patience=timedelta(0))


class MessageIn(contents.MessageParts, Body):
    """A message to send: to whom, what, why, when."""

    contact = PublicIdField(Contact.objects, what="contact", required=False)
    to = serializers.CharField(
        max_length=160, required=False, help_text="Instead of `contact`: a phone in E.164, or a WhatsApp user id."
    )
    number = PublicIdField(
        own_numbers,
        what="number",
        shared=Shared("number", Permission.INBOX_ANSWER),
        required=False,
        help_text="A connection; else the latest.",
    )
    type = serializers.ChoiceField(choices=tuple(contents.PART_OF))
    text = serializers.CharField(max_length=MAX_TEXT, required=False, trim_whitespace=False)
    purpose = serializers.ChoiceField(choices=PURPOSES, default="service")
    send_at = Instant(required=False, help_text="Not before this moment.")
    reply_to = PublicIdField(
        Message.objects.defer("raw"), what="message", required=False, help_text="A message to quote"
    )

    def validate_to(self, value: str) -> Identity:
        """A phone with its plus (without it a country code would be guessed), or a BSUID."""
        return recipient(value)

    def validate_send_at(self, value: Any) -> Any:
        """Neither over nor out of sight."""
        return check_moment(value, patience=timedelta(minutes=5))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One recipient, and the part that belongs to the type."""
        if ("contact" in attrs) == ("to" in attrs):
            field = "to" if "to" in attrs else "contact"
            raise serializers.ValidationError({field: ["Give either contact or to."]})
        contents.check_parts(attrs)
        return attrs


class MessageFilter(django_filters.FilterSet):
    """Filters of the list."""

    direction = django_filters.ChoiceFilter(choices=[("in", "in"), ("out", "out")])
    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    conversation = IdFilter("conversation_id", rows=Conversation.objects, what="conversation")
    status = django_filters.ChoiceFilter(choices=[(name, name) for name in STATUSES])
    wamid = django_filters.CharFilter(max_length=200)
    at_after = InstantFilter(field_name="at", lookup_expr="gte", help_text="At this moment or later.")
    at_before = InstantFilter(field_name="at", lookup_expr="lt", help_text="Earlier than this moment.")


class MessageViewSet(SalonViewSet[Message]):
    """Messages of guests and to guests, newest first."""

    what = "message"
    permissions = {
        "list": Permission.INBOX_SEE,
        "retrieve": Permission.INBOX_SEE,
        "create": Permission.INBOX_ANSWER,
        "partial_update": Permission.INBOX_ANSWER,
        "cancel": Permission.INBOX_ANSWER,
    }
    queryset = Message.objects.defer("raw", "payload")
    serializer_class = MessageOut
    filterset_class = MessageFilter

    def get_queryset(self) -> QuerySet[Message]:
        """Those that the caller may see."""
        return visible_messages(self.actor.who).defer("raw", "payload")

    def present(self, rows: Sequence[Message]) -> Sequence[object]:
        """With the public ids of what they point to."""
        contacts = public_ids(Contact.objects.all(), (row.contact_id for row in rows))
        conversations = public_ids(Conversation.objects.all(), (row.conversation_id for row in rows))
        numbers, files, waits = numbers_by_pk(), _files(rows), waiting(rows)
        return [
            {
                "id": row.public_id,
                # Meta's ids hold the guest's phone, for whoever knows how to read them.
                "wamid": None if masks() else row.wamid,
                "direction": row.direction,
                "type": row.type,
                "text": told(row.text) if row.type == "system" else row.text,
                "status": row.status,
                "reason": (waits[row.pk].reason if row.pk in waits else row.reason) or None,
                "purpose": row.purpose,
                "contact": contacts.get(row.contact_id),
                "conversation": conversations.get(row.conversation_id),
                "number": numbers.get(row.number_id),
                "media": files.get(row.pk),
                "send_at": waits[row.pk].not_before if row.pk in waits and waits[row.pk].is_scheduled else None,
                "at": row.at,
            }
            for row in rows
        ]

    @extend_schema(
        request=MessageIn,
        responses={202: OpenApiResponse(MessageOut, description="Taken, or refused by a policy (`cancelled`).")},
        examples=[OpenApiExample(name, body, request_only=True) for name, body in EXAMPLES.items()],
    )
    @idempotent
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Send a message. 202 with the message; one that a policy refuses is `cancelled` and says why."""
        data = self.read(MessageIn)
        content = contents.content_of(data, self.actor.who)
        try:
            number: Number = data.get("number") or first_number(data.get("contact"), who=self.actor.who)
            contact = data.get("contact") or contact_of(data["to"], number, by=self.actor.who)
            check_contact(self.actor.who, contact, "contact" if "contact" in data else "to")
            _check_reaction(content, contact, self.actor.who)
            message = send_message(
                contact=contact,
                content=content,
                purpose=data["purpose"],
                by=self.actor.who,
                number=number,
                send_at=data.get("send_at"),
                reply_to=_quoted(data.get("reply_to"), contact, self.actor.who),
            )
        except CannotSend as refused:
            raise contents.refused(refused.problems) from refused
        return self.shown(message, status.HTTP_202_ACCEPTED)

    @extend_schema(request=MessagePatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Let it leave at another moment; 409 where it has left, or waits for something else."""
        message, given = self.load(id), self.read(MessagePatch)
        if "send_at" not in given:
            return Response(self.show([message])[0])
        try:
            scheduled.move(message, given["send_at"], by=self.actor.who)
        except TooLate as late:
            raise Conflict("It has left already, or waits for something else.", field="send_at") from late
        return Response(self.show([self.load(id)])[0])

    @extend_schema(request=None, responses={200: MessageOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, id: str) -> Response:
        """Take back what has not left yet; 409 where it has."""
        message = self.load(id)
        try:
            scheduled.take_back(message, by=self.actor.who)
        except TooLate as late:
            raise Conflict("It has left already.", code="too_late") from late
        return Response(self.show([self.load(id)])[0])


def _files(rows: Sequence[Message]) -> dict[int, dict[str, Any]]:
    found = of_messages(row.pk for row in rows if row.type in Kind.values)
    sign = signer() if found else None
    return {pk: shown_media(view, sign(view.public_id) if sign else None) for pk, view in found.items()}


def _check_reaction(content: Content, contact: Contact, who: Who) -> None:
    if content.type == "reaction" and not sees_all_talks(who):
        own = visible_messages(who).filter(contact_id=contact.pk, wamid=content.payload["to"])
        if not own.exists():
            raise NotYours("reaction.message", "message")


def _quoted(quoted: Message | None, contact: Contact, who: Who) -> str:
    if quoted is None:
        return ""
    is_hidden = not sees_all_talks(who) and not visible_messages(who).filter(pk=quoted.pk).exists()
    if is_hidden or quoted.contact_id != contact.pk or not quoted.wamid:
        raise invalid("reply_to", "Must be a message of the talk with this contact that WhatsApp knows.")
    return quoted.wamid
