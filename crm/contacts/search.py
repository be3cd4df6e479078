"""Finding contacts by what one remembers of them."""

import re

from django.db.models import Q, QuerySet

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact

_NOT_A_DIGIT = re.compile(r"\D+")
# Fewer digits than these are in every phone number.
_FEWEST_DIGITS = 4


def search(words: str, *, among: QuerySet[Contact] | None = None) -> QuerySet[Contact]:
    """Contacts (of `among`, else all) whose name holds the words, or whose phone the digits, in whatever form."""
    found = Contact.objects.all() if among is None else among
    if not words:
        return found
    digits = _NOT_A_DIGIT.sub("", words)
    wanted = Q(name__icontains=words)
    if len(digits) >= _FEWEST_DIGITS:
        reached = Identity.objects.filter(kind="phone", value__contains=digits).values("contact_id")
        wanted |= Q(pk__in=reached)
    return found.filter(wanted)
