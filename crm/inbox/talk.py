"""The head of a conversation: who, from where, and whether one may still write freely."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.contacts.names import addresses, name_of
from crm.inbox.models import Conversation
from crm.inbox.rows import why

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
    attention_words: str | Promise
    bot_on: bool
    is_closed: bool
    left: timedelta

    @property
    def window_open(self) -> bool:
        """Whether WhatsApp still takes free text."""
        return self.left > timedelta(0)

    @property
    def state(self) -> str:
        """See state_of."""
        return _state(self.is_closed, self.left, self.bot_on)

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
    return Talk(
        public_id=conversation.public_id,
        contact_public_id=contact.public_id,
        name=name_of(contact, address),
        address=address,
        unread=conversation.unread,
        attention=conversation.attention,
        attention_words=why(conversation.attention),
        bot_on=conversation.bot_on,
        is_closed=conversation.closed_at is not None,
        left=_left(conversation, now),
    )


def state_of(conversation: Conversation, *, now: datetime) -> str:
    """What the head and the composer go by, as one word: an open page that shows another one reads them again."""
    return _state(conversation.closed_at is not None, _left(conversation, now), conversation.bot_on)


def _left(conversation: Conversation, now: datetime) -> timedelta:
    last = conversation.last_inbound_at
    return last + SERVICE_WINDOW - now if last else timedelta(0)


def _state(is_closed: bool, left: timedelta, bot_on: bool) -> str:
    writing = "closed" if is_closed else "free" if left > timedelta(0) else "late"
    return f"{writing}/{'bot' if bot_on else 'people'}"
