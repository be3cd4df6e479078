"""Giving rights on one thing, taking them back, and closing it to all others.

Nobody gives more than they have, neither rights nor time. Each act asks anew what the person has: a dialog may have
been open for long.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from ops import clock
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.sharing.kinds import Kind
from tenants.sharing.models import Restriction, Share
from tenants.sharing.queries import by_role, rights_on
from tenants.sharing.rights import OPENS, Right, may_give
from tenants.sharing.shares import forget, living_of

# On one thing: a page shows them all.
MOST = 100
# What has ended is kept so long, for whoever wonders who had it.
ENDED_KEPT = timedelta(days=30)


class NotAllowed(Exception):
    """They may not do this with the thing."""


class TooMuch(NotAllowed):
    """They would give more than they have."""


class TooLong(NotAllowed):
    """They would give it for longer than they have it; `until` says how long that is."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class TooMany(Exception):
    """The thing is shared with as many as it can be."""


@transaction.atomic
def give(
    kind: Kind, thing: UUID, subject: tuple[str, str], right: Right, *, until: datetime | None = None, by: Member
) -> Share:
    """Give somebody a right on a thing; given already, it lasts until then from now on.

    Raises TooMuch, TooLong, NotAllowed, TooMany.
    """
    _check(kind, thing, right, until, by)
    Share.objects.filter(expires_at__lt=clock.now() - ENDED_KEPT).delete()
    if Share.objects.on(kind.key, thing).count() >= MOST:
        raise TooMany
    where = {"kind": kind.key, "thing": thing, "subject_kind": subject[0], "subject": subject[1], "right": right}
    share, is_new = Share.objects.get_or_create(**where, defaults={"granted_by": by, "expires_at": until})
    if is_new:
        audit.record("share.granted", subject=thing, by=by, after=_said(share))
    else:
        _set(share, right, until, by)
    forget(by)
    return share


@transaction.atomic
def change(kind: Kind, share: Share, right: Right, *, until: datetime | None, by: Member) -> Share:
    """Another right, or another end. Raises as `give`; what somebody else gave only an admin changes."""
    _check_own(kind, share, by)
    _check(kind, share.thing, right, until, by)
    same = Share.objects.on(kind.key, share.thing).filter(subject_kind=share.subject_kind, subject=share.subject)
    same.filter(right=right).exclude(pk=share.pk).delete()
    _set(share, right, until, by)
    forget(by)
    return share


@transaction.atomic
def take_back(kind: Kind, share: Share, *, by: Member) -> None:
    """End it at once. Raises NotAllowed."""
    _check_own(kind, share, by)
    if Share.objects.filter(pk=share.pk).delete()[0]:
        audit.record("share.revoked", subject=share.thing, by=by, before=_said(share))
    forget(by)


@transaction.atomic
def restrict(kind: Kind, thing: UUID, *, on: bool, by: Member) -> None:
    """Let only those in whom it was given to, or all whose role opens it. Raises NotAllowed."""
    forget(by)
    if Right.ADMIN not in rights_on(by, kind.key, thing):
        raise NotAllowed
    if on:
        changed = Restriction.objects.get_or_create(kind=kind.key, thing=thing, defaults={"set_by": by})[1]
    else:
        changed = bool(Restriction.objects.filter(kind=kind.key, thing=thing).delete()[0])
    if changed:
        said = {"kind": kind.key, "only_these_people": on}
        audit.record("share.restricted", subject=thing, by=by, before=said | {"only_these_people": not on}, after=said)
    forget(by)


def forget_subjects(subject_kind: str, subjects: Iterable[object]) -> int:
    """These are no more (a person left, a role was removed): what was given to them ends."""
    rows = Share.objects.filter(subject_kind=subject_kind, subject__in=[str(one) for one in subjects])
    for share in rows:
        audit.record("share.revoked", subject=share.thing, before=_said(share))
    return rows.delete()[0]


def _check(kind: Kind, thing: UUID, right: Right, until: datetime | None, by: Member) -> None:
    forget(by)
    own = rights_on(by, kind.key, thing)
    if Right.SHARE not in own:
        raise NotAllowed
    if right not in may_give(own):
        raise TooMuch
    last = _lasts(kind, thing, right, by)
    if last is not None and (until is None or until > last):
        raise TooLong(last)


def _check_own(kind: Kind, share: Share, by: Member) -> None:
    forget(by)
    own = rights_on(by, kind.key, share.thing)
    if Right.ADMIN not in own and not (Right.SHARE in own and share.granted_by_id == by.pk):
        raise NotAllowed


def _lasts(kind: Kind, thing: UUID, right: Right, by: Member) -> datetime | None:
    """Until when they have all that this right opens; None: for good."""
    ends: list[datetime] = []
    given = list(living_of(by).on(kind.key, thing).values_list("right", "expires_at"))
    for needed in (OPENS[right] | {Right.SHARE}) - by_role(by, kind, thing):
        until = [expires_at for one, expires_at in given if needed in OPENS[Right(one)]]
        if until and None not in until:
            ends.append(max(at for at in until if at is not None))
    return min(ends, default=None)


def _set(share: Share, right: Right, until: datetime | None, by: Any) -> None:
    before = _said(share)
    share.right, share.expires_at = right, until
    if before != _said(share):
        share.save(update_fields=["right", "expires_at"])
        audit.record("share.changed", subject=share.thing, by=by, before=before, after=_said(share))


def _said(share: Share) -> dict[str, Any]:
    return {
        "kind": share.kind,
        "to": f"{share.subject_kind}:{share.subject}",
        "right": str(share.right),
        "until": share.expires_at.astimezone(UTC).isoformat() if share.expires_at else None,
    }
