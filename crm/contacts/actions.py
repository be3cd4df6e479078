"""Writing contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from billing.quotas.gates import take
from channels_wa.messages.models import Identity
from channels_wa.numbers.queries import own_numbers
from crm.consent import suppression
from crm.contacts.models import Contact, Tag
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit

Address = tuple[str, str]


class IdentityTaken(Exception):
    """One of the identities leads to another contact already; `place` says which."""

    def __init__(self, place: int) -> None:
        super().__init__(f"identity {place} is taken")
        self.place = place


class Changed(Exception):
    """Somebody has changed the contact since the version that a person saw; nothing was written."""

    def __init__(self, contact: Contact, version: int) -> None:
        super().__init__(f"version {version} is {contact.version} by now")
        self.contact, self.version = contact, version


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person as someone describes them; identities are (kind, value), phones with their plus."""

    name: str = ""
    identities: Sequence[Address] = ()
    tags: Sequence[str] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    birthday: date | None = None
    preferences: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def create(new: NewContact, *, by: Any, source: str = "api") -> Contact:
    """Write a contact with its identities. Raises IdentityTaken; then nothing is written."""
    take("contacts")
    contact = Contact.objects.create(
        name=new.name,
        tags=list(new.tags),
        fields=new.fields,
        language=new.language,
        birthday=new.birthday,
        preferences=new.preferences,
    )
    note_tags(new.tags)
    for place, address in enumerate(new.identities):
        _write_identity(contact, address, place)
    audit.record("contact.created", subject=contact.public_id, by=by, after={"name": new.name, "tags": list(new.tags)})
    emit("contact.created", subject=contact.public_id, payload={"source": source})
    return contact


@transaction.atomic
def change(contact: Contact, values: dict[str, Any], *, by: Any, version: int | None = None) -> Contact:
    """Set the values given; the contact as it is then.

    `fields` is merged: names that are given are set, those with None removed. With `version` only if nobody has
    changed it since: raises Changed.
    """
    # Locked, so that two who each add a field both keep theirs.
    fresh = Contact.objects.select_for_update().get(pk=contact.pk)
    if version is not None and version != fresh.version:
        raise Changed(fresh, version)
    wanted = dict(values)
    if "fields" in wanted:
        merged = {**fresh.fields, **wanted["fields"]}
        wanted["fields"] = {name: value for name, value in merged.items() if value is not None}
    before = {name: getattr(fresh, name) for name in wanted}
    changed = [name for name in wanted if before[name] != wanted[name]]
    if not changed:
        return fresh
    for name in changed:
        setattr(fresh, name, wanted[name])
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    if "tags" in changed:
        note_tags(tag for tag in fresh.tags if tag not in before["tags"])
    audit.record(
        "contact.changed",
        subject=fresh.public_id,
        by=by,
        before={name: _noted(before[name]) for name in changed},
        after={name: _noted(wanted[name]) for name in changed},
    )
    payload: dict[str, Any] = {"changed": changed, "contact_id": fresh.pk, "by": _kind_of(by)}
    if "tags" in changed:
        payload["tags_added"] = [tag for tag in fresh.tags if tag not in before["tags"]]
        payload["tags_removed"] = [tag for tag in before["tags"] if tag not in fresh.tags]
    emit("contact.changed", subject=fresh.public_id, payload=payload)
    return fresh


def retag(contact: Contact, *, add: Sequence[str] = (), remove: Sequence[str] = (), by: Any) -> Contact:
    """Put tags on a contact and take others off; the contact as it is then."""
    with transaction.atomic():
        fresh = Contact.objects.select_for_update().get(pk=contact.pk)
        tags = list(dict.fromkeys([*(tag for tag in fresh.tags if tag not in remove), *add]))
        return change(fresh, {"tags": tags}, by=by)


def block(contact: Contact, *, on: bool, by: Any) -> Contact:
    """Leave a guest alone, or talk to them again: their messages are kept, and nobody is told of them."""
    with transaction.atomic():
        fresh = Contact.objects.select_for_update().get(pk=contact.pk)
        if (fresh.blocked_at is not None) == on:
            return fresh
        return change(fresh, {"blocked_at": clock.now() if on else None}, by=by)


def note_tags(tags: Iterable[str]) -> None:
    """The salon has these words for contacts from now on."""
    rows = [Tag(name=tag) for tag in dict.fromkeys(tags)]
    if rows:
        Tag.objects.bulk_create(rows, ignore_conflicts=True)


def _noted(value: Any) -> Any:
    """As the audit log keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def with_phone(phone: str, *, portfolio: str, by: Any, source: str = "api") -> Contact:
    """The contact of a phone number (+ and digits), written if nobody knows it."""
    for _ in range(2):
        known = Identity.objects.filter(portfolio=portfolio, kind="phone", value=phone).first()
        if known is not None:
            return Contact.objects.get(pk=known.contact_id)
        try:
            return create(NewContact(identities=[("phone", phone)]), by=by, source=source)
        except IdentityTaken:
            # Known in another portfolio of the salon, or made at this moment: the same person in each case.
            other = Identity.objects.filter(kind="phone", value=phone).order_by("pk").first()
            if other is not None:
                contact = Contact.objects.get(pk=other.contact_id)
                Identity.objects.get_or_create(
                    portfolio=portfolio,
                    kind="phone",
                    value=phone,
                    defaults={"contact_id": contact.pk, "created_at": clock.now()},
                )
                return contact
    raise RuntimeError("the phone's contact comes and goes")


def _kind_of(by: Any) -> str:
    return "system" if by is None else type(by).__name__.lower()


def portfolios() -> list[str]:
    """Those of the salon's numbers; an identity is written in each, as a phone is the same in all."""
    return sorted(set(own_numbers().values_list("portfolio", flat=True))) or [""]


def _write_identity(contact: Contact, address: Address, place: int) -> None:
    kind, value = address
    rows = [
        Identity(portfolio=portfolio, kind=kind, value=value, contact_id=contact.pk, created_at=clock.now())
        for portfolio in portfolios()
    ]
    try:
        with transaction.atomic():
            Identity.objects.bulk_create(rows)
            suppression.recall([(row.portfolio, row.kind, row.value) for row in rows])
    except IntegrityError as error:
        raise IdentityTaken(place) from error
