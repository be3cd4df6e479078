"""Opening, suspending and closing salons."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from django.db import IntegrityError, transaction

from ops.salon import inside
from ops.sealing import new_salon_key, wrap_salon_key
from tenants.access.roles import Role
from tenants.accounts.models import User
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.salons.hosts import salon_host
from tenants.salons.models import Domain, Membership, Salon
from tenants.salons.schemas import create_schema

_SLUG = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
RESERVED = frozenset(
    {"www", "api", "app", "admin", "operator", "mail", "static", "accounts", "signup", "webhooks", "public"}
)


class CannotOpen(ValueError):
    """The salon cannot be opened; `field` says which value to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewSalon:
    """What one must know to open a salon."""

    name: str
    slug: str
    plan: str = "free"
    time_zone: str = "America/Sao_Paulo"


def open_salon(new: NewSalon, *, owner: User) -> Salon:
    """Open a salon with its schema and its owner, all in one transaction. Raises CannotOpen."""
    _check(new)
    try:
        with transaction.atomic():
            return _open(new, owner)
    except IntegrityError as error:
        if "slug" in str(error) or "domain" in str(error):
            raise CannotOpen("slug", f"The address {new.slug!r} is taken; choose another.") from error
        raise


def add_member(salon: Salon, user: User, *, role: Role) -> None:
    """Give a person a place in a salon, or change their role."""
    with transaction.atomic():
        Membership.objects.update_or_create(user=user, salon=salon, defaults={"role": role, "is_active": True})
        with inside(salon.pk):
            member, _ = Member.objects.update_or_create(
                user_id=user.pk, defaults={"name": user.name or user.email.partition("@")[0], "is_active": True}
            )
            audit.record("member.added", subject=member.public_id, after={"role": str(role)})


def suspend_salon(salon: Salon) -> None:
    """Serve its people and guests no longer; nothing is deleted."""
    Salon.objects.filter(pk=salon.pk).update(state=Salon.State.SUSPENDED)


def resume_salon(salon: Salon) -> None:
    """Serve a suspended salon again."""
    Salon.objects.filter(pk=salon.pk).update(state=Salon.State.ACTIVE)


def close_salon(salon: Salon) -> None:
    """End a salon; its data stays until the retention of closed salons removes it."""
    Salon.objects.filter(pk=salon.pk).update(state=Salon.State.CLOSED)


def _open(new: NewSalon, owner: User) -> Salon:
    # The schema's name follows from the id, so the row comes first.
    salon = Salon(
        name=new.name, slug=new.slug, plan=new.plan, time_zone=new.time_zone, schema_name=f"opening_{new.slug}"
    )
    salon.save()
    salon.schema_name = salon.schema
    salon.sealed_key = wrap_salon_key(new_salon_key(), salon_id=salon.pk)
    salon.schema_version = create_schema(salon.pk)
    salon.state = Salon.State.ACTIVE
    salon.save()
    Domain.objects.create(domain=salon_host(new.slug).partition(":")[0], tenant=salon, is_primary=True)
    add_member(salon, owner, role=Role.OWNER)
    return salon


def _check(new: NewSalon) -> None:
    if not new.name.strip():
        raise CannotOpen("name", "Give the salon a name.")
    if not _SLUG.match(new.slug) or new.slug in RESERVED:
        raise CannotOpen(
            "slug",
            f"{new.slug!r} cannot be an address: use 1 to 40 small letters, digits and hyphens, e.g. studio-aurora.",
        )
    if new.time_zone not in available_timezones():
        raise CannotOpen(
            "time_zone", f"{new.time_zone!r} is no IANA time zone, e.g. {ZoneInfo('America/Sao_Paulo').key}."
        )
