"""The head of a conversation: who, from where, and whether one may still write freely."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zlib import crc32

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from channels_wa.outbox.window import MARGIN, SERVICE_WINDOW
from crm.contacts.names import addresses, name_of
from crm.inbox.models import Conversation
from crm.inbox.rows import why
from ops import clock
from portal.frame import moments

# Below this the page warns.
SOON = timedelta(hours=2)


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
    resumes_at: datetime | None
    is_closed: bool
    left: timedelta
    hands: str

    @property
    def window_open(self) -> bool:
        """Whether WhatsApp still takes free text."""
        return self.left > timedelta(0)

    @property
    def state(self) -> str:
        """See state_of."""
        return _state(self.is_closed, self.left, self.bot_on, self.resumes_at) + self.hands

    @property
    def people_words(self) -> str:
        """How long people answer alone."""
        if self.resumes_at is None:
            return _("People only")
        at, day = moments.clock_time(self.resumes_at), timezone.localtime(self.resumes_at)
        if day.date() != timezone.localtime(clock.now()).date():
            at = f"{formats.date_format(day, 'MONTH_DAY_FORMAT')}, {at}"
        return _("Flows answer again at %(at)s") % {"at": at}

    @property
    def left_s(self) -> int:
        """Seconds until the window closes; the page counts down from here, whatever its own clock says."""
        return max(0, int(self.left.total_seconds()))

    @property
    def closes_soon(self) -> bool:
        """Whether it is time to hurry."""
        return self.left < SOON

    @property
    def window_words(self) -> str:
        """How long it is open still; the page goes on in the same words."""
        hours, minutes = divmod(self.left_s // 60, 60)
        words = _("Closes in %(hours)s h %(minutes)s min") if hours else _("Closes in %(minutes)s min")
        return words % {"hours": hours, "minutes": minutes}


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
        resumes_at=conversation.bot_resumes_at,
        is_closed=conversation.closed_at is not None,
        left=_left(conversation, now),
        hands=_hands(conversation),
    )


def state_of(conversation: Conversation, *, now: datetime) -> str:
    """What the head and the composer go by, as one word: an open page that shows another one reads them again."""
    is_closed, left = conversation.closed_at is not None, _left(conversation, now)
    return _state(is_closed, left, conversation.bot_on, conversation.bot_resumes_at) + _hands(conversation)


def _hands(conversation: Conversation) -> str:
    """Who looks after it, and until when it is put off: nobody needs to read it, only to see that it is otherwise."""
    found = (conversation.assignee_id, conversation.team_id, conversation.snoozed_until)
    return f"/{crc32(repr(found).encode()):x}" if any(found) else ""


def _left(conversation: Conversation, now: datetime) -> timedelta:
    last = conversation.last_inbound_at
    # As the outbox judges, which stops a little before Meta does.
    return last + SERVICE_WINDOW - MARGIN - now if last else timedelta(0)


def _state(is_closed: bool, left: timedelta, bot_on: bool, resumes_at: datetime | None) -> str:
    writing = "closed" if is_closed else "free" if left > timedelta(0) else "late"
    # To the minute, as the head shows it.
    until = f"/{resumes_at:%m%dT%H%M}" if resumes_at and not bot_on else ""
    return f"{writing}/{'bot' if bot_on else 'people'}{until}"
