"""/api/v1/conversations/: talks with guests, and who looks after them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Instant
from api.idempotency import idempotent
from api.names import numbers_by_pk
from api.pagination import ByLastMessage, CursorPagination
from api.v1.conversation_bodies import ConversationFilter, ConversationPatch, TakeIn
from api.v1.notes import NoteIn, NoteOut, shown_notes
from api.viewset import SalonViewSet
from channels_wa.outbox.window import SERVICE_WINDOW
from crm.contacts import notes
from crm.contacts.models import Note
from crm.inbox import actions, assigning, snoozing
from crm.inbox.models import Conversation
from crm.inbox.rights import visible_conversations
from crm.inbox.rows import last_text
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f5e-7c41-7a0b-8d12-6a5b4c3d2e1f",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "number": "019a1f5c-1111-7222-8333-444455556666",
    "status": "open",
    "assignee": "019a1f5b-2222-7333-8444-555566667777",
    "assignee_name": "Bia",
    "team": None,
    "team_name": None,
    "bot_on": True,
    "bot_resumes_at": None,
    "unread": 1,
    "snoozed_until": None,
    "waiting_since": "2026-11-20T15:00:00Z",
    "last_text": "Oi, tem horário amanhã?",
    "last_direction": "in",
    "last_at": "2026-11-20T15:00:00Z",
    "last_inbound_at": "2026-11-20T15:00:00Z",
    "window_closes_at": "2026-11-21T15:00:00Z",
    "attention": None,
    "opened_at": "2026-11-20T14:58:00Z",
    "closed_at": None,
}


@described("Conversation", EXAMPLE)
class ConversationOut(serializers.Serializer[Any]):
    """The talk with one contact over one number."""

    id = serializers.UUIDField()
    contact = serializers.UUIDField()
    number = serializers.UUIDField(allow_null=True, help_text="The connection it runs over.")
    status = serializers.ChoiceField(choices=("open", "closed"))
    assignee = serializers.UUIDField(allow_null=True, help_text="The member who answers.")
    assignee_name = serializers.CharField(allow_null=True)
    team = serializers.UUIDField(allow_null=True, help_text="The team that shares it.")
    team_name = serializers.CharField(allow_null=True)
    bot_on = serializers.BooleanField(help_text="Whether flows answer.")
    bot_resumes_at = Instant(allow_null=True, help_text="Flows are silent until then: a person has taken over.")
    unread = serializers.IntegerField()
    snoozed_until = Instant(allow_null=True, help_text="Put away until then, or until the guest writes.")
    waiting_since = Instant(allow_null=True, help_text="Since when the guest waits for an answer.")
    last_text = serializers.CharField()
    last_direction = serializers.ChoiceField(choices=("in", "out"), allow_null=True)
    last_at = Instant()
    last_inbound_at = Instant(allow_null=True, help_text="Free text may be sent for 24 hours from here.")
    window_closes_at = Instant(allow_null=True, help_text="Where those end.")
    attention = serializers.CharField(allow_null=True, help_text="Why a person should look.")
    opened_at = Instant()
    closed_at = Instant(allow_null=True)


class ConversationViewSet(SalonViewSet[Conversation]):
    """Talks with guests, newest first by when they were opened; `order=-last_at` by their newest message."""

    what = "conversation"
    permissions = {
        "list": Permission.INBOX_SEE,
        "retrieve": Permission.INBOX_SEE,
        "partial_update": Permission.INBOX_ANSWER,
        "take": Permission.INBOX_ANSWER,
        "notes": Permission.INBOX_SEE,
        "add_note": Permission.CONTACTS_EDIT,
    }
    queryset = Conversation.objects.select_related("contact", "assignee", "team")
    serializer_class = ConversationOut
    filterset_class = ConversationFilter
    pagination_class = ByLastMessage

    def get_queryset(self) -> QuerySet[Conversation]:
        """Those that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return Conversation.objects.none()
        return visible_conversations(self.actor.who).select_related("contact", "assignee", "team")

    def present(self, rows: Sequence[Conversation]) -> Sequence[object]:
        """With the public ids of their numbers."""
        numbers = numbers_by_pk()
        return [
            {
                "id": row.public_id,
                "contact": row.contact.public_id,
                "number": numbers.get(row.number_id),
                "status": "closed" if row.closed_at else "open",
                "assignee": row.assignee.public_id if row.assignee else None,
                "assignee_name": row.assignee.name if row.assignee else None,
                "team": row.team.public_id if row.team else None,
                "team_name": row.team.name if row.team else None,
                "bot_on": row.bot_on,
                "bot_resumes_at": row.bot_resumes_at,
                "unread": row.unread,
                "snoozed_until": row.snoozed_until,
                "waiting_since": row.waiting_since,
                "last_text": last_text(row),
                "last_direction": row.last_direction or None,
                "last_at": row.last_at,
                "last_inbound_at": row.last_inbound_at,
                "window_closes_at": row.last_inbound_at + SERVICE_WINDOW if row.last_inbound_at else None,
                "attention": row.attention or None,
                "opened_at": row.opened_at,
                "closed_at": row.closed_at,
            }
            for row in rows
        ]

    @extend_schema(request=ConversationPatch)
    @idempotent
    @transaction.atomic
    def partial_update(self, request: Request, id: str) -> Response:
        """Change who looks after it and how it stands; all that is given, or nothing. 409 where that cannot be."""
        talk, given = self.load(id), self.read(ConversationPatch)
        # Two who change it at once come one after the other, and each sees what the other has left.
        Conversation.objects.select_for_update().get(pk=talk.pk)
        talk.refresh_from_db()
        for name, change in _CHANGES.items():
            if name in given:
                change(talk, given[name], self.actor.who)
        return self._now(talk)

    @extend_schema(request=TakeIn, responses={200: ConversationOut})
    @action(detail=True, methods=["post"])
    @idempotent
    @transaction.atomic
    def take(self, request: Request, id: str) -> Response:
        """Make oneself the one who answers; 409 where somebody else is. A program says for whom (`member`)."""
        talk, who = self.load(id), self.actor.who
        member = self.read(TakeIn).get("member") or self.actor.member
        if member is None:
            raise invalid("member", "Say who takes it.", "required")
        try:
            assigning.take(conversation=talk, by=member, asked_by=who)
        except assigning.AlreadyTaken as taken:
            raise Conflict(f"{taken.name} is already answering.", field="assignee", code="taken") from taken
        return self._now(talk)

    @extend_schema(responses=NoteOut(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=CursorPagination)
    def notes(self, request: Request, id: str) -> Response:
        """What the team has noted in it, newest first; guests never see that."""
        rows: Any = Note.objects.filter(conversation_id=self.load(id).pk).select_related("by")
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response(shown_notes(page or []))

    @extend_schema(request=NoteIn, responses={201: NoteOut})
    @notes.mapping.post
    @idempotent
    def add_note(self, request: Request, id: str) -> Response:
        """Note something for the team; whoever is named with @ finds it among their mentions."""
        talk, text = self.load(id), self.read(NoteIn)["text"]
        made = notes.add(talk.contact, text, by=self.actor.who, conversation_id=talk.pk)
        return Response(shown_notes([made])[0], status=status.HTTP_201_CREATED)

    def _now(self, talk: Conversation) -> Response:
        # Not among the visible ones: it may have been given out of the caller's sight.
        rows = Conversation.objects.select_related("contact", "assignee", "team")
        return Response(self.show([rows.get(pk=talk.pk)])[0])


def _reopen_or_not(talk: Conversation, wanted: str, by: Any) -> None:
    if wanted != "open":
        return
    try:
        actions.reopen(conversation=talk, by=by)
    except actions.OpenElsewhere as elsewhere:
        words = "This contact has a newer conversation over this number that is open."
        raise Conflict(words, field="status", code="open_elsewhere") from elsewhere


def _snooze(talk: Conversation, until: Any, by: Any) -> None:
    if until is None:
        snoozing.wake([talk.pk], by=by)
    elif not snoozing.snooze([talk.pk], until=until, by=by):
        raise Conflict("A closed conversation is away already.", field="snoozed_until")


def _close_or_not(talk: Conversation, wanted: str, by: Any) -> None:
    if wanted == "closed":
        actions.close(conversation=talk, by=by)


# In this order: an open one can be put away, and who has it last is whoever was named.
_CHANGES: dict[str, Callable[[Conversation, Any, Any], object]] = {
    "reopened": _reopen_or_not,
    "team": lambda talk, team, by: assigning.give_to_team([talk.pk], team=team, by=by),
    "assignee": lambda talk, member, by: assigning.give([talk.pk], member=member, by=by),
    "bot_on": lambda talk, on, by: actions.set_bot(conversation=talk, on=on, by=by),
    "read": lambda talk, _yes, _by: actions.mark_read(conversation=talk),
    "snoozed_until": _snooze,
    "status": _close_or_not,
}
