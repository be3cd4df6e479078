"""What a member's role lets them see of guests (crm.inbox.rights); a program with a key sees all its scopes allow."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from api.actor import actor_of
from api.errors import NotYours
from crm.contacts.models import Contact
from crm.contacts.names import mask, masks
from crm.inbox.rights import sees_contact
from tenants.access.roles import Permission
from tenants.sharing.kinds import kind_of
from tenants.sharing.queries import reached, visible


def check_contact(who: Any, contact: Contact, field: str) -> None:
    """Raises NotYours for a contact that the caller may not see: the same as for one that is not there."""
    if not sees_contact(who, contact):
        raise NotYours(field, "contact")


@dataclass(frozen=True)
class Shared:
    """How rows hang together with things that are shared one by one: of which kind, the way to the thing's public id,
    and what the caller must hold on it: the right that a permission means there, or what opens all of them."""

    kind: str
    permission: Permission
    by: str = "public_id"

    def seen(self, request: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of these rows the caller's."""
        who, known = actor_of(request).who, kind_of(self.kind)
        if self.permission in known.permissions.values():
            return visible(who, rows, self.kind, known.right_of(self.permission), field=self.by)
        return reached(who, rows, self.kind, self.permission, field=self.by)


def address(kind: str, value: str) -> str:
    """An identity's value as the caller may see it."""
    return mask(value) if kind == "phone" and masks() else value
