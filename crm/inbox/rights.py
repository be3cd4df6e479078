"""Who sees what of the salon's guests: every page, API action and socket asks here.

Two rules of the salon (`/settings/inbox/`) narrow what a role sees: some see only the conversations given to them or
their teams, with the contacts of these; some see phones masked. Programs see everything: their keys have scopes.
"""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from channels_wa.media.models import Media
from channels_wa.messages.models import Message
from channels_wa.numbers.queries import own_numbers_ever
from channels_wa.numbers.sharing import NUMBER
from crm.consent.policy import policy
from crm.contacts.merging import kept_of
from crm.contacts.models import Contact, Note
from crm.contacts.names import mask, masking
from crm.inbox.models import Conversation, Team
from ops.salon import current_salon_id
from tenants.access.membership import roles_in
from tenants.access.models import ApiKey
from tenants.access.roles import Permission, Rights
from tenants.members.models import Member
from tenants.sharing.queries import closed_to

__all__ = [
    "Who",
    "closed_numbers",
    "contact_or_404",
    "conversation_or_404",
    "keep_closed_numbers",
    "mask",
    "masking",
    "may_be_narrowed",
    "message_or_404",
    "sees_all_talks",
    "sees_contact",
    "sees_file",
    "sees_note",
    "sees_own_only",
    "sees_phones",
    "visible_contacts",
    "visible_conversations",
    "visible_files",
    "visible_messages",
    "visible_notes",
]

Who = Member | ApiKey
_CLOSED = "_closed_numbers"
# The platform's own people, while they are in the salon, read no phone.
SUPPORT = "support"


def may_be_narrowed() -> list[Rights]:
    """The salon's roles that the rules may name: whoever sets them is bound by none."""
    return [one for one in roles_in(current_salon_id() or 0) if not one.may(Permission.INBOX_MANAGE)]


def sees_own_only(who: Who) -> bool:
    """Whether they see only what is theirs or their teams'."""
    return _can_be_narrowed(who) and who.role in policy().own_only_roles


def closed_numbers(who: Who) -> frozenset[int]:
    """The numbers that are open to some people only, and not to them: what is said over these they do not see."""
    kept: frozenset[int] | None = who.__dict__.get(_CLOSED)
    if kept is None:
        closed = closed_to(who, NUMBER)
        numbers = own_numbers_ever().filter(public_id__in=closed).values_list("pk", flat=True) if closed else ()
        kept = who.__dict__[_CLOSED] = frozenset(numbers)
    return kept


def keep_closed_numbers(who: Who, numbers: frozenset[int]) -> None:
    """They are known."""
    who.__dict__[_CLOSED] = numbers


def sees_all_talks(who: Who) -> bool:
    """Whether they see everything that is said with guests."""
    return not sees_own_only(who) and not closed_numbers(who)


def sees_phones(who: Who) -> bool:
    """Whether they see phones whole."""
    if isinstance(who, Member) and who.role == SUPPORT:
        return False
    return not (_can_be_narrowed(who) and who.role in policy().masked_roles)


def visible_conversations(who: Who) -> QuerySet[Conversation]:
    """The conversations they may see."""
    found = Conversation.objects.all()
    if closed := closed_numbers(who):
        found = found.exclude(number_id__in=closed)
    if not sees_own_only(who):
        return found
    return found.filter(Q(assignee_id=who.pk) | Q(team_id__in=Team.objects.filter(members__contains=[who.pk])))


def visible_contacts(who: Who) -> QuerySet[Contact]:
    """The contacts they may see: those of the conversations."""
    found = Contact.objects.all()
    return found.filter(pk__in=visible_conversations(who).values("contact_id")) if sees_own_only(who) else found


def visible_messages(who: Who) -> QuerySet[Message]:
    """The messages they may see: those of the conversations."""
    found = Message.objects.defer("raw")
    if closed := closed_numbers(who):
        found = found.exclude(number_id__in=closed)
    return found.filter(conversation_id__in=visible_conversations(who).values("pk")) if sees_own_only(who) else found


def visible_notes(who: Who) -> QuerySet[Note]:
    """The notes they may see: those of the conversations, and of the contacts those that stand in none."""
    found = Note.objects.all()
    if closed := closed_numbers(who):
        found = found.exclude(conversation_id__in=Conversation.objects.filter(number_id__in=closed).values("pk"))
    if not sees_own_only(who):
        return found
    of_contact = Q(conversation_id=None, contact_id__in=visible_contacts(who).values("pk"))
    return found.filter(of_contact | Q(conversation_id__in=visible_conversations(who).values("pk")))


def sees_note(who: Who, note: Note) -> bool:
    """Whether they may see this note."""
    return sees_all_talks(who) or visible_notes(who).filter(pk=note.pk).exists()


def sees_contact(who: Who, contact: Contact) -> bool:
    """Whether they may see this contact."""
    return not sees_own_only(who) or visible_contacts(who).filter(pk=contact.pk).exists()


def visible_files(who: Who) -> QuerySet[Media]:
    """The files they may open and send: the salon's own, theirs, and those of what they may see.

    What a guest sent stands in a message; what colleagues brought for a guest belongs to the contact.
    """
    found = Media.objects.all()
    if closed := closed_numbers(who):
        found = found.exclude(Exists(Message.objects.filter(pk=OuterRef("message_id"), number_id__in=closed)))
    if not sees_own_only(who):
        return found
    of_contact = Q(message_id=None, contact_id__in=visible_contacts(who).values("pk"))
    of_message = Exists(visible_messages(who).filter(pk=OuterRef("message_id")))
    return found.filter(Q(contact_id=None) | Q(member_id=who.pk) | of_contact | of_message)


def sees_file(who: Who, media: Media) -> bool:
    """Whether they may open this file."""
    return sees_all_talks(who) or visible_files(who).filter(pk=media.pk).exists()


def conversation_or_404(who: Who, public_id: UUID) -> Conversation:
    """The conversation with its contact. Raises Http404 for one that they may not see, as for one that is none."""
    found = visible_conversations(who).select_related("contact", "assignee", "team").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def message_or_404(who: Who, public_id: UUID, **more: Any) -> Message:
    """The message. Raises Http404 likewise."""
    found = visible_messages(who).filter(public_id=public_id, **more).first()
    if found is None:
        raise Http404
    return found


def contact_or_404(who: Who, public_id: UUID) -> Contact:
    """The contact, or the one they have become part of. Raises Http404 likewise."""
    found = kept_of(public_id)
    if found is None or not sees_contact(who, found):
        raise Http404
    return found


def _can_be_narrowed(who: Who) -> bool:
    # Asked first: most pages are opened by people whom no rule can bind, and need not read the rules.
    return isinstance(who, Member) and not who.may(Permission.INBOX_MANAGE)
