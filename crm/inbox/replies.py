"""Canned replies: texts that are written often, found in the composer by `/`, with blanks filled for the guest."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import StrIndex
from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from channels_wa.media.models import Media
from channels_wa.media.naming import public_id_of
from channels_wa.media.queries import MediaView, view_of
from crm.contacts.models import Contact
from crm.inbox.models import CannedReply
from crm.inbox.rights import conversation_or_404
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.audit import actions as audit
from tenants.members.models import Member

MOST = 500
OFFERED = 20
LONGEST_SEARCH = 60
BLANKS: dict[str, str | Promise] = {
    "first_name": gettext_lazy("the guest's first name"),
    "name": gettext_lazy("the guest's name"),
    "my_name": gettext_lazy("your name"),
    "salon": gettext_lazy("the salon's name"),
}
_BLANK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
# A blank that stays empty takes the space before it along: "Olá {{ first_name }}!" becomes "Olá!".
_BLANK_WITH_SPACE = re.compile(r"([ \t]*)\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_SHORTCUT = re.compile(r"[\w-]{1,40}")


class NotPossible(Exception):
    """What somebody wants of a reply cannot be done; the words say why."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Filled:
    """A reply as it would be written to this guest."""

    public_id: UUID
    shortcut: str
    text: str
    file: MediaView | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        """For the composer."""
        return {"id": str(self.public_id), "shortcut": self.shortcut, "text": self.text, "file": _file(self.file)}


def create(shortcut: str, text: str, *, by: Member, media: Media | None = None) -> CannedReply:
    """A reply that everyone of the salon finds. Raises NotPossible."""
    shortcut, text = _checked(shortcut, text, media)
    if CannedReply.objects.count() >= MOST:
        raise NotPossible("shortcut", _("There are too many replies. Delete some that nobody uses."))
    try:
        with transaction.atomic():
            made = CannedReply.objects.create(shortcut=shortcut, text=text, media=_kept(media), created_by=by)
            audit.record("reply.created", subject=made.public_id, by=by, after=_told(made))
    except IntegrityError as taken:
        raise NotPossible("shortcut", _("There is a reply with this shortcut.")) from taken
    return made


def change(reply: CannedReply, shortcut: str, text: str, *, by: Member, media: Media | None = None) -> None:
    """Another shortcut, text or file. Raises NotPossible."""
    before = _told(reply)
    reply.shortcut, reply.text = _checked(shortcut, text, media)
    reply.media = _kept(media)
    reply.updated_at = clock.now()
    try:
        with transaction.atomic():
            reply.save(update_fields=["shortcut", "text", "media", "updated_at"])
            audit.record("reply.changed", subject=reply.public_id, by=by, before=before, after=_told(reply))
    except IntegrityError as taken:
        raise NotPossible("shortcut", _("There is a reply with this shortcut.")) from taken


@transaction.atomic
def delete(reply: CannedReply, *, by: Member) -> None:
    """Nobody finds it any more."""
    audit.record("reply.deleted", subject=reply.public_id, by=by, before=_told(reply))
    reply.delete()


def matching(typed: str) -> QuerySet[CannedReply]:
    """Those whose shortcut or text holds what was typed after `/`.

    Shortcuts that begin with it come first, then what is used most.
    """
    plain = _plain(Value(typed[:LONGEST_SEARCH].strip(), output_field=TextField()))
    found = CannedReply.objects.alias(
        in_shortcut=StrIndex(_plain(F("shortcut")), plain), in_text=StrIndex(_plain(F("text")), plain)
    ).filter(Q(in_shortcut__gt=0) | Q(in_text__gt=0))
    return found.annotate(is_first=Q(in_shortcut=1)).order_by("-is_first", "-uses", "shortcut")


def used(public_id: str) -> None:
    """A message was made of this reply; nothing for what is none."""
    if (found := public_id_of(public_id)) is not None:
        CannedReply.objects.filter(public_id=found).update(uses=F("uses") + 1)


def files_of(replies: Iterable[CannedReply]) -> dict[UUID, MediaView]:
    """The files that go with them, by public id, as pages show them."""
    wanted = [one.media for one in replies if one.media]
    found = Media.objects.ready().filter(public_id__in=wanted) if wanted else ()
    return {media.public_id: view_of(media) for media in found}


def filled(
    reply: CannedReply, contact: Contact, *, member: Member, salon_name: str, file: MediaView | None = None
) -> Filled:
    """The reply with its blanks filled."""
    name = " ".join(contact.name.split())
    values = {"first_name": name.partition(" ")[0], "name": name, "my_name": member.name, "salon": salon_name}

    def value(match: re.Match[str]) -> str:
        given = values.get(match[2], "")
        return f"{match[1]}{given}" if given else ""

    return Filled(reply.public_id, reply.shortcut, _BLANK_WITH_SPACE.sub(value, reply.text), file)


@require_GET
@allowed(Permission.INBOX_ANSWER)
def offered(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What the composer offers after `/` and what was typed then (?typed=)."""
    contact = conversation_or_404(request.member, public_id).contact
    rows = list(matching(request.GET.get("typed", "").replace("\0", ""))[:OFFERED])
    files, salon = files_of(rows), request.salon.name
    found = [
        filled(one, contact, member=request.member, salon_name=salon, file=files.get(one.media) if one.media else None)
        for one in rows
    ]
    return JsonResponse({"replies": [one.as_json for one in found]})


def _file(view: MediaView | None) -> dict[str, Any] | None:
    """As the composer knows an uploaded file (channels_wa.media.views)."""
    if view is None:
        return None
    return {
        "id": str(view.public_id),
        "name": view.name,
        "kind_words": view.kind_words,
        "mime_type": view.mime_type,
        "url": view.url,
        "thumb": view.thumb_url if view.has_thumb else "",
        "discard": "",
    }


def _kept(media: Media | None) -> UUID | None:
    """The file's id; as one that is used it is not swept away."""
    if media is None:
        return None
    Media.objects.filter(pk=media.pk, used_at=None).update(used_at=clock.now())
    return media.public_id


def _told(reply: CannedReply) -> dict[str, Any]:
    return {"shortcut": reply.shortcut, "text": reply.text, "file": str(reply.media or "")}


def _plain(of: Any) -> Func:
    return Func(of, function="public.plain", output_field=TextField())


def _checked(shortcut: str, text: str, media: Media | None) -> tuple[str, str]:
    if not text.strip() and media is None:
        raise NotPossible("text", _("Write a text, or choose a file."))
    shortcut = shortcut.strip().removeprefix("/").lower()
    if not _SHORTCUT.fullmatch(shortcut):
        raise NotPossible("shortcut", _("A shortcut is one word of letters, digits, - and _."))
    for blank in _BLANK.findall(text):
        if blank not in BLANKS:
            words = _("There is no blank {{ %(name)s }}. Those there are stand below.") % {"name": blank[:40]}
            raise NotPossible("text", words)
    return shortcut, text
