"""A salon's own roles: each begins as a copy, and holds nothing that only owners may."""

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.text import slugify

from tenants.access.roles import OWNERS_ONLY, Permission, Rights, Role
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.members.people import OutOfReach, Unknown, role_in
from tenants.salons.actions import lock_people
from tenants.salons.models import Invitation, Membership, RoleDefinition, Salon
from tenants.sharing.actions import forget_subjects
from tenants.sharing.shares import ROLE

MOST_ROLES = 20
LONGEST_NAME = 60
GIVABLE = frozenset(Permission) - OWNERS_ONLY


class TooMany(ValueError):
    """The salon has MOST_ROLES already."""


class NameTaken(ValueError):
    """Another role has this name."""


class InUse(ValueError):
    """Somebody has the role, and no other was chosen for them."""


@transaction.atomic
def make(salon: Salon, *, like: str, name: str, by: Member) -> RoleDefinition:
    """A role that may what `like` may, under another name. Raises Unknown, TooMany, NameTaken."""
    lock_people(salon.pk)
    model = role_in(salon.pk, like)
    if RoleDefinition.objects.filter(salon=salon).count() >= MOST_ROLES:
        raise TooMany
    _check_name(salon, name)
    held = sorted(one.value for one in model.permissions & GIVABLE)
    row = RoleDefinition.objects.create(salon=salon, key=_key(name), label=name, permissions=held)
    # Rules that narrow what the role sees hold for its copy too.
    for path in settings.ROLE_COPY_STEPS:
        import_string(path)(model.role, row.key, by=by)
    audit.record("role.created", subject=row.public_id, by=by, after={"name": name, "like": like, "permissions": held})
    return row


@transaction.atomic
def change(salon: Salon, row: RoleDefinition, *, name: str, permissions: Iterable[str], by: Member) -> None:
    """Another name, or other permissions; they count at the next request of whoever has it. Raises NameTaken."""
    lock_people(salon.pk)
    fresh = RoleDefinition.objects.select_for_update().filter(pk=row.pk).first()
    if fresh is None:
        raise Unknown
    _check_name(salon, name, but=row.pk)
    held = sorted({*permissions} & {one.value for one in GIVABLE})
    before = {"name": fresh.label, "permissions": sorted(fresh.permissions)}
    after = {"name": name, "permissions": held}
    if before == after:
        return
    if not set(held) - set(fresh.permissions) <= {one.value for one in by.rights.permissions}:
        raise OutOfReach
    RoleDefinition.objects.filter(pk=row.pk).update(label=name, permissions=held)
    audit.record("role.changed", subject=row.public_id, by=by, before=before, after=after)


@transaction.atomic
def delete(salon: Salon, row: RoleDefinition, *, instead: str, by: Member) -> int:
    """The role is no more; whoever has it gets `instead`. How many. Raises InUse, Unknown, OutOfReach."""
    lock_people(salon.pk)
    holders = Membership.objects.filter(salon=salon, role=row.key)
    invited = Invitation.objects.filter(salon=salon, role=row.key, accepted_at=None, revoked_at=None)
    count = 0
    if instead:
        other = role_in(salon.pk, instead)
        if other.role in (row.key, Role.OWNER):
            raise OutOfReach
        count = holders.update(role=other.role)
        invited.update(role=other.role)
    elif holders.filter(removed_at=None).exists() or invited.exists():
        raise InUse
    # A program's key gets no rights that nobody chose for it: with a role that is not there it opens nothing.
    RoleDefinition.objects.filter(pk=row.pk).delete()
    # Nor does another role that is called the same one day.
    forget_subjects(ROLE, [row.key])
    audit.record(
        "role.deleted", subject=row.public_id, by=by, before={"name": row.label}, after={"instead": instead or None}
    )
    return count


def rows_of(salon: Salon) -> dict[str, RoleDefinition]:
    """key -> the salon's own roles."""
    return {row.key: row for row in RoleDefinition.objects.filter(salon=salon)}


def counts_of(salon: Salon) -> dict[str, int]:
    """key -> how many people have the role."""
    keys = Membership.objects.filter(salon=salon, removed_at=None).values_list("role", flat=True)
    found: dict[str, int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def may_be_copied(roles: Iterable[Rights]) -> list[Rights]:
    """What a role may begin as."""
    return [one for one in roles if one.role != Role.OWNER]


def _check_name(salon: Salon, name: str, *, but: int = 0) -> None:
    taken = {
        label.casefold()
        for label in RoleDefinition.objects.filter(salon=salon).exclude(pk=but).values_list("label", flat=True)
    }
    taken |= {str(role.label).casefold() for role in Role} | {role.name.casefold() for role in Role}
    if name.casefold() in taken:
        raise NameTaken


def _key(name: str) -> str:
    # Never one that was there before: what was given to a role of the past is not given to this one.
    return f"{RoleDefinition.CUSTOM}{slugify(name)[:6]}{'-' if slugify(name) else ''}{secrets.token_hex(3)}"
