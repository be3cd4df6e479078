"""A conversation as the list shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.contacts.names import addresses, name_of
from crm.inbox.bubbles import KINDS
from crm.inbox.models import Conversation

ATTENTION = {
    "message_failed": _("A message was not delivered"),
    "message_unknown": _("It is not known whether a message arrived"),
    "flow_failed": _("The flow stopped with an error"),
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    public_id: UUID
    name: str
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
    return Row(
        public_id=one.public_id,
        name=name,
        last_text=_last_words(one.last_text),
        last_at=one.last_at,
        last_is_ours=one.last_direction == "out",
        is_waiting=one.closed_at is None and one.last_direction == "in",
        unread=one.unread,
        attention=one.attention,
    )


def _last_words(summary: str) -> str:
    """The summary names a kind without text in brackets; here it gets its words."""
    kind = summary[1:-1]
    return str(KINDS[kind][1]) if summary == f"[{kind}]" and kind in KINDS else summary
