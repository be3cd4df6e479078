"""Opening, suspending and closing salons."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ops import clock
from ops.salon import inside
from ops.sealing import new_salon_key, wrap_salon_key
from tenants.access.roles import Role
from tenants.accounts.models import User
from tenants.audit import actions as audit
from tenants.members.facts import hand_back
from tenants.members.models import Member
from tenants.salons.hosts import forget, salon_host
from tenants.salons.models import Domain, Membership, Salon
from tenants.salons.schemas import create_schema
from tenants.sharing.actions import forget_subjects
from tenants.sharing.shares import MEMBER

LONGEST_NAME = 120
_SLUG = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
RESERVED = frozenset(
    {"www", "api", "app", "admin", "operator", "mail", "static", "accounts", "signup", "webhooks", "public"}
)


class CannotOpen(ValueError):
    """The salon cannot be opened; `field` says which value to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownZone(ValueError):
    """No time zone of that name is known."""


class LastOwner(ValueError):
    """A salon without an owner would be nobody's."""


@dataclass(frozen=True, slots=True)
class NewSalon:
    """What one must know to open a salon."""

    name: str
    slug: str
    plan: str = "free"
    time_zone: str = "America/Sao_Paulo"
    language: str = "pt-br"
    currency: str = "BRL"


@cache
def zones() -> frozenset[str]:
    """The names of all time zones; asked of the disk once, which takes 20 ms."""
    return frozenset(available_timezones())


def why_not(new: NewSalon) -> CannotOpen | None:
    """What must be changed before such a salon can be opened; None where nothing is known to be wrong."""
    try:
        _check(new)
    except CannotOpen as error:
        return error
    return taken(new.slug) if Salon.objects.filter(slug=new.slug).exists() else None


def taken(slug: str) -> CannotOpen:
    """The address belongs to another salon."""
    return CannotOpen("slug", _("The address %(slug)s is taken; choose another.") % {"slug": repr(slug)})


def open_salon(new: NewSalon, *, owner: User) -> Salon:
    """Open a salon with its schema and its owner, all in one transaction. Raises CannotOpen."""
    _check(new)
    try:
        with transaction.atomic():
            return _open(new, owner)
    except IntegrityError as error:
        if "slug" in str(error) or "domain" in str(error):
            raise taken(new.slug) from error
        raise


def add_member(salon: Salon, user: User, *, role: str, by: Member | None = None) -> None:
    """Give a person a place in a salon, or change their role."""
    place = {"role": str(role), "is_active": True, "removed_at": None}
    with transaction.atomic():
        Membership.objects.update_or_create(user=user, salon=salon, defaults=place)
        with inside(salon.pk):
            member, _ = Member.objects.update_or_create(
                user_id=user.pk, defaults={"name": user.name or user.email.partition("@")[0], "is_active": True}
            )
            audit.record("member.added", subject=member.public_id, by=by, after={"role": str(role)})


def lock_people(salon_id: int) -> None:
    """In a transaction: whoever changes who may do what in a salon waits here for the others; one lock, one order."""
    Salon.objects.select_for_update(no_key=True).values_list("pk").get(pk=salon_id)


def keep_an_owner(salon_id: int, without: Iterable[int]) -> None:
    """Behind the lock: raises LastOwner where no owner who can log in would be left without these users."""
    owners = Membership.objects.filter(salon_id=salon_id, role=Role.OWNER, is_active=True, user__is_active=True)
    if not owners.exclude(user_id__in=list(without)).exists():
        raise LastOwner


@transaction.atomic
def remove_member(salon: Salon, user: User, *, by: Member | None = None, last_owner_stays: bool = True) -> None:
    """Take a person's place in a salon away; what they wrote keeps their name. Raises LastOwner where they stay."""
    # Two owners who remove each other leave one.
    lock_people(salon.pk)
    is_owner = Membership.objects.filter(user=user, salon=salon, role=Role.OWNER, is_active=True).exists()
    if is_owner and last_owner_stays:
        keep_an_owner(salon.pk, without=[user.pk])
    Membership.objects.filter(user=user, salon=salon, removed_at=None).update(is_active=False, removed_at=clock.now())
    with inside(salon.pk):
        Member.objects.filter(user_id=user.pk).update(is_active=False)
        if member := Member.objects.filter(user_id=user.pk).first():
            went = by is not None and by.user_id == user.pk
            audit.record("member.left" if went else "member.removed", subject=member.public_id, by=by)
            # Whoever comes back begins anew.
            forget_subjects(MEMBER, [member.pk])
            hand_back(member, for_good=True, by=by)


def suspend_salon(salon: Salon) -> bool:
    """Serve its people and guests no longer; nothing is deleted. False where it was not being served."""
    return _move(salon, "suspended", from_=[Salon.State.ACTIVE], to=Salon.State.SUSPENDED)


def resume_salon(salon: Salon) -> bool:
    """Serve a suspended salon again. False for any other: a closed one stays closed."""
    return _move(salon, "resumed", from_=[Salon.State.SUSPENDED], to=Salon.State.ACTIVE)


def close_salon(salon: Salon) -> bool:
    """End a salon; its data stays until the retention of closed salons removes it. False where it had ended."""
    return _move(salon, "closed", from_=[Salon.State.ACTIVE, Salon.State.SUSPENDED], to=Salon.State.CLOSED)


def change_time_zone(salon: Salon, zone: str, *, by: Member | None) -> int:
    """Let the salon's clocks show another zone; how many rows kept their wall clock (SALON_ZONE_STEPS).

    Raises UnknownZone.
    """
    if zone not in zones():
        raise UnknownZone(zone)
    with transaction.atomic(), inside(salon.pk):
        before = str(Salon.objects.select_for_update().values_list("time_zone", flat=True).get(pk=salon.pk))
        if before == zone:
            return 0
        Salon.objects.filter(pk=salon.pk).update(time_zone=zone)
        audit.record(
            "salon.zone_changed", subject=salon.public_id, by=by, before={"zone": before}, after={"zone": zone}
        )
        kept: int = sum(import_string(step)(before, zone, by) for step in settings.SALON_ZONE_STEPS)
    forget()
    return kept


@transaction.atomic
def _move(salon: Salon, what: str, *, from_: list[Salon.State], to: Salon.State) -> bool:
    moved = Salon.objects.filter(pk=salon.pk, state__in=from_).update(state=to)
    if moved:
        with inside(salon.pk):
            audit.record(f"salon.{what}", subject=salon.public_id, after={"state": str(to)})
    return bool(moved)


def _open(new: NewSalon, owner: User) -> Salon:
    # The schema's name follows from the id, so the row comes first.
    salon = Salon(
        name=new.name,
        slug=new.slug,
        plan=new.plan,
        time_zone=new.time_zone,
        language=new.language,
        currency=new.currency,
        schema_name=f"opening_{new.slug}",
    )
    salon.save()
    salon.schema_name = salon.schema
    salon.sealed_key = wrap_salon_key(new_salon_key(), salon_id=salon.pk)
    salon.schema_version = create_schema(salon.pk)
    salon.state = Salon.State.ACTIVE
    salon.save()
    Domain.objects.create(domain=salon_host(new.slug).partition(":")[0], tenant=salon, is_primary=True)
    add_member(salon, owner, role=Role.OWNER)
    with inside(salon.pk):
        for step in settings.SALON_OPENING_STEPS:
            import_string(step)()
    return salon


def _check(new: NewSalon) -> None:
    if not new.name.strip():
        raise CannotOpen("name", _("Give the salon a name."))
    if len(new.name) > LONGEST_NAME or not new.name.isprintable():
        raise CannotOpen("name", _("A name has at most %(most)d letters and no line ends.") % {"most": LONGEST_NAME})
    if not _SLUG.match(new.slug) or new.slug in RESERVED:
        raise CannotOpen(
            "slug",
            _("%(slug)s cannot be an address: use 1 to 40 small letters, digits and hyphens, e.g. studio-aurora.")
            % {"slug": repr(new.slug[:60])},
        )
    if new.time_zone not in zones():
        raise CannotOpen(
            "time_zone", _("%(zone)s is no IANA time zone, e.g. America/Sao_Paulo.") % {"zone": repr(new.time_zone)}
        )
