"""Canned replies: texts that are written often, found in the composer by `/`, with blanks filled for the guest."""

import re
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

    shortcut: str
    text: str


def create(shortcut: str, text: str, *, by: Member) -> CannedReply:
    """A reply that everyone of the salon finds. Raises NotPossible."""
    shortcut, text = _checked(shortcut, text)
    if CannedReply.objects.count() >= MOST:
        raise NotPossible("shortcut", _("There are too many replies. Delete some that nobody uses."))
    try:
        with transaction.atomic():
            made = CannedReply.objects.create(shortcut=shortcut, text=text, created_by=by)
            audit.record("reply.created", subject=made.public_id, by=by, after={"shortcut": shortcut, "text": text})
    except IntegrityError as taken:
        raise NotPossible("shortcut", _("There is a reply with this shortcut.")) from taken
    return made


def change(reply: CannedReply, shortcut: str, text: str, *, by: Member) -> None:
    """Another shortcut or text. Raises NotPossible."""
    before = {"shortcut": reply.shortcut, "text": reply.text}
    reply.shortcut, reply.text = _checked(shortcut, text)
    reply.updated_at = clock.now()
    try:
        with transaction.atomic():
            reply.save(update_fields=["shortcut", "text", "updated_at"])
            after = {"shortcut": reply.shortcut, "text": reply.text}
            audit.record("reply.changed", subject=reply.public_id, by=by, before=before, after=after)
    except IntegrityError as taken:
        raise NotPossible("shortcut", _("There is a reply with this shortcut.")) from taken


@transaction.atomic
def delete(reply: CannedReply, *, by: Member) -> None:
    """Nobody finds it any more."""
    before = {"shortcut": reply.shortcut, "text": reply.text}
    audit.record("reply.deleted", subject=reply.public_id, by=by, before=before)
    reply.delete()


def matching(typed: str) -> QuerySet[CannedReply]:
    """Those whose shortcut or text holds what was typed after `/`; shortcuts that begin with it come first."""
    plain = _plain(Value(typed[:LONGEST_SEARCH].strip(), output_field=TextField()))
    found = CannedReply.objects.alias(
        in_shortcut=StrIndex(_plain(F("shortcut")), plain), in_text=StrIndex(_plain(F("text")), plain)
    ).filter(Q(in_shortcut__gt=0) | Q(in_text__gt=0))
    return found.annotate(is_first=Q(in_shortcut=1)).order_by("-is_first", "shortcut")


def filled(reply: CannedReply, contact: Contact, *, member: Member, salon_name: str) -> Filled:
    """The reply with its blanks filled."""
    name = " ".join(contact.name.split())
    values = {"first_name": name.partition(" ")[0], "name": name, "my_name": member.name, "salon": salon_name}

    def value(match: re.Match[str]) -> str:
        given = values.get(match[2], "")
        return f"{match[1]}{given}" if given else ""

    return Filled(reply.shortcut, _BLANK_WITH_SPACE.sub(value, reply.text))


@require_GET
@allowed(Permission.INBOX_ANSWER)
def offered(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What the composer offers after `/` and what was typed then (?typed=)."""
    contact = conversation_or_404(request.member, public_id).contact
    rows = matching(request.GET.get("typed", "").replace("\0", ""))[:OFFERED]
    found = [filled(one, contact, member=request.member, salon_name=request.salon.name) for one in rows]
    return JsonResponse({"replies": [{"shortcut": one.shortcut, "text": one.text} for one in found]})


def _plain(of: Any) -> Func:
    return Func(of, function="public.plain", output_field=TextField())


def _checked(shortcut: str, text: str) -> tuple[str, str]:
    shortcut = shortcut.strip().removeprefix("/").lower()
    if not _SHORTCUT.fullmatch(shortcut):
        raise NotPossible("shortcut", _("A shortcut is one word of letters, digits, - and _."))
    for blank in _BLANK.findall(text):
        if blank not in BLANKS:
            words = _("There is no blank {{ %(name)s }}. Those there are stand below.") % {"name": blank[:40]}
            raise NotPossible("text", words)
    return shortcut, text
