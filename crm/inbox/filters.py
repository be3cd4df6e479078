"""Which conversations the list shows: what an address asks for, as a question to the database and to an open page.

All of it can be combined, and stands in the address, so that a list can be sent to a colleague.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.window import MARGIN, SERVICE_WINDOW
from crm.contacts.models import Contact, Note
from crm.contacts.search import search_with_tags
from crm.inbox.models import Conversation, Team
from crm.inbox.rows import SOON
from tenants.members.models import Member

LONGEST_SEARCH = 80
SHOWS = ("open", "snoozed", "closed")
# Lists that had a name of their own: links to them stay good.
NAMED = {"waiting": {"waiting": "1"}, "attention": {"attention": "1"}}
FLAGS = ("unread", "waiting", "closing", "mentions", "attention")


@dataclass(frozen=True)
class Filter:
    """What is shown; empty is everything that is open. `who`: mine, nobody, or a member's public id."""

    show: str = "open"
    who: str = ""
    team: str = ""
    number: str = ""
    answers: str = ""
    """bot or people."""
    tag: str = ""
    search: str = ""
    unread: bool = False
    waiting: bool = False
    closing: bool = False
    mentions: bool = False
    attention: bool = False
    sort: str = "newest"
    """newest, or waiting: who waits the longest comes first."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filter":
        """As an address says it; what it does not know is left out."""
        show = query.get("show", "open")
        given = {**query, **NAMED.get(show, {})}
        return cls(
            show=show if show in SHOWS else "open",
            who=given.get("who", "") if given.get("who") in ("mine", "nobody") else _id(given.get("who")),
            team=_id(given.get("team")),
            number=_id(given.get("number")),
            answers=given.get("answers", "") if given.get("answers") in ("bot", "people") else "",
            tag=_text(given.get("tag"), 40),
            search=_text(given.get("search"), LONGEST_SEARCH),
            sort="waiting" if given.get("sort") == "waiting" else "newest",
            **{name: given.get(name) == "1" for name in FLAGS},
        )

    def query(self) -> dict[str, str]:
        """As it stands in an address: what is not as always."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                found[one.name] = "1" if value is True else str(value)
        return found or {"show": "open"}

    def encoded(self) -> str:
        """The same, ready for an address."""
        return urlencode(self.query())

    @property
    def is_plain(self) -> bool:
        """Whether it is everything that is open."""
        return self == Filter()

    @property
    def narrowed_by(self) -> int:
        """How many things narrow it beside the tab one is on."""
        plain = {"show", "sort", "search"}
        return sum(getattr(self, one.name) != one.default for one in fields(self) if one.name not in plain)

    @property
    def is_in_any_state(self) -> bool:
        """Whoever looks for somebody wants them found wherever they are; what calls for a look calls in any state."""
        return self.show == "open" and (bool(self.search) or self == Filter(attention=True, sort=self.sort))

    def of(self, rows: QuerySet[Conversation], member: Member, *, now: datetime) -> QuerySet[Conversation]:
        """These of the rows that a member may see."""
        rows = self._in_state(rows)
        rows = self._of_whom(rows, member)
        if self.number:
            rows = rows.filter(number_id__in=own_numbers().filter(public_id=self.number).values("pk"))
        if self.answers:
            rows = rows.filter(bot_on=self.answers == "bot")
        if self.unread:
            rows = rows.filter(unread__gt=0)
        if self.waiting or self.sort == "waiting":
            rows = rows.filter(closed_at=None, last_direction="in")
        if self.attention:
            rows = rows.exclude(attention="")
        if self.closing:
            opened = now - SERVICE_WINDOW + MARGIN
            rows = rows.filter(closed_at=None, last_inbound_at__gt=opened, last_inbound_at__lte=opened + SOON)
        if self.mentions:
            unseen = Note.objects.filter(mentions__contains=[member.pk]).exclude(seen_by__contains=[member.pk])
            # A note of the contact's own page belongs to whatever one has with them.
            of_contact = unseen.filter(conversation_id=None).values("contact_id")
            rows = rows.filter(Q(pk__in=unseen.values("conversation_id")) | Q(contact__in=of_contact))
        if self.tag:
            rows = rows.filter(contact__in=Contact.objects.filter(tags__contains=[self.tag]))
        return self._found(rows)

    def _in_state(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if self.show == "closed":
            return rows.exclude(closed_at=None)
        if self.show == "snoozed":
            return rows.filter(closed_at=None, snoozed_until__isnull=False)
        return rows if self.is_in_any_state else rows.filter(closed_at=None, snoozed_until=None)

    def _of_whom(self, rows: QuerySet[Conversation], member: Member) -> QuerySet[Conversation]:
        if self.who == "mine":
            rows = rows.filter(assignee_id=member.pk)
        elif self.who == "nobody":
            rows = rows.filter(assignee=None)
        elif self.who:
            rows = rows.filter(assignee__in=Member.objects.filter(public_id=self.who))
        if self.team:
            rows = rows.filter(team__in=Team.objects.filter(public_id=self.team))
        return rows

    def _found(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if not self.search:
            return rows
        return rows.filter(contact__in=search_with_tags(self.search))

    def for_page(self, member: Member, number_id: int | None) -> dict[str, Any]:
        """For an open page, which puts live lines in their places by what each says of itself.

        `opaque`: only the server knows what belongs to it; the page changes the lines it has and adds none.
        """
        who = {"mine": str(member.public_id), "nobody": "nobody"}.get(self.who, self.who)
        return {
            "state": "" if self.is_in_any_state else self.show,
            "who": who,
            "team": self.team,
            "number": number_id or "",
            "answers": self.answers,
            "unread": self.unread,
            "waiting": self.waiting or self.sort == "waiting",
            "attention": self.attention,
            "closing": self.closing,
            "sort": self.sort,
            "opaque": bool(self.search or self.tag or self.mentions),
        }


def by_wait(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With `since`: from when on the guest waits."""
    return rows.annotate(since=Coalesce(F("waiting_since"), F("last_at")))


def _id(value: object) -> str:
    try:
        return str(UUID(value)) if isinstance(value, str) and value else ""
    except ValueError:
        return ""


def _text(value: object, longest: int) -> str:
    return value.replace("\0", "").strip()[:longest] if isinstance(value, str) else ""
