"""The head of a conversation: who, from where, and whether one may still write freely."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.contacts.names import addresses, name_of
from crm.inbox.models import Conversation

# WHATSAPP.md §5: free text is taken for 24 hours after the guest's last message.
SERVICE_WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Talk:
    """One conversation, ready for the template."""

    public_id: UUID
    contact_public_id: UUID
    name: str
    address: str
    unread: int
    attention: str
    left: timedelta

    @property
    def window_open(self) -> bool:
        """Whether WhatsApp still takes free text."""
        return self.left > timedelta(0)

    @property
    def window_words(self) -> str:
        """How long it still does."""
        minutes = int(self.left.total_seconds() // 60)
        if minutes < 60:
            return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}
        return _("%(hours)s h left") % {"hours": minutes // 60}


def talk_of(conversation: Conversation, *, now: datetime) -> Talk:
    """The head of this conversation."""
    contact = conversation.contact
    address = addresses([contact.pk]).get(contact.pk, "")
    last = conversation.last_inbound_at
    return Talk(
        public_id=conversation.public_id,
        contact_public_id=contact.public_id,
        name=name_of(contact, address),
        address=address,
        unread=conversation.unread,
        attention=conversation.attention,
        left=last + SERVICE_WINDOW - now if last else timedelta(0),
    )
