"""/api/v1/contacts/"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, NotYours, invalid
from api.examples import described
from api.fields import Body, Instant
from api.idempotency import idempotent
from api.seeing import address
from api.v1.contact_filter import ContactFilter
from api.viewset import SalonViewSet
from channels_wa.inbound.identity import identity
from crm.consent.models import Purpose, Source, State
from crm.consent.queries import last_words
from crm.contacts import actions
from crm.contacts.fields import Refused, clean
from crm.contacts.merging import AlreadyOne, kept_of, merge_by_hand
from crm.contacts.models import Contact
from crm.contacts.queries import identities_of
from crm.inbox.rights import sees_contact, visible_contacts
from ops import clock
from tenants.access.roles import Permission

MAX_TAGS = 50
MAX_FIELDS = 100
MAX_FIELD_TEXT = 2000
MAX_PREFERENCES = 20
KINDS = ("phone", "bsuid", "parent_bsuid", "other")
TOUCH = ("source_type", "source_id", "source_url", "headline", "ctwa_clid")

EXAMPLE = {
    "id": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "name": "Ana Souza",
    "identities": [{"kind": "phone", "value": "+5511988881234"}],
    "tags": ["vip"],
    "fields": {"hair": "curly"},
    "language": "pt_BR",
    "birthday": "1990-05-17",
    "preferences": {"time": "mornings"},
    "blocked": False,
    "seen_at": "2026-11-20T15:00:00Z",
    "version": 3,
    "consents": [{"purpose": "marketing", "state": "granted", "source": "form", "at": "2026-11-20T15:00:00Z"}],
    "attribution": {
        "first": {
            "source_type": "ad",
            "source_id": "120200001",
            "source_url": "https://fb.me/aurora",
            "headline": "Combo corte + hidratação",
            "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ",
            "at": "2026-11-20T15:00:00Z",
        },
        "last": None,
    },
    "created_at": "2026-11-20T15:00:00Z",
}


class IdentityOut(serializers.Serializer[Any]):
    """A way to reach the contact."""

    kind = serializers.ChoiceField(choices=KINDS)
    value = serializers.CharField()


class ConsentOut(serializers.Serializer[Any]):
    """What the contact agreed to or forbade."""

    purpose = serializers.ChoiceField(choices=Purpose.values)
    state = serializers.ChoiceField(choices=State.values)
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]
    at = Instant()


class TouchOut(serializers.Serializer[Any]):
    """An ad or a post by which the contact came, as WhatsApp told it."""

    source_type = serializers.CharField(allow_null=True, help_text="`ad` or `post`.")
    source_id = serializers.CharField(allow_null=True)
    source_url = serializers.CharField(allow_null=True)
    headline = serializers.CharField(allow_null=True)
    ctwa_clid = serializers.CharField(allow_null=True, help_text="Meta's id of the click.")
    at = Instant()


class AttributionOut(serializers.Serializer[Any]):
    """The first and the last of them; null for a contact who came by none."""

    first = TouchOut(allow_null=True)
    last = TouchOut(allow_null=True)


@described("Contact", EXAMPLE)
class ContactOut(serializers.Serializer[Any]):
    """A guest of the salon."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    identities = IdentityOut(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    fields = serializers.DictField()  # type: ignore[assignment]
    language = serializers.CharField(help_text="As the guest writes, e.g. `pt_BR`; empty when nobody knows.")
    birthday = serializers.DateField(allow_null=True)
    preferences = serializers.DictField(help_text="What the team knows of them, in words.")
    blocked = serializers.BooleanField(help_text="Their messages are kept, nobody is told and nothing answers.")
    seen_at = Instant(allow_null=True, help_text="When they wrote last, exact to ten minutes.")
    version = serializers.IntegerField(help_text="Grows with each change; give it back to change only what you saw.")
    consents = ConsentOut(many=True)
    attribution = AttributionOut()
    created_at = Instant()


class IdentityIn(Body):
    """{"kind": "phone", "value": "+5511988881234"}"""

    kind = serializers.ChoiceField(choices=("phone", "bsuid"), default="phone")
    value = serializers.CharField(max_length=160, help_text="A phone in E.164 with its plus, or Meta's BSUID.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The value must have the form of its kind."""
        read = identity(attrs["value"])
        if attrs["kind"] == "phone" and not attrs["value"].startswith("+"):
            read = None
        if read is None or read.kind != attrs["kind"]:
            wanted = "a phone in E.164, e.g. +5511988881234" if attrs["kind"] == "phone" else "a BSUID, e.g. BR.1a2B3c"
            raise serializers.ValidationError({"value": [f"Must be {wanted}."]})
        return attrs


class FieldsField(serializers.DictField):
    """Own fields of the salon: texts, numbers, booleans; null removes one."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The fields by name."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("Must be an object.")
        if len(data) > MAX_FIELDS:
            raise serializers.ValidationError(f"Must have at most {MAX_FIELDS} names.")
        for name, value in data.items():
            if not 1 <= len(name) <= 60:
                raise serializers.ValidationError({name[:60]: ["A name must have 1 to 60 characters."]})
            if not isinstance(value, str | int | float | bool | None):
                raise serializers.ValidationError({name: ["Must be a text, a number, a boolean or null."]})
            if isinstance(value, str) and len(value) > MAX_FIELD_TEXT:
                raise serializers.ValidationError({name: [f"Must have at most {MAX_FIELD_TEXT} characters."]})
        return data


class PreferencesField(serializers.DictField):
    """What the team knows of a guest: texts by name."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The texts."""
        if not isinstance(data, dict) or len(data) > MAX_PREFERENCES:
            raise serializers.ValidationError(f"Must be an object of at most {MAX_PREFERENCES} texts.")
        for name, value in data.items():
            if not 1 <= len(name) <= 60 or not isinstance(value, str) or len(value) > MAX_FIELD_TEXT:
                raise serializers.ValidationError({name[:60]: [f"Must be a text of {MAX_FIELD_TEXT} characters."]})
        return data


class _ContactValues(Body):
    name = serializers.CharField(max_length=120, allow_blank=True, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=MAX_TAGS, required=False)
    fields = FieldsField(required=False)  # type: ignore[assignment]
    language = serializers.RegexField(r"^([a-z]{2,3}([_-][A-Za-z]{2,4})?)?\Z", max_length=10, required=False)
    birthday = serializers.DateField(required=False, allow_null=True)
    preferences = PreferencesField(required=False)

    def validate_tags(self, tags: list[str]) -> list[str]:
        """Each once, in the order given."""
        return list(dict.fromkeys(tags))

    def validate_birthday(self, day: date | None) -> date | None:
        """Nobody is born tomorrow, nor was in another age."""
        if day is not None and not date(1900, 1, 1) <= day <= clock.now().date():
            raise serializers.ValidationError("Must be a day from 1900-01-01 until today.")
        return day

    def validate_fields(self, given: dict[str, Any]) -> dict[str, Any]:
        """Those that the salon has given a kind, as that kind wants them."""
        try:
            return clean(given)
        except Refused as refused:
            raise serializers.ValidationError({key: [words] for key, words in refused.problems.items()}) from refused


class ContactIn(_ContactValues):
    """A new contact."""

    identities = IdentityIn(many=True, required=False, max_length=10)  # type: ignore[call-arg]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """There must be something to know the person by."""
        if not attrs.get("name") and not attrs.get("identities"):
            raise serializers.ValidationError({"name": ["Give a name or an identity."]})
        return attrs


class ContactPatch(_ContactValues):
    """What to change; names in `fields` that are not given stay."""

    blocked = serializers.BooleanField(required=False)
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="Change only if it is this version; the header `If-Match` says the same."
    )


class MergeIn(Body):
    """Who is the same person."""

    contact = serializers.UUIDField(help_text="The other contact.")


def _touch(touch: dict[str, Any] | None) -> dict[str, Any] | None:
    if touch is None:
        return None
    return {name: touch.get(name) for name in TOUCH} | {"at": datetime.fromisoformat(touch["at"])}


class ContactViewSet(SalonViewSet[Contact]):
    """The salon's guests."""

    what = "contact"
    permissions = {
        "list": Permission.CONTACTS_SEE,
        "retrieve": Permission.CONTACTS_SEE,
        "create": Permission.CONTACTS_EDIT,
        "partial_update": Permission.CONTACTS_EDIT,
        "merge": Permission.CONTACTS_MERGE,
    }
    queryset = Contact.objects.all()
    serializer_class = ContactOut
    filterset_class = ContactFilter

    def get_queryset(self) -> QuerySet[Contact]:
        """Those that the caller may see."""
        return visible_contacts(self.actor.who)

    def load(self, public_id: str) -> Contact:
        """A contact that has become part of another one is that one."""
        try:
            found = kept_of(UUID(public_id))
        except ValueError:
            found = None
        return found if found and sees_contact(self.actor.who, found) else super().load(public_id)

    def present(self, rows: Sequence[Contact]) -> Sequence[object]:
        """With the identities of all of them."""
        identities = identities_of(row.pk for row in rows)
        consents = last_words(row.pk for row in rows)
        return [
            {
                "id": row.public_id,
                "name": row.name,
                "identities": [
                    {"kind": kind, "value": address(kind, value)} for kind, value in identities.get(row.pk, [])
                ],
                "tags": row.tags,
                "fields": row.fields,
                "language": row.language,
                "birthday": row.birthday,
                "preferences": row.preferences,
                "blocked": row.blocked_at is not None,
                "seen_at": row.seen_at,
                "version": row.version,
                "consents": [
                    {"purpose": word.purpose, "state": word.state, "source": word.source, "at": word.at}
                    for word in consents.get(row.pk, [])
                ],
                "attribution": {name: _touch(touch) for name, touch in row.touches.items()},
                "created_at": row.created_at,
            }
            for row in rows
        ]

    @extend_schema(request=ContactIn, responses={201: ContactOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a contact; 409 when an identity is another contact's."""
        data = self.read(ContactIn)
        new = actions.NewContact(
            name=data.get("name", ""),
            identities=[(one["kind"], one["value"]) for one in data.get("identities", [])],
            tags=data.get("tags", []),
            fields={name: value for name, value in data.get("fields", {}).items() if value is not None},
            language=data.get("language", ""),
            birthday=data.get("birthday"),
            preferences=data.get("preferences", {}),
        )
        try:
            made = actions.create(new, by=self.actor.who)
        except actions.IdentityTaken as taken:
            field = f"identities.{taken.place}.value"
            raise Conflict("A contact of this salon has this identity already.", field=field, code="taken") from taken
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=ContactPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change what is given; 409 when `version` (or `If-Match`) is not the contact's any more."""
        contact, given = self.load(id), self.read(ContactPatch)
        version = given.pop("version", None) or _if_match(request)
        if "blocked" in given:
            on = given.pop("blocked")
            # Once blocked, another word for it changes nothing.
            given["blocked_at"] = (contact.blocked_at or clock.now()) if on else None
        try:
            changed = actions.change(contact, given, by=self.actor.who, version=version)
        except actions.Changed as stale:
            words = f"The contact is at version {stale.contact.version}; read it again."
            raise Conflict(words, field="version", code="stale") from stale
        return Response(self.show([changed])[0])

    @extend_schema(request=MergeIn, responses={200: ContactOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def merge(self, request: Request, id: str) -> Response:
        """Make one contact of two, whose ids both lead to the older one then; it can be undone for 30 days."""
        contact, other = self.load(id), self._other(self.read(MergeIn)["contact"])
        try:
            kept = merge_by_hand(contact.public_id, other.public_id, by=self.actor.who)
        except AlreadyOne as one:
            raise Conflict("They are one contact already.", field="contact", code="one_already") from one
        return Response(self.show([Contact.objects.get(pk=kept.id)])[0])

    def _other(self, public_id: UUID) -> Contact:
        found = kept_of(public_id)
        if found is None or not sees_contact(self.actor.who, found):
            raise NotYours("contact", "contact")
        return found


def _if_match(request: Request) -> int | None:
    text = request.headers.get("If-Match", "").strip()
    if text in ("", "*"):
        return None
    number = text.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise invalid("If-Match", "Must be the version of the contact.")
    return int(number)
