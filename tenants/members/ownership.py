"""Handing a salon over: an owner offers it, a member accepts, and in that moment it changes hands."""

from datetime import timedelta

from django.db import transaction

from ops import clock
from ops.timers.actions import NewTimer, set_many
from tenants.access.roles import Permission, Role
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.members.people import OutOfReach, Unknown, person
from tenants.salons.actions import lock_people
from tenants.salons.models import Membership, OwnershipOffer, Salon

MAIL = "ownership.mail"
VALID_FOR = timedelta(days=7)


class Gone(Exception):
    """The offer was withdrawn, declined or accepted, is too old, or who made it owns the salon no more."""


class Waiting(Exception):
    """Another offer waits for an answer."""


@transaction.atomic
def offer(salon: Salon, to: Member, *, by: Member) -> OwnershipOffer:
    """Ask a member to take the salon over. Raises OutOfReach, Unknown, Waiting."""
    lock_people(salon.pk)
    place = person(salon.pk, to)
    if not by.may(Permission.SALON_MANAGE) or to.user_id == by.user_id or place.role == Role.OWNER:
        raise OutOfReach
    if not place.is_active:
        raise Unknown
    open_ones = OwnershipOffer.objects.filter(salon=salon, ended_at=None)
    open_ones.filter(expires_at__lte=clock.now()).update(ended_at=clock.now())
    if open_ones.exists():
        raise Waiting
    made = OwnershipOffer.objects.create(
        salon=salon, from_user_id=by.user_id, to_user_id=to.user_id, expires_at=clock.now() + VALID_FOR
    )
    audit.record("ownership.offered", subject=to.public_id, by=by)
    set_many(salon.pk, [NewTimer(MAIL, str(made.pk), clock.now())])
    return made


def offer_of(salon: Salon) -> OwnershipOffer | None:
    """The one that waits for an answer."""
    rows = OwnershipOffer.objects.filter(salon=salon, ended_at=None, expires_at__gt=clock.now())
    return rows.select_related("from_user", "to_user").first()


def offer_to(salon: Salon, member: Member) -> OwnershipOffer | None:
    """The one that waits for this member's answer."""
    found = offer_of(salon)
    return found if found is not None and found.to_user_id == member.user_id else None


@transaction.atomic
def accept(salon: Salon, *, by: Member) -> None:
    """The salon is theirs; who offered it is a manager from now on. Both at once, or neither. Raises Gone."""
    lock_people(salon.pk)
    found = offer_to(salon, by)
    places = Membership.objects.filter(salon=salon, is_active=True, user__is_active=True)
    if found is None or not places.filter(user_id=found.from_user_id, role=Role.OWNER).exists():
        raise Gone
    if not places.filter(user_id=by.user_id).update(role=Role.OWNER):
        raise Gone
    places.filter(user_id=found.from_user_id).update(role=Role.MANAGER)
    OwnershipOffer.objects.filter(pk=found.pk).update(ended_at=clock.now())
    before = Member.objects.filter(user_id=found.from_user_id).first()
    audit.record(
        "ownership.transferred",
        subject=by.public_id,
        by=by,
        before={"owner": str(before.public_id) if before else None},
        after={"owner": str(by.public_id)},
    )


@transaction.atomic
def end(salon: Salon, *, by: Member) -> None:
    """Withdrawn by an owner, or declined by whom it was made to. Raises Gone, OutOfReach."""
    lock_people(salon.pk)
    found = offer_of(salon)
    if found is None:
        raise Gone
    if found.to_user_id != by.user_id and not by.may(Permission.SALON_MANAGE):
        raise OutOfReach
    OwnershipOffer.objects.filter(pk=found.pk).update(ended_at=clock.now())
    what = "declined" if found.to_user_id == by.user_id else "withdrawn"
    audit.record(f"ownership.{what}", subject=salon.public_id, by=by)
