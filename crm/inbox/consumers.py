"""The socket of the inbox, one for each open page: news as rendered parts, and which colleagues are where."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.consent import policy
from crm.inbox import presence
from crm.inbox.live import TOPIC
from crm.inbox.news import MOST_MISSED, News, Reader, newer_than, newest, text_of, told_since
from crm.inbox.rights import closed_numbers, sees_own_only, sees_phones, visible_conversations
from ops import clock
from ops.ids import uuid7
from ops.instants import read_instant
from ops.live import group
from ops.live.shared import Shared
from portal.frame.rendering import language_of
from tenants.access.roles import Permission
from tenants.access.sockets import CLOSE_FORBIDDEN, SalonConsumer
from tenants.members.models import Member
from tenants.salons.models import Salon

# A page says little; what says more than this is none of ours.
MOST_SAID = 40
SAID_WITHIN_S = 10.0
LONGEST_SAID = 300
# A page that was made before that reads itself again, whatever came since.
LONGEST_ON_THE_WAY = timedelta(minutes=5)

# Fifty people may watch one inbox: news are read and rendered once for all who see them alike, and looked for once.
_rendered: "Shared[str]" = Shared(5.0)
_newest: "Shared[int]" = Shared(60.0)
_missed: "Shared[list[tuple[int, int]]]" = Shared(2.0)


class InboxConsumer(SalonConsumer):
    """Sends rendered parts. `seq` is the newest message the browser has; it comes back with it as ?after=.
    `?since=`, the moment at which the page was made, brings the statuses that came before the socket was open.

    Takes {"kind": "watch", "conversation": id or null} and {"kind": "typing", "conversation": id}; tells
    {"kind": "presence", "conversation": id, "people": [{"id", "name", "typing"}]}.
    """

    permission = Permission.INBOX_SEE
    look_s = 5.0
    # As of the last time the rights were asked.
    masked = False
    own_only = False
    closed: frozenset[int] = frozenset()

    async def topics(self) -> list[str]:
        """All of the salon's inbox."""
        return [TOPIC]

    async def joined(self) -> None:
        """Send what the browser missed, and keep looking."""
        self.language = language_of(self.scope)
        self.time_zone, self.person = await self.in_salon(self._who)
        self.presence = presence.enter(self.salon_id)
        self.watching, self.told, self.said = "", {}, []  # type: ignore[var-annotated]
        self.newest = self.asked_after or 0
        if "again" in self.query:
            # Statuses and read marks have no number of their own: after a lost socket the page reads itself again.
            await self.send_json({"kind": "gap"})
        await self._send_missed()
        await self._send_statuses_missed()
        for conversation in self.presence.conversations():
            await self._tell_presence(conversation)
        self.keep_looking()

    async def disconnect(self, code: int) -> None:
        """Be nowhere."""
        await super().disconnect(code)
        if self._looking:
            await self._say_here(left=True)
            presence.leave(self.salon_id)

    async def live(self, event: dict[str, Any]) -> None:
        """News by ids: "messages" are new ones; "here" is a colleague's socket; any other kind tells of changes."""
        message = event["message"]
        kind = message.get("kind")
        if kind == "here":
            self.presence.note(message)
            await self._tell_presence(message["conversation"])
            return
        if kind == "rules":
            await self._ask_again()
            return
        told = message.get("messages", [])
        # The news of a message may have been lost or overtaken: then its status is the first one hears of it.
        added = told if kind == "messages" else [pk for pk in told if pk > self.newest]
        changed = [pk for pk in told if pk not in added]
        had = message.get("left", []) if self.own_only else []
        left = [pk for pk, members in had if self.member_id in members]
        news = News(added, changed, message.get("conversations", []), left, message.get("notes", []))
        await self._send(news, event.get("id") or uuid7().hex)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """What the page says; what is not understood is no reason to fail."""
        now = time.monotonic()
        self.said = [at for at in self.said if at > now - SAID_WITHIN_S]
        if not text_data or len(text_data) > LONGEST_SAID or len(self.said) >= MOST_SAID:
            return
        self.said.append(now)
        try:
            said = json.loads(text_data)
            conversation = str(UUID(said["conversation"])) if said["conversation"] else ""
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        if said.get("kind") == "watch":
            await self._watch_conversation(conversation)
        elif said.get("kind") == "typing" and conversation == self.watching and self.may(Permission.INBOX_ANSWER):
            await self._say_here(typing=True)

    async def _watch_conversation(self, conversation: str) -> None:
        if conversation != self.watching:
            await self._say_here(left=True)
            self.watching = ""
            if conversation and not await self.in_salon(lambda: self._sees(conversation)):
                return
            self.watching = conversation
            if conversation:
                # To whoever sees their own only, this is told of what they have open, and of nothing else.
                await self._tell_presence(conversation, again=True)
        await self._say_here()

    async def _say_here(self, *, typing: bool = False, left: bool = False) -> None:
        """Tell the sockets of the salon, this one too, where this one is."""
        if not getattr(self, "watching", ""):
            return
        said = {"kind": "here", "conversation": self.watching, "socket": self.channel_name, "typing": typing}
        message = {**said, **self.person, "left": left}
        await self.channel_layer.group_send(group(self.salon_id, TOPIC), {"type": "live", "message": message})

    async def _tell_presence(self, conversation: str, *, again: bool = False) -> None:
        if self.own_only and conversation != self.watching:
            return
        people = self.presence.people(conversation)
        before = self.told.get(conversation, [])
        if people == before and not again:
            return
        if people:
            self.told[conversation] = people
        else:
            self.told.pop(conversation, None)
        await self.send_json({"kind": "presence", "conversation": conversation, "people": people})
        if any(one["typing"] for one in people):
            asyncio.get_running_loop().call_later(presence.TYPING_S + 0.1, self._typing_over, conversation)

    def _typing_over(self, conversation: str) -> None:
        if self._looking and not self._looking.done():
            self._later = asyncio.ensure_future(self._tell_presence(conversation))

    async def look(self) -> None:
        """Once of each moment for all of the salon."""
        key = (self.salon_id, int(time.monotonic() / self.look_s))
        if await _newest.get(key, lambda: self.in_salon(newest)) > self.newest:
            await self._send_missed()
        for conversation in list(self.told):
            await self._tell_presence(conversation)

    async def _send_missed(self) -> None:
        if not self.newest:
            return
        key = (self.salon_id, self.newest, int(time.monotonic()))
        missed = await _missed.get(key, lambda: self.in_salon(lambda: newer_than(self.newest)))
        if len(missed) > MOST_MISSED:
            self.newest = missed[-1][0]
            await self.send_json({"kind": "gap", "seq": self.newest})
        elif missed:
            news = News([pk for pk, _ in missed], [], sorted({pk for _, pk in missed}))
            await self._send(news, f"missed {int(time.monotonic())}")

    async def _send_statuses_missed(self) -> None:
        """What was told of messages after the page was made and before this socket: seconds on a slow phone."""
        since = read_instant(self.query.get("since", ""))
        if since is None:
            return
        is_recent = since > clock.now() - LONGEST_ON_THE_WAY
        changed = await self.in_salon(lambda: told_since(since)) if is_recent else []
        if not is_recent or len(changed) > MOST_MISSED:
            await self.send_json({"kind": "gap"})
        elif changed:
            await self._send(News([], changed, []), f"since {self.query['since']}")

    async def _send(self, news: News, told: str) -> None:
        own_of = self.member_id if self.own_only else 0
        reader = Reader(self.rights, self.masked, own_of, self.language, self.time_zone, self.closed)
        # By what was told, too: the same conversation may change twice in a moment.
        key = (self.salon_id, told, news.key, reader.key)
        text = await _rendered.get(key, lambda: self.in_salon(lambda: text_of(news, reader)))
        self.newest = max([self.newest, *news.added])
        if text:
            await self.send(text_data=text)

    async def _ask_again(self) -> None:
        """The rules of seeing have changed: nothing is sent by the old ones, and the page reads itself anew."""
        policy.forget()
        if not await self.may_stay():
            await self.close(code=CLOSE_FORBIDDEN)
        else:
            await self.settled()

    async def see_anew(self) -> None:
        """The list and the talk that is open."""
        await self.send_json({"kind": "gap"})

    def sight(self) -> tuple[Any, ...]:
        """The rules of seeing, and the numbers that only some may see."""
        who = self.member
        self.own_only, self.masked, self.closed = sees_own_only(who), not sees_phones(who), closed_numbers(who)
        return self.own_only, self.masked, self.closed

    def _who(self) -> tuple[str, dict[str, str]]:
        zone = Salon.objects.values_list("time_zone", flat=True).get(pk=self.salon_id)
        public_id, name = Member.objects.values_list("public_id", "name").get(pk=self.member_id)
        return zone, {"member": str(public_id), "name": name}

    def _sees(self, conversation: str) -> bool:
        return visible_conversations(self.member).filter(public_id=conversation).exists()
