"""What people do with a conversation in the inbox (writing to a guest: sending.py)."""

from django.db import transaction

from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation


@transaction.atomic
def mark_read(*, conversation: Conversation) -> None:
    """A person has seen what there is: nothing is unread, and nothing calls for attention any more."""
    changed = (
        Conversation.objects.filter(pk=conversation.pk).exclude(unread=0, attention="").update(unread=0, attention="")
    )
    if changed:
        tell_changed([conversation.pk])
