"""/api/v1/consents/: the register of what guests agreed to and stopped."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.filters import IdFilter, pairs
from api.idempotency import idempotent
from api.names import public_ids
from api.seeing import address, check_contact
from api.viewset import SalonViewSet
from crm.consent.models import ConsentEntry, Purpose, Source, State
from crm.consent.register import record
from crm.contacts.models import Contact
from crm.inbox.rights import sees_own_only, visible_contacts
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f70-1c2d-7e3f-8a4b-5c6d7e8f9a0b",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "identity": {"kind": "phone", "value": "+5511988881234"},
    "purpose": "marketing",
    "state": "granted",
    "source": "form",
    "evidence": "https://salon.example/form#2026-11-20, box ticked",
    "at": "2026-11-20T15:00:00Z",
}
# What a program may say of where it has it from; the others are the product's own.
SOURCES = (Source.API, Source.FORM, Source.IMPORT)


class ConsentIdentityOut(serializers.Serializer[Any]):
    """The identity it was said for."""

    kind = serializers.CharField()
    value = serializers.CharField()


@described("Consent", EXAMPLE)
class ConsentEntryOut(serializers.Serializer[Any]):
    """One line of the register."""

    id = serializers.UUIDField()
    contact = serializers.UUIDField(allow_null=True)
    identity = ConsentIdentityOut()
    purpose = serializers.ChoiceField(choices=Purpose.values)
    state = serializers.ChoiceField(choices=State.values)
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]
    evidence = serializers.CharField()
    at = Instant()


class ConsentIn(Body):
    """A word of a guest, for all of their identities."""

    contact = PublicIdField(Contact.objects, what="contact")
    purpose = serializers.ChoiceField(choices=Purpose.values)
    state = serializers.ChoiceField(choices=State.values)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[one.value for one in SOURCES], default=Source.API.value
    )
    evidence = serializers.CharField(
        max_length=500, help_text="How it can be proved: the form's address and time, the words, who heard them."
    )


class ConsentFilter(django_filters.FilterSet):
    """Filters of the list."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    purpose = django_filters.ChoiceFilter(choices=pairs(Purpose.values))
    state = django_filters.ChoiceFilter(choices=pairs(State.values))


class ConsentViewSet(SalonViewSet[ConsentEntry]):
    """What guests agreed to and stopped, newest first. Lines are only ever added."""

    what = "consent"
    permissions = {
        "list": Permission.CONTACTS_SEE,
        "retrieve": Permission.CONTACTS_SEE,
        "create": Permission.CONTACTS_EDIT,
    }
    queryset = ConsentEntry.objects.all()
    serializer_class = ConsentEntryOut
    filterset_class = ConsentFilter

    def get_queryset(self) -> QuerySet[ConsentEntry]:
        """Those of contacts that the caller may see."""
        who, found = self.actor.who, ConsentEntry.objects.all()
        return found.filter(contact_id__in=visible_contacts(who).values("pk")) if sees_own_only(who) else found

    def present(self, rows: Sequence[ConsentEntry]) -> Sequence[object]:
        """With the public ids of their contacts."""
        contacts = public_ids(Contact.objects.all(), (row.contact_id for row in rows if row.contact_id))
        return [
            {
                "id": row.public_id,
                "contact": contacts.get(row.contact_id) if row.contact_id else None,
                "identity": {"kind": row.kind, "value": address(row.kind, row.value)},
                "purpose": row.purpose,
                "state": row.state,
                "source": row.source,
                "evidence": row.evidence,
                "at": row.at,
            }
            for row in rows
        ]

    @extend_schema(request=ConsentIn, responses={201: ConsentEntryOut, 200: ConsentEntryOut})
    @idempotent
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Note a word; 201 with its newest line, 200 with the line that says so already."""
        data = self.read(ConsentIn)
        contact: Contact = data["contact"]
        check_contact(self.actor.who, contact, "contact")
        new = record(
            contact,
            purposes=[data["purpose"]],
            state=data["state"],
            source=data["source"],
            evidence=data["evidence"],
            by=self.actor.who,
        )
        line = (
            ConsentEntry.objects.filter(contact_id=contact.pk, purpose=data["purpose"], state=data["state"])
            .order_by("-pk")
            .first()
        )
        if line is None:
            raise serializers.ValidationError({"contact": ["This contact has no identity that could consent."]})
        if new:
            return self.shown(line, status.HTTP_201_CREATED)
        return Response(self.show([line])[0])
