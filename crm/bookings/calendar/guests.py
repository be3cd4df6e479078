"""Whose visit it is: a guest who is known, one who is written down with the booking, or a name alone."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from crm.bookings.calendar.drafts import is_id
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from crm.contacts.phones import read_phone
from crm.contacts.queries import with_identity
from crm.contacts.search import search
from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, conversation_or_404, sees_contact, visible_contacts
from tenants.access.guard import SalonRequest
from tenants.access.roles import Permission

MOST = 8
LONGEST_NAME = 120


class NoGuest(ValueError):
    """It is not clear whose visit it is; `words` say what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass
class Guests:
    """The guest of one request."""

    request: SalonRequest

    def found(self, words: str) -> list[dict[str, Any]]:
        """Whom the words fit, of those that the member may see."""
        if not words:
            return []
        rows = list(search(words).filter(pk__in=visible_contacts(self.request.member).values("pk"))[:MOST])
        known = addresses(one.pk for one in rows)
        return [_person(one, known.get(one.pk, "")) for one in rows]

    def chosen(self) -> dict[str, Any] | None:
        """The guest who is chosen, as the form shows them."""
        if self.contact is None:
            return None
        return _person(self.contact, addresses([self.contact.pk]).get(self.contact.pk, ""))

    @cached_property
    def contact(self) -> Contact | None:
        """By id, or whose conversation it is. Raises Http404 for one that they may not see."""
        if ref := self._given("contact", 40):
            if (public_id := is_id(ref)) is None:
                raise Http404
            return contact_or_404(self.request.member, public_id)
        talk = self.conversation
        return contact_or_404(self.request.member, talk.contact.public_id) if talk else None

    @cached_property
    def conversation(self) -> Conversation | None:
        """The conversation it came up in."""
        ref = self._given("conversation", 40)
        if not ref or not self.request.member.may(Permission.INBOX_SEE):
            return None
        if (public_id := is_id(ref)) is None:
            raise Http404
        return conversation_or_404(self.request.member, public_id)

    def written(self, *, needed: bool) -> tuple[Contact | None, str]:
        """The contact, or the name of somebody who is none. Raises NoGuest."""
        if self.contact is not None:
            return self.contact, ""
        name, typed = " ".join(self._given("name", LONGEST_NAME).split()), self._given("phone", 40)
        if not typed:
            if not name and needed:
                raise NoGuest(_("Choose the guest, or write the name of a new one."))
            return None, name
        phone = read_phone(typed, self.request.salon.country)
        if phone is None:
            raise NoGuest(_("This is no phone number. For another country, begin with + and its code."))
        if not self.request.member.may(Permission.CONTACTS_EDIT):
            return None, name or typed
        return self._with_phone(name, phone), ""

    def _with_phone(self, name: str, phone: str) -> Contact:
        try:
            new = contacts.NewContact(name, [("phone", phone)])
            return contacts.create(new, by=self.request.member, source="portal")
        except contacts.IdentityTaken:
            known = with_identity(Contact.objects.all(), phone).first()
            if known is None or not sees_contact(self.request.member, known):
                raise NoGuest(_("A colleague looks after the guest with this number.")) from None
            return known

    def _given(self, name: str, most: int) -> str:
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        return data.get(name, "").replace("\x00", "").strip()[:most]


def _person(contact: Contact, address: str) -> dict[str, Any]:
    return {"public_id": contact.public_id, "name": name_of(contact, address), "address": address}
