"""Notes of colleagues among the messages of a conversation: guests never see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from channels_wa.messages.models import Message, Source
from crm.contacts.models import Note
from crm.inbox.bubbles import Bubble


@dataclass(frozen=True, slots=True)
class NoteBubble:
    """One note, ready for the template."""

    public_id: UUID
    text: str
    author: str
    at: datetime
    is_edited: bool
    is_pinned: bool
    is_new: bool = False
    """It names the reader, who has not seen it."""
    starts_day: bool = False
    is_note: bool = True
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A note and where it belongs."""

    bubble: NoteBubble
    conversation_id: int
    is_edited: bool


Line = Bubble | NoteBubble
# A talk of few messages may have notes without end; the newest say most.
MOST_NOTES = 100


def with_notes(
    bubbles: Sequence[Bubble],
    conversation_id: int,
    *,
    since: datetime | None,
    until: datetime | None,
    reader: int = 0,
) -> list[Line]:
    """The bubbles of a page with the notes of its time between them, each before the first message that is younger."""
    notes = Note.objects.filter(conversation_id=conversation_id).select_related("by").order_by("-at", "-pk")
    if since is not None:
        notes = notes.filter(at__gte=since)
    if until is not None:
        notes = notes.filter(at__lt=until)
    found = [_bubble(note, reader) for note in reversed(notes[:MOST_NOTES])]
    if not found:
        return list(bubbles)
    lines: list[Line] = []
    for bubble in bubbles:
        while found and found[0].at < bubble.at:
            lines.append(found.pop(0))
        lines.append(bubble)
    return _with_days([*lines, *found])


def until_of(conversation_id: int, before: str) -> datetime | None:
    """The moment of the message that a page lies before (crm.inbox.paging); None for the newest page."""
    moment, is_past, _pk = before.partition("~")
    own = Message.objects.filter(conversation_id=conversation_id)
    if before.isascii() and before.isdigit() and len(before) < 19:
        return own.filter(pk=int(before)).values_list("at", flat=True).first()
    if is_past and moment == "past":
        newer = own.exclude(source=Source.HISTORY).order_by("pk")
        return newer.values_list("at", flat=True).first()
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return at if at.tzinfo else None


def notes_by_id(pks: Collection[int]) -> list[Noted]:
    """These notes, for open pages."""
    found = Note.objects.filter(pk__in=pks, conversation_id__isnull=False).select_related("by").order_by("pk")
    return [Noted(_bubble(note), note.conversation_id or 0, note.edited_at is not None) for note in found]


def _bubble(note: Note, reader: int = 0) -> NoteBubble:
    return NoteBubble(
        public_id=note.public_id,
        text=note.text,
        author=note.by.name if note.by else "",
        at=note.at,
        is_edited=note.edited_at is not None,
        is_pinned=note.is_pinned,
        is_new=reader in note.mentions and reader not in note.seen_by,
    )


def _with_days(lines: Sequence[Line]) -> list[Line]:
    made: list[Line] = []
    day = None
    for line in lines:
        if line.is_hidden:
            made.append(line)
            continue
        its_day = timezone.localtime(line.at).date()
        made.append(replace(line, starts_day=its_day != day))
        day = its_day
    return made
