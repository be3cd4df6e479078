"""What a person has begun to write is kept on the server, so that it waits for them on each of their devices.

A row outlives its words: after the message was sent its version tells the other devices that nothing is left to write.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from channels_wa.media.models import State
from channels_wa.media.queries import view_of
from channels_wa.outbox.content.text import MAX_TEXT
from crm.inbox.bubbles import bubbles_of
from crm.inbox.drafts import media_of, quotable
from crm.inbox.models import Conversation, Draft
from crm.inbox.rights import conversation_or_404, visible_files
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member


@dataclass(frozen=True)
class Kept:
    """A draft as the server has it; version 0 where there never was one."""

    text: str = ""
    reply_to: str = ""
    media: UUID | None = None
    version: int = 0

    def says_as(self, other: "Kept") -> bool:
        """Whether both would send the same."""
        return replace(self, version=0) == replace(other, version=0)


class NewerDraft(Exception):
    """Another device of the person wrote meanwhile; nothing was changed."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.version)
        self.kept = kept


def with_draft(rows: QuerySet[Conversation], member: Member) -> QuerySet[Conversation]:
    """The conversations with this member's draft, so that a page needs no question of its own for it."""
    own = FilteredRelation("drafts", condition=Q(drafts__member=member))
    return rows.annotate(own_draft=own).annotate(
        draft_text=F("own_draft__text"),
        draft_reply_to=F("own_draft__reply_to"),
        draft_media=F("own_draft__media"),
        draft_version=F("own_draft__version"),
    )


def draft_of(member: Member, conversation: Conversation) -> Kept:
    """What this member has begun to write there."""
    known: dict[str, Any] = vars(conversation)
    if "draft_version" in known:
        version = known["draft_version"]
        if not version:
            return Kept()
        return Kept(known["draft_text"], known["draft_reply_to"], known["draft_media"], version)
    found = Draft.objects.filter(conversation=conversation, member=member).first()
    return Kept(found.text, found.reply_to, found.media, found.version) if found else Kept()


def keep(member: Member, conversation: Conversation, said: Kept) -> Kept:
    """Keep what they have written, seen on top of `said.version`; what is kept now. Raises NewerDraft."""
    own = Draft.objects.filter(conversation=conversation, member=member)
    values = {"text": said.text, "reply_to": said.reply_to, "media": said.media}
    # Saying twice the same changes nothing: a request whose answer was lost may be sent again.
    if (kept := draft_of(member, conversation)).says_as(said):
        return kept
    if kept.version != said.version:
        raise NewerDraft(kept)
    if said.version == 0:
        _row, is_new = own.get_or_create(conversation=conversation, member=member, defaults=values)
    else:
        changed = own.filter(version=said.version)
        is_new = bool(changed.update(**values, version=F("version") + 1, updated_at=clock.now()))
    if not is_new:
        raise NewerDraft(draft_of(member, conversation))
    return replace(said, version=said.version + 1)


def forget(member: Member, conversation: Conversation) -> None:
    """It was sent: no device shows it any more."""
    Draft.objects.filter(conversation=conversation, member=member).update(
        text="", reply_to="", media=None, version=F("version") + 1, updated_at=clock.now()
    )


def composer_draft(member: Member, conversation: Conversation) -> dict[str, Any]:
    """What the composer shows of it."""
    kept = draft_of(member, conversation)
    quoted = quotable(conversation, kept.reply_to)
    # One that nobody sent is thrown away after a day.
    media = visible_files(member).filter(public_id=kept.media, state=State.READY).first() if kept.media else None
    return {
        "text": kept.text,
        "media": view_of(media) if media else None,
        "quote": bubbles_of([quoted])[0] if quoted else None,
        "draft_version": kept.version,
    }


@require_POST
@allowed(Permission.INBOX_ANSWER)
def draft(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Keep what a person writes while they write; 409 with the newer words where another device was faster."""
    found = conversation_or_404(request.member, public_id)
    given = request.POST.get("version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    quoted = quotable(found, request.POST.get("reply_to"))
    media = media_of(request.POST, request.member)
    said = Kept(
        # A line end is one sign here, as it is in the field.
        text=request.POST.get("text", "").replace("\0", "").replace("\r\n", "\n")[:MAX_TEXT],
        reply_to=str(quoted.public_id) if quoted else "",
        media=media.public_id if media else None,
        version=version,
    )
    try:
        kept = keep(request.member, found, said)
    except NewerDraft as newer:
        return JsonResponse({"text": newer.kept.text, "version": newer.kept.version}, status=409)
    return JsonResponse({"version": kept.version})
