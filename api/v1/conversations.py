"""/api/v1/conversations/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.filters import IdFilter, YesNoFilter
from api.names import numbers_by_pk
from api.viewset import SalonViewSet
from channels_wa.numbers.queries import own_numbers
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from crm.inbox.rights import visible_conversations
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f5e-7c41-7a0b-8d12-6a5b4c3d2e1f",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "number": "019a1f5c-1111-7222-8333-444455556666",
    "assignee": None,
    "bot_on": True,
    "unread": 1,
    "last_text": "Oi, tem horário amanhã?",
    "last_direction": "in",
    "last_at": "2026-11-20T15:00:00Z",
    "last_inbound_at": "2026-11-20T15:00:00Z",
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
    assignee = serializers.CharField(allow_null=True, help_text="Name of the member who answers.")
    bot_on = serializers.BooleanField(help_text="Whether flows answer.")
    unread = serializers.IntegerField()
    last_text = serializers.CharField()
    last_direction = serializers.ChoiceField(choices=("in", "out"), allow_null=True)
    last_at = Instant()
    last_inbound_at = Instant(allow_null=True, help_text="Free text may be sent for 24 hours from here.")
    attention = serializers.CharField(allow_null=True, help_text="Why a person should look.")
    opened_at = Instant()
    closed_at = Instant(allow_null=True)


class ConversationFilter(django_filters.FilterSet):
    """Filters of the list."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    number = IdFilter("number_id", rows=own_numbers, what="number")
    open = YesNoFilter(field_name="closed_at", lookup_expr="isnull")


class ConversationViewSet(SalonViewSet[Conversation]):
    """Talks with guests, newest first by when they were opened."""

    what = "conversation"
    permissions = {"list": Permission.INBOX_SEE, "retrieve": Permission.INBOX_SEE}
    queryset = Conversation.objects.select_related("contact", "assignee")
    serializer_class = ConversationOut
    filterset_class = ConversationFilter

    def get_queryset(self) -> QuerySet[Conversation]:
        """Those that the caller may see."""
        return visible_conversations(self.actor.who).select_related("contact", "assignee")

    def present(self, rows: Sequence[Conversation]) -> Sequence[object]:
        """With the public ids of their numbers."""
        numbers = numbers_by_pk()
        return [
            {
                "id": row.public_id,
                "contact": row.contact.public_id,
                "number": numbers.get(row.number_id),
                "assignee": row.assignee.name if row.assignee else None,
                "bot_on": row.bot_on,
                "unread": row.unread,
                "last_text": row.last_text,
                "last_direction": row.last_direction or None,
                "last_at": row.last_at,
                "last_inbound_at": row.last_inbound_at,
                "attention": row.attention or None,
                "opened_at": row.opened_at,
                "closed_at": row.closed_at,
            }
            for row in rows
        ]
