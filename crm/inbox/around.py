"""What other messages say of the messages on a page: reactions, edits, removals, and what a reply quotes.

Each of those is a row of its own that is never changed; how a message stands now is read from them here, so it does not
matter in which order they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from channels_wa.messages.models import ABOUT, ABOUT_ANOTHER, Message
from crm.inbox.kinds import kind_of, shown

NEVER_LEFT = ("failed", "cancelled")
LONGEST_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that a reply answers, in one line."""

    public_id: UUID | None
    """None where it is not known here."""
    is_ours: bool
    is_here: bool
    """Whether it stands in the same conversation, where a click leads to it."""
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji, and how often it stands there."""

    emoji: str
    count: int
    is_ours: bool


@dataclass(slots=True)
class Around:
    """What is known of the messages of a page, by their wamids."""

    reactions: dict[str, list[Reaction]] = field(default_factory=dict)
    edits: dict[str, list[str]] = field(default_factory=dict)
    """The texts that replaced the first one, oldest first."""
    removed: set[str] = field(default_factory=set)
    quoted: dict[str, Message] = field(default_factory=dict)
    """Messages that replies quote, and that others are about."""


def around(messages: Sequence[Message]) -> Around:
    """Two more queries for a page, the second where something is quoted or is about another message."""
    wamids = {one.wamid: one for one in messages if one.wamid}
    wanted = {one.reply_to for one in messages if one.reply_to} | {about(one) for one in messages}
    found = Around(quoted={wamid: one for wamid, one in wamids.items() if wamid in wanted})
    missing = [wamid for wamid in wanted if wamid and wamid not in wamids]
    if missing:
        found.quoted |= {str(one.wamid): one for one in Message.objects.filter(wamid__in=missing).defer("raw")}
    # Also of what is quoted: a quote must not show what was removed.
    known = found.quoted | wamids
    emojis: dict[str, dict[tuple[str, int], str]] = defaultdict(dict)
    for other in _others_about(known).order_by("pk"):
        wamid = about(other)
        target = known[wamid]
        if other.type == "reaction":
            # The newest of each person is what stands there.
            who = ("out", 0) if other.direction == "out" else ("in", other.contact_id)
            emojis[wamid][who] = str(other.payload.get("emoji") or "")
        elif other.direction == target.direction and other.contact_id == target.contact_id:
            # Only who wrote a message may change or remove it.
            if other.type == "revoke":
                found.removed.add(wamid)
            else:
                found.edits.setdefault(wamid, []).append(other.text)
    found.reactions = {wamid: _counted(people) for wamid, people in emojis.items()}
    return found


def targets_of(messages: Iterable[Message]) -> list[int]:
    """Ids of the messages that these are about: they look otherwise from now on."""
    wamids = [wamid for one in messages if (wamid := about(one))]
    return list(Message.objects.filter(wamid__in=wamids).values_list("pk", flat=True)) if wamids else []


def about(one: Message) -> str:
    """The wamid of the message that this one says something about; empty if it stands for itself."""
    if one.type not in ABOUT_ANOTHER:
        return ""
    return str(one.payload.get("to") or one.payload.get("of") or "")


def is_shown_elsewhere(one: Message, known: Around) -> bool:
    """Whether it is seen at the message it is about; what never left stands for itself, with its reason."""
    return about(one) in known.quoted and not (one.direction == "out" and one.status in NEVER_LEFT)


def quote_of(one: Message, known: Around) -> Quote | None:
    """What a reply answers."""
    if not one.reply_to or one.type in ABOUT_ANOTHER:
        return None
    quoted = known.quoted.get(one.reply_to)
    if quoted is None:
        return Quote(None, is_ours=False, is_here=False, icon="", words="")
    is_removed = one.reply_to in known.removed
    kind = "revoke" if is_removed else kind_of(quoted.type, quoted.payload, is_ours=quoted.direction == "out")
    look: Any = shown(kind) if kind else None
    text = "" if is_removed else known.edits.get(one.reply_to, [quoted.text])[-1]
    return Quote(
        public_id=quoted.public_id,
        is_ours=quoted.direction == "out",
        is_here=quoted.conversation_id == one.conversation_id,
        icon=look.icon if look else "",
        words=" ".join(text.split())[:LONGEST_QUOTE] or (str(look.words) if look else ""),
    )


def _others_about(wamids: Iterable[str]) -> QuerySet[Message]:
    # In these words the index message_about is used.
    others = Message.objects.annotate(about=ABOUT).filter(type__in=ABOUT_ANOTHER, about__in=list(wamids))
    return others.exclude(direction="out", status__in=NEVER_LEFT).defer("raw")


def _counted(people: dict[tuple[str, int], str]) -> list[Reaction]:
    emojis = [emoji for emoji in people.values() if emoji]
    ours = people.get(("out", 0), "")
    return [Reaction(emoji, emojis.count(emoji), emoji == ours) for emoji in dict.fromkeys(emojis)]
