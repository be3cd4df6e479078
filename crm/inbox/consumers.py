"""The socket of the inbox: new messages, their statuses and the list's lines, rendered for whoever watches."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.template.loader import render_to_string

from channels_wa.messages.models import ABOUT_ANOTHER, Message, Source
from crm.inbox.around import targets_of
from crm.inbox.bubbles import bubbles_of
from crm.inbox.rights import masking, sees_phones, visible_conversations, visible_messages
from crm.inbox.rows import rows_of
from crm.inbox.talk import state_of
from ops import clock
from portal.frame.rendering import as_on_a_page, language_of
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tenants.members.models import Member
from tenants.salons.models import Salon

TOPIC = "inbox"
# A socket that missed more than this reads the page again instead.
MOST_MISSED = 200
# News may be lost on its way (Valkey is a doorbell): this often the socket looks by itself.
LOOK_S = 5.0


class InboxConsumer(SalonConsumer):
    """Sends rendered parts. `seq` is the newest message the browser has; it comes back with it as ?after=."""

    permission = Permission.INBOX_SEE

    async def topics(self) -> list[str]:
        """All of the salon's inbox."""
        return [TOPIC]

    async def joined(self) -> None:
        """Send what the browser missed, and keep looking."""
        query = dict(pair.partition("=")[::2] for pair in self.scope["query_string"].decode("latin-1").split("&"))
        self.language = language_of(self.scope)
        self.time_zone = await self.in_salon(
            lambda: Salon.objects.values_list("time_zone", flat=True).get(pk=self.salon_id)
        )
        after = query.get("after", "")
        self.newest = int(after) if after.isdecimal() and len(after) < 19 else 0
        if "again" in query:
            # Statuses and read marks have no number of their own: after a lost socket the page reads itself again.
            await self.send_json({"kind": "gap"})
        await self._send_missed()
        self._looking = asyncio.create_task(self._look_forever())

    async def disconnect(self, code: int) -> None:
        """Stop looking."""
        if hasattr(self, "_looking"):
            self._looking.cancel()
        await super().disconnect(code)

    async def live(self, event: dict[str, Any]) -> None:
        """News by ids: "messages" are new ones, any other kind tells of changes to what is there."""
        message = event["message"]
        told = message.get("messages", [])
        # The news of a message may have been lost or overtaken: then its status is the first one hears of it.
        added = told if message.get("kind") == "messages" else [pk for pk in told if pk > self.newest]
        changed = [pk for pk in told if pk not in added]
        await self._send(News(added, changed, message.get("conversations", [])))

    async def _look_forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._send_missed()

    async def _send_missed(self) -> None:
        missed = await self.in_salon(lambda: _newer_than(self.newest))
        if len(missed) > MOST_MISSED:
            self.newest = missed[-1][0]
            await self.send_json({"kind": "gap", "seq": self.newest})
        elif missed:
            await self._send(News([pk for pk, _ in missed], [], sorted({pk for _, pk in missed})))

    async def _send(self, news: "News") -> None:
        parts = await self.in_salon(lambda: self._rendered(news))
        self.newest = max([self.newest, *news.added])
        if parts["html"]:
            await self.send_json({"kind": "messages", "seq": self.newest, **parts})

    def _rendered(self, news: "News") -> dict[str, Any]:
        with as_on_a_page(language=self.language, time_zone=self.time_zone):
            who = Member(pk=self.member_id)
            who.role = self.role
            with masking(not sees_phones(who)):
                return rendered(news, who=who)


class News(NamedTuple):
    """Ids of messages that are new, of messages that changed, of conversations that changed."""

    added: Sequence[int]
    changed: Sequence[int]
    conversations: Sequence[int]


def rendered(news: News, *, who: Member) -> dict[str, Any]:
    """The parts of a page that the news changes, to which conversations a guest has written, and how all stand now."""
    wanted = {*news.added, *news.changed}
    # What says something about another message is seen there.
    wanted |= {*targets_of(Message.objects.filter(pk__in=wanted, type__in=ABOUT_ANOTHER).defer("raw"))}
    messages = list(visible_messages(who).filter(pk__in=wanted).order_by("pk"))
    moved = {one.conversation_id for one in messages if one.pk in set(news.added)}
    found = visible_conversations(who).select_related("contact").filter(pk__in=moved | {*news.conversations})
    conversations = list(found.order_by("last_at", "pk"))
    public_ids = {one.pk: one.public_id for one in conversations}
    bubbles = [
        {"bubble": bubble, "talk": public_ids.get(one.conversation_id), "is_new": one.pk in news.added}
        for one, bubble in zip(messages, bubbles_of(messages), strict=True)
    ]
    rows = [
        {"row": row, "is_moved": one.pk in moved}
        for one, row in zip(conversations, rows_of(conversations), strict=True)
    ]
    html = render_to_string(
        "crm/news.html", {"bubbles": bubbles, "rows": rows, "may_answer": who.may(Permission.INBOX_ANSWER)}
    )
    arrived = {
        str(public_ids[one.conversation_id]) for one in messages if one.pk in news.added and one.direction == "in"
    }
    states = {str(one.public_id): state_of(one, now=clock.now()) for one in conversations}
    return {"html": html.strip(), "arrived": sorted(arrived), "states": states}


def _newer_than(pk: int) -> list[tuple[int, int]]:
    if not pk:
        return []
    return list(
        # Imported talks lie in the past: whoever opens them sees them.
        Message.objects.filter(pk__gt=pk)
        .exclude(source=Source.HISTORY)
        .order_by("pk")
        .values_list("pk", "conversation_id")[: MOST_MISSED + 1]
    )
