"""Finding contacts by what one remembers of them."""

import re

from django.db.models import Q, QuerySet

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact

_NOT_A_DIGIT = re.compile(r"\D+")
# Fewer digits than these are in every phone number.
_FEWEST_DIGITS = 4


def search(words: str) -> QuerySet[Contact]:
    """Contacts whose name holds the words, or whose phone holds the digits, in whatever form they are written."""
    found = Contact.objects.all()
    if not words:
        return found
    digits = _NOT_A_DIGIT.sub("", words)
    wanted = Q(name__icontains=words)
    if len(digits) >= _FEWEST_DIGITS:
        reached = Identity.objects.filter(kind="phone", value__contains=digits).values("contact_id")
        wanted |= Q(pk__in=reached)
    return found.filter(wanted)
