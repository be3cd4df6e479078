"""Deleting an account: the person goes, the salons they worked in stay."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ops.salon import inside
from tenants.access.roles import Role
from tenants.accounts import sessions
from tenants.accounts.models import User
from tenants.members.models import Member
from tenants.salons.actions import lock_people, remove_member
from tenants.salons.models import Membership, Salon


class OwnsSalons(Exception):
    """Salons would be without an owner."""

    def __init__(self, salons: Sequence[Salon]) -> None:
        super().__init__(", ".join(salon.slug for salon in salons))
        self.salons = list(salons)


class IsOperator(Exception):
    """Who runs the platform is taken off by another operator first."""


def only_owner_of(user: User) -> list[Salon]:
    """The salons that are not closed and have this person as their only owner."""
    owned = Salon.objects.filter(
        memberships__user=user, memberships__role=Role.OWNER, memberships__is_active=True
    ).exclude(state=Salon.State.CLOSED)
    others = Membership.objects.filter(role=Role.OWNER, is_active=True, user__is_active=True).exclude(user=user)
    return list(owned.exclude(pk__in=others.values("salon_id")).order_by("name"))


def delete_account(user: User) -> None:
    """End every membership, erase what is known of the person, and the account. Raises OwnsSalons and IsOperator.

    Audit rows name members by their public ids and stay as they are; what a member wrote to guests stays too, under
    the name of a former member.
    """
    if user.is_staff or user.is_superuser:
        raise IsOperator
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        # Held until the end, so that no other owner leaves meanwhile.
        for salon_id in Membership.objects.filter(user=user).order_by("salon_id").values_list("salon_id", flat=True):
            lock_people(salon_id)
        if salons := only_owner_of(user):
            raise OwnsSalons(salons)
        for membership in Membership.objects.filter(user=user).select_related("salon").order_by("pk"):
            _leave(membership, user)
        sessions.end_others(user)
        user.delete()


def _leave(membership: Membership, user: User) -> None:
    salon = membership.salon
    with inside(salon.pk), translation.override(salon.language):
        Member.objects.filter(user_id=user.pk).update(name=_("Former member"))
        member = Member.objects.filter(user_id=user.pk).first()
    if membership.is_active and salon.state != Salon.State.CLOSED:
        remove_member(salon, user, by=member)
