"""Telling colleagues that a note names them: an alert of their own, over once they have read the note."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext_noop

from crm.contacts.models import Note
from ops.salon import current_salon_id
from tenants.access.membership import member_of
from tenants.access.models import ApiKey
from tenants.alerts.actions import NewAlert, clear_alerts, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tenants.members.models import Member

KIND = "note.mention"
LONGEST = 160


def tell(note: Note, member_ids: Collection[int], *, by: Member | ApiKey) -> None:
    """Tell these members that the note names them; nobody of what they may not see, or wrote themselves."""
    from crm.inbox.rights import sees_note  # the inbox is built on contacts, not the other way round

    salon_id = current_salon_id() or 0
    own = by.pk if isinstance(by, Member) else 0
    for one in Member.objects.filter(pk__in=member_ids, is_active=True).exclude(pk=own):
        member = member_of(salon_id, one.user_id)
        if member is None or not sees_note(member, note):
            continue
        raise_alert(
            salon_id,
            NewAlert(
                key=_key(note, member.pk),
                kind=KIND,
                level=Level.INFO,
                title=Words(gettext_noop("%(name)s names you in a note"), {"name": by.name}),
                text=Words(gettext_noop("“%(text)s”"), {"text": " ".join(note.text.split())[:LONGEST]}),
                link=_link(note),
                link_words=Words(gettext_noop("Read it")),
                is_notice=True,
                member=member,
            ),
        )


def over(note: Note, member_ids: Collection[int]) -> None:
    """They have read it, or it does not name them any more."""
    clear_alerts(current_salon_id() or 0, [_key(note, pk) for pk in member_ids])


def _key(note: Note, member_id: int) -> str:
    return f"mention:{note.public_id}:{member_id}"


def _link(note: Note) -> str:
    from crm.inbox.models import Conversation  # see above

    talk = Conversation.objects.filter(pk=note.conversation_id).first() if note.conversation_id else None
    if talk is not None:
        return reverse("inbox:conversation", args=[talk.public_id])
    return f"{reverse('contacts:contact', args=[note.contact.public_id])}#contact-notes"
