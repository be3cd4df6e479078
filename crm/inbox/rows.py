"""A conversation as the list shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.contacts.names import addresses, name_of
from crm.inbox.kinds import shown
from crm.inbox.models import Conversation

ATTENTION = {
    "message_failed": _("A message was not delivered"),
    "message_unknown": _("It is not known whether a message arrived"),
    "flow_failed": _("The flow stopped with an error"),
    "handed_over": _("The flow hands this guest over to you"),
    "phone_passed_on": _("Somebody else writes from this guest's phone now. Perhaps they have a new number"),
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    public_id: UUID
    name: str
    last_icon: str
    last_words: str | Promise
    """The kind of the newest message, where it is more than words or has none."""
    last_text: str
    last_at: datetime
    last_is_ours: bool
    is_waiting: bool
    unread: int
    attention: str

    @property
    def attention_words(self) -> str | Promise:
        """Why a person should look."""
        return why(self.attention)


def why(attention: str) -> str | Promise:
    """Why a person should look at a conversation, in words."""
    return ATTENTION.get(attention, _("Please look at this conversation"))


def rows_of(conversations: Sequence[Conversation]) -> list[Row]:
    """The lines; one query more for the addresses of those without a name."""
    nameless = [one.contact_id for one in conversations if not one.contact.name]
    known = addresses(nameless) if nameless else {}
    return [_row(one, name_of(one.contact, known.get(one.contact_id, ""))) for one in conversations]


def _row(one: Conversation, name: str) -> Row:
    kind = shown(one.last_kind) if one.last_kind else None
    return Row(
        public_id=one.public_id,
        name=name,
        last_icon=kind.icon if kind else "",
        last_words=kind.words if kind and (kind.names_itself or not one.last_text) else "",
        last_text=one.last_text,
        last_at=one.last_at,
        last_is_ours=one.last_direction == "out",
        is_waiting=one.closed_at is None and one.last_direction == "in",
        unread=one.unread,
        attention=one.attention,
    )
