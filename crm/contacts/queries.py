"""Reads of contacts that several pages and the API need."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from channels_wa.inbound.identity import identity
from channels_wa.messages.models import Identity
from crm.contacts.models import Contact


def identities_of(contact_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(kind, value) of each contact's identities, each once however many portfolios know it."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = Identity.objects.filter(contact_id__in=set(contact_ids)).order_by("pk")
    for contact_id, kind, value in rows.values_list("contact_id", "kind", "value"):
        known = found.setdefault(contact_id, [])
        if (kind, value) not in known:
            known.append((kind, value))
    return found


def with_identity(contacts: QuerySet[Contact], value: str) -> QuerySet[Contact]:
    """Those with exactly this identity; a phone is found with and without its plus."""
    read = identity(value.strip())
    values = {value.strip(), read.value} if read else {value.strip()}
    return contacts.filter(pk__in=Identity.objects.filter(value__in=values).values("contact_id"))


def matching(contacts: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Those whose name or an identity contains the text."""
    digits = "".join(letter for letter in text if letter.isdigit())
    wanted = Q(name__icontains=text) | Q(pk__in=Identity.objects.filter(value__icontains=text).values("contact_id"))
    if len(digits) >= 4:
        # A phone is stored without the spaces and hyphens that people write.
        wanted |= Q(pk__in=Identity.objects.filter(kind="phone", value__contains=digits).values("contact_id"))
    return contacts.filter(wanted)
