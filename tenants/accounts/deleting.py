"""Deleting an account: the person goes, the salons they worked in stay.

It stands in the erasure ledger as an entry of no salon, so that a restored database is told (ADR 34). Number and
deletion are one commit and the entry is written after it; what a crash leaves unwritten is written by the hour.
"""

import logging
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ops import clock
from ops.ledger import entries
from ops.ledger.models import Erasure
from ops.salon import inside
from ops.storage import StorageError
from tenants.access.roles import Role
from tenants.accounts import sessions
from tenants.accounts.models import User
from tenants.audit.sealing import pruning
from tenants.members.models import Member
from tenants.salons.actions import lock_people, remove_member
from tenants.salons.models import Invitation, Membership, Salon

log = logging.getLogger(__name__)
# In the ledger, of people with an account.
NO_SALON = 0


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
    """End every membership, erase what is known of the person, and the account.

    Audit rows stay under the public id of the member, without name and address; what a member wrote to guests stays
    too, under the name of a former member. Raises OwnsSalons, IsOperator, and StorageError while the ledger is away.
    """
    if user.is_staff or user.is_superuser:
        raise IsOperator
    row = _delete(user, known=None)
    try:
        _write(row)
    except (StorageError, OSError):
        # They are gone and the number is taken: write_late comes back to it.
        log.exception("entry %d of the erasure ledger could not be written yet", row.seq)


def delete_again(entry: entries.Entry) -> int:
    """Delete the account of an entry that a restored database has brought back; how many.

    Whatever they own or run there: they had gone already, and who may not be without them had been seen to.
    """
    user = User.objects.filter(public_id=entry.contacts[0]).first()
    if user is None:
        return 0
    if salons := only_owner_of(user):
        log.error("without an owner after a restore: %s", ", ".join(str(salon.pk) for salon in salons))
    _delete(user, known=entry)
    return 1


def write_late() -> int:
    """Write the entries that nobody came to write; how many."""
    rows = list(Erasure.objects.filter(salon_id=NO_SALON, written_at=None).order_by("seq"))
    for row in rows:
        _write(row)
    return len(rows)


def _write(row: Erasure) -> None:
    entries.write(row, contacts=[row.contact_public_id], identities=[])


def _delete(user: User, *, known: entries.Entry | None) -> Erasure:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        # Held until the end, so that no other owner leaves meanwhile.
        for salon_id in Membership.objects.filter(user=user).order_by("salon_id").values_list("salon_id", flat=True):
            lock_people(salon_id)
        if known is None and (salons := only_owner_of(user)):
            raise OwnsSalons(salons)
        emails = _emails_of(user)
        for membership in Membership.objects.filter(user=user).select_related("salon").order_by("pk"):
            _leave(membership, user, emails, is_restored=known is not None)
        sessions.end_others(user)
        # Those that are open are for the salon to take back.
        theirs = Invitation.objects.filter(email__in=emails)
        theirs.exclude(accepted_at=None, revoked_at=None, expires_at__gt=clock.now()).delete()
        user.delete()
        # Last: who reserves stands in line until the commit.
        row = entries.reserve(NO_SALON, user.public_id) if known is None else Erasure(pk=known.seq)
        entries.applied(row)
    return row


def _leave(membership: Membership, user: User, emails: Sequence[str], *, is_restored: bool) -> None:
    salon = membership.salon
    with inside(salon.pk), translation.override(salon.language):
        Member.objects.filter(user_id=user.pk).update(name=_("Former member"))
        member = Member.objects.filter(user_id=user.pk).first()
    if membership.is_active and salon.state != Salon.State.CLOSED:
        remove_member(salon, user, by=member, last_owner_stays=not is_restored)
    if member is not None:
        with inside(salon.pk):
            pruning.erase([member.public_id], words=emails)
            pruning.forget_actor(member.public_id)


def _emails_of(user: User) -> list[str]:
    known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return sorted({user.email.lower(), *(email.lower() for email in known)})
