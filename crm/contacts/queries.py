"""Reads of contacts that several pages and the API need."""

from collections.abc import Iterable

from django.db.models import QuerySet

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


def living() -> QuerySet[Contact]:
    """Those that a plan counts (PLAN_THINGS)."""
    return Contact.objects.all()


def with_identity(contacts: QuerySet[Contact], value: str) -> QuerySet[Contact]:
    """Those with exactly this identity; a phone is found with and without its plus."""
    read = identity(value.strip())
    values = {value.strip(), read.value} if read else {value.strip()}
    return contacts.filter(pk__in=Identity.objects.filter(value__in=values).values("contact_id"))
