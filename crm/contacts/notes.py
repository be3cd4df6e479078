"""Notes about a guest: what colleagues should know. Whoever is named in one (@Name) finds it among their mentions."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.contacts import mentioning
from crm.contacts.models import Contact, Note
from ops import clock
from ops.events.actions import emit
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member

LONGEST = 4000
_AT = re.compile(r"(?<!\w)@")


class NotPossible(Exception):
    """What somebody wants of a note cannot be done; the words say why."""


def mentions(text: str) -> list[int]:
    """Ids of the members named in a text: @ and a name, the longest one that fits."""
    places = [found.end() for found in _AT.finditer(text)]
    if not places:
        return []
    people = sorted(Member.objects.filter(is_active=True), key=lambda one: -len(one.name))
    found = []
    for place in places:
        rest = text[place:].casefold()
        named = (one for one in people if one.name and _begins(rest, one.name.casefold()))
        member = next(named, None) or _by_first_name(rest, people)
        if member is not None and member.pk not in found:
            found.append(member.pk)
    return found


@transaction.atomic
def add(
    contact: Contact, text: str, *, by: Member | ApiKey, conversation_id: int | None = None, is_pinned: bool = False
) -> Note:
    """Write one. Raises NotPossible."""
    text = _checked(text)
    note = Note.objects.create(
        contact=contact,
        conversation_id=conversation_id,
        text=text,
        mentions=mentions(text),
        is_pinned=is_pinned,
        by=by if isinstance(by, Member) else None,
    )
    _tell("note.added", note, contact, by)
    mentioning.tell(note, note.mentions, by=by)
    _show(note)
    return note


@transaction.atomic
def edit(note: Note, text: str, *, by: Member) -> Note:
    """Other words for one's own note; who is named anew has not seen it. Raises NotPossible."""
    _must_be_own(note, by)
    text = _checked(text)
    if text == note.text:
        return note
    # What was written about a guest stands with the guest alone.
    lengths = {"letters": len(note.text)}, {"letters": len(text)}
    audit.record("note.changed", subject=note.public_id, by=by, before=lengths[0], after=lengths[1])
    named, before = mentions(text), note.mentions
    note.seen_by = [pk for pk in note.seen_by if pk in note.mentions and pk in named]
    note.text, note.mentions, note.edited_at = text, named, clock.now()
    note.save(update_fields=["text", "mentions", "seen_by", "edited_at"])
    mentioning.tell(note, [pk for pk in named if pk not in before], by=by)
    mentioning.over(note, [pk for pk in before if pk not in named])
    _show(note)
    return note


@transaction.atomic
def delete(note: Note, *, by: Member) -> None:
    """Take one's own note away. Raises NotPossible."""
    _must_be_own(note, by)
    audit.record("note.deleted", subject=note.public_id, by=by, before={"letters": len(note.text)})
    mentioning.over(note, note.mentions)
    note.delete()


@transaction.atomic
def pin(note: Note, *, on: bool, by: Member) -> None:
    """Let it stand above the others, or among them."""
    if note.is_pinned != on:
        Note.objects.filter(pk=note.pk).update(is_pinned=on)
        audit.record("note.pinned" if on else "note.unpinned", subject=note.public_id, by=by)


def see(notes: list[Note], member: Member) -> None:
    """The member has read these: what names them among them is new no more."""
    fresh = [note.pk for note in notes if member.pk in note.mentions and member.pk not in note.seen_by]
    for note in Note.objects.select_for_update().filter(pk__in=fresh).order_by("pk") if fresh else ():
        if member.pk not in note.seen_by:
            Note.objects.filter(pk=note.pk).update(seen_by=[*note.seen_by, member.pk])
            mentioning.over(note, [member.pk])


def _checked(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible(_("Write something first."))
    if len(text) > LONGEST:
        raise NotPossible(_("At most %(most)d characters, please.") % {"most": LONGEST})
    return text


def _must_be_own(note: Note, by: Member) -> None:
    if note.by_id != by.pk:
        raise NotPossible(_("Only who wrote a note changes it."))


def _show(note: Note) -> None:
    from crm.inbox.live import tell_noted  # the inbox is built on contacts, not the other way round

    if note.conversation_id is not None:
        tell_noted(note.pk, note.conversation_id)


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _by_first_name(text: str, people: list[Member]) -> Member | None:
    """By the first name alone, if only one has it."""
    found = [one for one in people if one.name and _begins(text, one.name.casefold().split()[0])]
    return found[0] if len(found) == 1 else None


def _tell(what: str, note: Note, contact: Contact, by: Any) -> None:
    audit.record(what, subject=note.public_id, by=by, after={"contact": str(contact.public_id)})
    emit(what, subject=note.public_id, payload={"contact_id": contact.pk, "mentions": note.mentions})
