"""What people do with a conversation in the inbox (writing to a guest: sending.py)."""

from django.db import transaction

from crm.inbox.models import Conversation
from ops.live import publish_on_commit
from ops.salon import current_salon_id


@transaction.atomic
def mark_read(*, conversation: Conversation) -> None:
    """A person has seen what there is: nothing is unread, and nothing calls for attention any more."""
    changed = (
        Conversation.objects.filter(pk=conversation.pk).exclude(unread=0, attention="").update(unread=0, attention="")
    )
    salon_id = current_salon_id()
    if changed and salon_id is not None:
        publish_on_commit(
            salon_id, "inbox", {"kind": "conversations", "messages": [], "conversations": [conversation.pk]}
        )
