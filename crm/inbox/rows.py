"""A conversation as the list shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.outbox.window import MARGIN, SERVICE_WINDOW
from crm.contacts.names import addresses, name_of, told
from crm.inbox.kinds import shown
from crm.inbox.models import Conversation
from ops import clock

ATTENTION = {
    "message_failed": _("A message was not delivered"),
    "message_unknown": _("It is not known whether a message arrived"),
    "flow_failed": _("The flow stopped with an error"),
    "handed_over": _("The flow hands this guest over to you"),
    "snooze_over": _("You wanted to look at this again now"),
    "phone_passed_on": _("Somebody else writes from this guest's phone now. Perhaps they have a new number"),
}
# Below this the line warns.
SOON = timedelta(hours=2)
MOST_TAGS = 3


@dataclass(frozen=True)
class Row:
    """One line of the list. What it says of itself lets an open page put it in its place (inbox_list.js)."""

    public_id: UUID
    name: str
    last_icon: str
    last_words: str | Promise
    """The kind of the newest message, where it is more than words or has none."""
    last_text: str
    last_at: datetime
    last_is_ours: bool
    is_waiting: bool
    waiting_since: datetime | None
    unread: int
    attention: str
    state: str = "open"
    """open, snoozed or closed."""
    snoozed_until: datetime | None = None
    left: timedelta = timedelta(0)
    """How long WhatsApp still takes free text."""
    bot_on: bool = True
    assignee: str = ""
    assignee_id: UUID | None = None
    team: str = ""
    team_id: UUID | None = None
    number_id: int = 0
    tags: Sequence[str] = ()
    more_tags: int = 0
    has_draft: bool = False

    @property
    def attention_words(self) -> str | Promise:
        """Why a person should look."""
        return why(self.attention)

    @property
    def left_s(self) -> int:
        """Seconds until the window closes; the page counts down from here, whatever its own clock says."""
        return max(0, int(self.left.total_seconds()))

    @property
    def left_words(self) -> str:
        """How long it is open still, as short as can be; the page goes on in the same words."""
        hours, minutes = divmod(self.left_s // 60, 60)
        return f"{hours} h" if hours else f"{minutes} min"

    @property
    def closes_soon(self) -> bool:
        """Whether it is time to hurry."""
        return timedelta(0) < self.left < SOON


def why(attention: str) -> str | Promise:
    """Why a person should look at a conversation, in words."""
    return ATTENTION.get(attention, _("Please look at this conversation"))


def rows_of(conversations: Sequence[Conversation], *, now: datetime | None = None) -> list[Row]:
    """The lines; one query more for the addresses of those without a name.

    Load contact, assignee and team with them; `has_draft` says in which the reader has begun to write.
    """
    nameless = [one.contact_id for one in conversations if not one.contact.name]
    known = addresses(nameless) if nameless else {}
    moment = now or clock.now()
    return [_row(one, name_of(one.contact, known.get(one.contact_id, "")), now=moment) for one in conversations]


def last_text(one: Conversation) -> str:
    """The newest message's words as whoever reads may see them: WhatsApp's own hold phones."""
    return told(one.last_text) if one.last_kind == "system" else one.last_text


def _row(one: Conversation, name: str, *, now: datetime) -> Row:
    kind = shown(one.last_kind) if one.last_kind else None
    is_waiting = one.closed_at is None and one.last_direction == "in"
    state = "closed" if one.closed_at else "snoozed" if one.snoozed_until else "open"
    left = one.last_inbound_at + SERVICE_WINDOW - MARGIN - now if one.last_inbound_at else timedelta(0)
    return Row(
        public_id=one.public_id,
        name=name,
        last_icon=kind.icon if kind else "",
        last_words=kind.words if kind and (kind.names_itself or not one.last_text) else "",
        last_text=last_text(one),
        last_at=one.last_at,
        last_is_ours=one.last_direction == "out",
        is_waiting=is_waiting,
        waiting_since=(one.waiting_since or one.last_at) if is_waiting else None,
        unread=one.unread,
        attention=one.attention,
        state=state,
        snoozed_until=one.snoozed_until,
        left=left if state != "closed" else timedelta(0),
        bot_on=one.bot_on,
        assignee=one.assignee.name if one.assignee else "",
        assignee_id=one.assignee.public_id if one.assignee else None,
        team=one.team.name if one.team else "",
        team_id=one.team.public_id if one.team else None,
        number_id=one.number_id,
        tags=one.contact.tags[:MOST_TAGS],
        more_tags=max(0, len(one.contact.tags) - MOST_TAGS),
        has_draft=getattr(one, "has_draft", False),
    )
