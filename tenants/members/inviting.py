"""Invitations: an address gets a link by e-mail, which proves that it is theirs and opens the salon to them, once.

What the inviter sees is the same whether the address has an account or not. The link's token is made when the e-mail
is written and kept as its SHA-256 alone.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from ops import clock
from ops.salon import inside
from ops.timers.actions import NewTimer, set_many
from tenants.access.membership import STORED, rights_of, with_role
from tenants.access.roles import Permission, Rights
from tenants.accounts.models import User
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.members.people import OutOfReach, Unknown, role_in
from tenants.salons.actions import add_member, lock_people
from tenants.salons.models import Invitation, Membership, Salon

MAIL = "invitation.mail"
VALID_FOR = timedelta(days=7)
# A mailbox is not to be filled by us.
AGAIN_AFTER = timedelta(minutes=1)
MOST_OPEN = 100
MOST_PER_DAY = 100


class AlreadyHere(Exception):
    """Somebody with this address works in the salon."""


class TooMany(Exception):
    """More invitations than anybody needs in a day, or the last one left a moment ago."""


class Dead(Exception):
    """The invitation was used, revoked, is too old, or whoever gave it may give it no more."""


@transaction.atomic
def invite(salon: Salon, email: str, key: str, *, by: Member) -> Invitation:
    """Invite an address; an invitation that is open is renewed. Raises Unknown, OutOfReach, AlreadyHere, TooMany."""
    lock_people(salon.pk)
    email, role = email.strip().lower(), role_in(salon.pk, key)
    if not by.rights.covers(role):
        raise OutOfReach
    if Membership.objects.filter(salon=salon, user__email=email, removed_at=None).exists():
        raise AlreadyHere
    own = Invitation.objects.filter(salon=salon)
    if found := own.filter(email=email, accepted_at=None, revoked_at=None).first():
        if found.role != role.role:
            _check_reach(salon, found, by)
        Invitation.objects.filter(pk=found.pk).update(role=role.role, invited_by_id=by.user_id)
        return send_again(salon, found, by=by)
    if own.filter(created_at__gt=clock.now() - timedelta(days=1)).count() >= MOST_PER_DAY:
        raise TooMany
    made = Invitation.objects.create(
        salon=salon, email=email, role=role.role, invited_by_id=by.user_id, expires_at=clock.now() + VALID_FOR
    )
    audit.record("invitation.sent", subject=made.public_id, by=by, after={"email": email, "role": role.role})
    _set_mail(made)
    return made


@transaction.atomic
def send_again(salon: Salon, invitation: Invitation, *, by: Member) -> Invitation:
    """A new link, good for seven days more; the old one opens nothing. Raises Unknown, OutOfReach, TooMany."""
    found = _open(salon, invitation)
    _check_reach(salon, found, by)
    now = clock.now()
    if found.sends > 1 and found.asked_at > now - AGAIN_AFTER:
        raise TooMany
    found.sends, found.asked_at, found.expires_at = found.sends + 1, now, now + VALID_FOR
    found.token_hash, found.sent_at, found.failed_at, found.invited_by_id = "", None, None, by.user_id
    found.save()
    audit.record("invitation.resent", subject=found.public_id, by=by, after={"email": found.email})
    _set_mail(found)
    return found


@transaction.atomic
def revoke(salon: Salon, invitation: Invitation, *, by: Member) -> None:
    """The link opens nothing any more. Raises Unknown, OutOfReach."""
    found = _open(salon, invitation)
    _check_reach(salon, found, by)
    Invitation.objects.filter(pk=found.pk).update(revoked_at=clock.now(), token_hash="")
    audit.record("invitation.withdrawn", subject=found.public_id, by=by, before={"email": found.email})


def new_token(invitation_id: int, sends: int) -> str | None:
    """What the newest link carries, made anew; None where the invitation needs no e-mail any more."""
    token = secrets.token_urlsafe(32)
    waiting = Invitation.objects.filter(pk=invitation_id, sends=sends, accepted_at=None, revoked_at=None, sent_at=None)
    changed = waiting.filter(expires_at__gt=clock.now()).update(token_hash=hash_of(token))
    return token if changed else None


def by_hash(token_hash: str) -> Invitation | None:
    """The living invitation of a link; None for any other."""
    if not token_hash:
        return None
    rows = Invitation.objects.select_related("salon", "invited_by").filter(
        token_hash=token_hash,
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=clock.now(),
        salon__state=Salon.State.ACTIVE,
    )
    found = rows.first()
    return found if found is not None and _is_still_given(found) else None


@transaction.atomic
def accept(token_hash: str, user: User) -> Salon:
    """Give the person their place; the link is used up. Raises Dead. The caller has seen that the address is theirs."""
    found = by_hash(token_hash)
    if found is None:
        raise Dead
    lock_people(found.salon_id)
    # Of two who press at once, one comes through here.
    used = Invitation.objects.filter(pk=found.pk, accepted_at=None, revoked_at=None, token_hash=token_hash)
    if not _is_still_given(found) or not used.update(accepted_at=clock.now(), token_hash=""):
        raise Dead
    # Whoever is here already stays what they are.
    if not Membership.objects.filter(salon=found.salon, user=user, removed_at=None).exists():
        add_member(found.salon, user, role=found.role)
    with inside(found.salon_id):
        member = Member.objects.get(user_id=user.pk)
        audit.record("invitation.accepted", subject=found.public_id, by=member, after={"role": found.role})
    return found.salon


def open_ones(salon: Salon) -> list[Invitation]:
    """Those that wait for an answer, the newest first."""
    rows = Invitation.objects.filter(salon=salon, accepted_at=None, revoked_at=None).select_related("invited_by")
    return list(rows.order_by("-pk")[:MOST_OPEN])


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def role_of(invitation: Invitation) -> Rights:
    """What it gives. Raises Unknown for a role that is no more."""
    return role_in(invitation.salon_id, invitation.role)


def _is_still_given(invitation: Invitation) -> bool:
    """Whether the role is there, and whoever gave it could still give it."""
    giver = with_role(
        Membership.objects.filter(
            salon_id=invitation.salon_id, user_id=invitation.invited_by_id or 0, is_active=True, user__is_active=True
        )
    ).first()
    if giver is None:
        return False
    held = rights_of(giver.role, getattr(giver, STORED))
    try:
        return held.may(Permission.MEMBERS_MANAGE) and held.covers(role_of(invitation))
    except Unknown:
        return False


def _open(salon: Salon, invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update().filter(
        pk=invitation.pk, salon=salon, accepted_at=None, revoked_at=None
    )
    found = rows.first()
    if found is None:
        raise Unknown
    return found


def _check_reach(salon: Salon, invitation: Invitation, by: Member) -> None:
    try:
        if not by.rights.covers(role_of(invitation)):
            raise OutOfReach
    except Unknown:
        # Of a role that is no more: it gives nothing, and may be taken away by anyone.
        return


def _set_mail(invitation: Invitation) -> None:
    set_many(invitation.salon_id, [NewTimer(MAIL, str(invitation.pk), clock.now(), version=invitation.sends)])
