"""Changing somebody's place in the salon: nobody gives or takes more than they hold themselves, and one owner stays."""

from django.db import transaction

from tenants.access.membership import STORED, member_of, rights_of, roles_in, with_role
from tenants.access.roles import Permission, Rights, Role
from tenants.accounts.models import User
from tenants.audit import actions as audit
from tenants.members.facts import hand_back
from tenants.members.models import Member
from tenants.salons.actions import keep_an_owner, lock_people, remove_member
from tenants.salons.models import Membership, Salon


class OutOfReach(Exception):
    """It would give or take what the one who asks does not hold themselves."""


class Unknown(LookupError):
    """There is no such person, or role, in the salon (any more)."""


def person(salon_id: int, member: Member) -> Membership:
    """The membership of somebody who was not removed, with `rights`. Raises Unknown."""
    rows = with_role(Membership.objects.filter(salon_id=salon_id, user_id=member.user_id, removed_at=None))
    found = rows.select_related("user").first()
    if found is None:
        raise Unknown
    found.rights = rights_of(found.role, getattr(found, STORED))
    return found


def role_in(salon_id: int, key: str) -> Rights:
    """A role that people of the salon may have. Raises Unknown."""
    found = next((one for one in roles_in(salon_id) if one.role == key), None)
    if found is None:
        raise Unknown
    return found


def may_be_given(salon_id: int, by: Member) -> list[Rights]:
    """The roles that this member may give."""
    return [one for one in roles_in(salon_id) if by.rights.covers(one)]


@transaction.atomic
def change_role(salon: Salon, member: Member, key: str, *, by: Member) -> None:
    """Another role for somebody. Raises OutOfReach, Unknown, LastOwner."""
    place = _reached(salon, member, by)
    role = role_in(salon.pk, key)
    if not _as_of_now(salon, by).covers(role):
        raise OutOfReach
    if place.role == role.role:
        return
    if place.role == Role.OWNER:
        keep_an_owner(salon.pk, without=[member.user_id])
    Membership.objects.filter(pk=place.pk).update(role=role.role)
    audit.record(
        "member.role_changed",
        subject=member.public_id,
        by=by,
        before={"role": place.role},
        after={"role": role.role},
    )


@transaction.atomic
def switch_off(salon: Salon, member: Member, *, by: Member) -> None:
    """They come in no more until they are switched on again. Raises OutOfReach, Unknown, LastOwner."""
    place = _reached(salon, member, by)
    if not place.is_active:
        return
    if place.role == Role.OWNER:
        keep_an_owner(salon.pk, without=[member.user_id])
    _set_active(place, member, active=False)
    audit.record("member.switched_off", subject=member.public_id, by=by)
    hand_back(member, for_good=False, by=by)


@transaction.atomic
def switch_on(salon: Salon, member: Member, *, by: Member) -> None:
    """They come in again, as what they were. Raises OutOfReach, Unknown."""
    place = _reached(salon, member, by)
    if not place.is_active:
        _set_active(place, member, active=True)
        audit.record("member.switched_on", subject=member.public_id, by=by)


@transaction.atomic
def remove(salon: Salon, member: Member, *, by: Member) -> None:
    """They are one of the salon's people no more. Raises OutOfReach, Unknown, LastOwner."""
    place = _reached(salon, member, by)
    remove_member(salon, place.user, by=by)


@transaction.atomic
def leave(salon: Salon, member: Member) -> None:
    """They go by themselves. Raises LastOwner."""
    remove_member(salon, User.objects.get(pk=member.user_id), by=member)


def _reached(salon: Salon, member: Member, by: Member) -> Membership:
    """The person's place, behind the lock, where the one who asks may change it as rights stand now."""
    lock_people(salon.pk)
    place = person(salon.pk, member)
    held = _as_of_now(salon, by)
    if not held.may(Permission.MEMBERS_MANAGE) or not held.covers(place.rights):
        raise OutOfReach
    return place


def _as_of_now(salon: Salon, by: Member) -> Rights:
    # Of two who change each other, the second may hold nothing any more.
    fresh = member_of(salon.pk, by.user_id)
    if fresh is None:
        raise OutOfReach
    return fresh.rights


def _set_active(place: Membership, member: Member, *, active: bool) -> None:
    Membership.objects.filter(pk=place.pk).update(is_active=active)
    Member.objects.filter(pk=member.pk).update(is_active=active)
