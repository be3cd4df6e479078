"""What a member's role lets them see of guests (crm.inbox.rights); a program with a key sees all its scopes allow."""

from typing import Any

from api.errors import NotYours
from crm.contacts.models import Contact
from crm.contacts.names import mask, masks
from crm.inbox.rights import sees_contact


def check_contact(who: Any, contact: Contact, field: str) -> None:
    """Raises NotYours for a contact that the caller may not see: the same as for one that is not there."""
    if not sees_contact(who, contact):
        raise NotYours(field, "contact")


def address(kind: str, value: str) -> str:
    """An identity's value as the caller may see it."""
    return mask(value) if kind == "phone" and masks() else value
