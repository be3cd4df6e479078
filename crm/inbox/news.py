"""What is new in the inbox, as parts of a page: rendered once for all whose rights, language and zone are the same."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce
from django.template.loader import render_to_string

from channels_wa.messages.models import ABOUT_ANOTHER, Message, Source, StatusEvent
from crm.inbox.around import targets_of
from crm.inbox.bubbles import bubbles_of
from crm.inbox.models import Conversation
from crm.inbox.noted import notes_by_id
from crm.inbox.rights import keep_closed_numbers, masking, visible_conversations, visible_messages
from crm.inbox.rows import rows_of
from crm.inbox.talk import state_of
from ops import clock
from portal.frame.rendering import as_on_a_page
from tenants.access.roles import Permission, Rights
from tenants.members.models import Member

# A socket that missed more than this reads the page again instead.
MOST_MISSED = 200
# How long before its commit a status may have its moment, and how long Meta may take to tell of one.
COMMITS_WITHIN, TOLD_WITHIN = timedelta(seconds=5), timedelta(minutes=10)
# The rights by which the parts differ.
MATTERS = frozenset({Permission.INBOX_ANSWER, Permission.INBOX_MANAGE})
_LINE_END = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, as far as it matters for what they get: two who are equal get the same parts.

    `own_of`: the member who sees only what is theirs, 0 for who sees all; `closed`: numbers that are not theirs.
    """

    rights: Rights
    masked: bool
    own_of: int
    language: str
    time_zone: str
    closed: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[Any, ...]:
        """By what may be shared: rights, not the names of roles."""
        return (self.rights.permissions & MATTERS, self.masked, self.own_of, self.closed, self.language, self.time_zone)

    def member(self) -> Member:
        """Somebody with these rights."""
        who = Member(pk=self.own_of or None)
        who.rights = self.rights
        keep_closed_numbers(who, self.closed)
        return who


class News(NamedTuple):
    """Ids of messages that are new, of messages that changed, of conversations that changed.

    `left`: conversations that were the reader's before, and may be out of their sight now. `notes`: of colleagues.
    """

    added: Sequence[int]
    changed: Sequence[int]
    conversations: Sequence[int]
    left: Sequence[int] = ()
    notes: Sequence[int] = ()

    @property
    def key(self) -> tuple[tuple[int, ...], ...]:
        """The same news."""
        return (tuple(self.added), tuple(self.changed), tuple(self.conversations), tuple(self.left), tuple(self.notes))


def text_of(news: News, reader: Reader) -> str:
    """The message for the browser, as it goes over the wire; empty where there is nothing for this reader."""
    with as_on_a_page(language=reader.language, time_zone=reader.time_zone), masking(reader.masked):
        parts = rendered(news, reader)
    if not (parts["html"] or parts["rows"] or parts["gone"]):
        return ""
    return json.dumps({"kind": "messages", "seq": max(news.added, default=0), **parts})


def rendered(news: News, reader: Reader) -> dict[str, Any]:
    """The parts: bubbles, lines of the list, where a guest has written, how the conversations stand, which are gone."""
    who, wanted = reader.member(), {*news.added, *news.changed}
    if wanted:
        # What says something about another message is seen there.
        wanted |= {*targets_of(Message.objects.filter(pk__in=wanted, type__in=ABOUT_ANOTHER).defer("raw"))}
    messages = list(visible_messages(who).filter(pk__in=wanted).order_by("pk")) if wanted else []
    of_messages = {one.conversation_id for one in messages if one.pk in set(news.added)}
    told = of_messages | {*news.conversations, *news.left}
    found = visible_conversations(who).select_related("contact", "assignee", "team").filter(pk__in=told)
    conversations = list(found.order_by("last_at", "pk"))
    public_ids = {one.pk: one.public_id for one in conversations}
    bubbles: list[dict[str, Any]] = [
        {"bubble": bubble, "talk": public_ids.get(one.conversation_id), "is_new": one.pk in news.added}
        for one, bubble in zip(messages, bubbles_of(messages) if messages else [], strict=True)
    ]
    bubbles += [
        {"bubble": noted.bubble, "talk": public_ids[noted.conversation_id], "is_new": not noted.is_edited}
        for noted in (notes_by_id(news.notes) if news.notes else [])
        if noted.conversation_id in public_ids
    ]
    may_answer = who.may(Permission.INBOX_ANSWER)
    html = render_to_string("crm/news.html", {"bubbles": bubbles, "may_answer": may_answer}) if bubbles else ""
    now = clock.now()
    rows = render_to_string("crm/news_rows.html", {"rows": rows_of(conversations, now=now)}) if conversations else ""
    arrived = {
        str(public_ids[one.conversation_id])
        for one in messages
        if one.pk in news.added and one.direction == "in" and one.conversation_id in public_ids
    }
    return {
        "html": html.strip(),
        "rows": squeezed(rows),
        "arrived": sorted(arrived),
        "states": {str(one.public_id): state_of(one, now=now) for one in conversations},
        "gone": _gone({*news.left} - public_ids.keys()),
    }


def newer_than(pk: int) -> list[tuple[int, int]]:
    """Messages (with their conversations) after this one, one more than a socket may have missed at most."""
    if not pk:
        return []
    # Imported talks lie in the past: whoever opens them sees them.
    newer = Message.objects.filter(pk__gt=pk).exclude(source=Source.HISTORY).order_by("pk")
    return list(newer.values_list("pk", "conversation_id")[: MOST_MISSED + 1])


def told_since(at: datetime) -> list[int]:
    """Messages of which a status has come since a page was made; more than a socket may have missed: one more."""
    since = at - COMMITS_WITHIN
    told = StatusEvent.objects.alias(by_time=Coalesce("at", "received_at"))
    # Meta's moment lies before ours; it is what the index knows.
    told = told.filter(received_at__gte=since, by_time__gte=since - TOLD_WITHIN)
    return list(told.order_by("message_id").values_list("message_id", flat=True).distinct()[: MOST_MISSED + 1])


def newest() -> int:
    """The newest message there is."""
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def squeezed(html: str) -> str:
    """Without the template's own line ends: half as much to send."""
    return _LINE_END.sub(" ", html.strip())


def _gone(pks: set[int]) -> list[str]:
    """What a reader who sees their own only has no longer: its line leaves their list. Of others they hear nothing."""
    if not pks:
        return []
    return sorted(str(one) for one in Conversation.objects.filter(pk__in=pks).values_list("public_id", flat=True))
