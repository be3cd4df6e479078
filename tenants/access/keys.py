"""API keys: made, found, rotated. Only their SHA-256 is kept; they are random, so nothing slower is needed."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from ops import clock
from ops.addresses import client_ip
from ops.ids import uuid7
from ops.salon import inside
from tenants.access.membership import STORED, rights_of, with_role
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.salons.models import Salon

PREFIX = "cad_"
_SHOWN = 12
# Writing the time of use on every request would cost more than it tells.
_NOTE_USE_EVERY = timedelta(minutes=1)


class NotRotatable(ValueError):
    """The key is dead, or another has taken its place already."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be."""

    name: str
    role: str = "manager"
    scopes: Sequence[str] = ()
    addresses: Sequence[str] = ()
    rates: dict[str, int] = field(default_factory=dict)
    expires_at: datetime | None = None
    # Where it is known before: a form that comes twice makes one key.
    public_id: UUID | None = None


def make_key(salon_id: int, *, name: str, role: str = "manager") -> str:
    """A new key for a salon. Returns the key itself, which is never shown again."""
    return add_key(salon_id, NewKey(name, role))[1]


def add_key(salon_id: int, new: NewKey, *, by: Member | None = None) -> tuple[ApiKey, str]:
    """The new key's row, and the key itself, which is never shown again."""
    key = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic(), inside(salon_id):
        made = ApiKey.objects.create(
            public_id=new.public_id or uuid7(),
            salon_id=salon_id,
            name=new.name,
            prefix=key[:_SHOWN],
            key_hash=_hash(key),
            role=new.role,
            scopes=list(new.scopes),
            addresses=list(new.addresses),
            rates=dict(new.rates),
            expires_at=new.expires_at,
            made_by=by.public_id if by else None,
        )
        audit.record("api_key.made", subject=made.public_id, by=by, after=made.as_audited())
    return made, key


def rotate_key(salon_id: int, *, name: str) -> str:
    """Revoke the salon's keys of this name and make a new one, as the newest of them was."""
    with transaction.atomic():
        old = list(
            ApiKey.objects.select_for_update().filter(salon_id=salon_id, name=name, revoked_at=None).order_by("pk")
        )
        for key in old:
            revoke_key(key)
        new = _like(old[-1], as_long(old[-1])) if old else NewKey(name)
        return add_key(salon_id, new)[1]


@transaction.atomic
def replace_key(key: ApiKey, *, overlap: timedelta, expires_at: datetime | None, by: Member) -> tuple[ApiKey, str]:
    """A new key in place of one that stays good for `overlap` and then ends by itself. Raises NotRotatable."""
    old = ApiKey.objects.select_for_update().get(pk=key.pk)
    if old.state != ApiKey.State.ACTIVE:
        raise NotRotatable
    made, text = add_key(old.salon_id, _like(old, expires_at), by=by)
    ends = clock.now() + overlap
    old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    old.replaced_by = made.public_id
    old.save(update_fields=["expires_at", "replaced_by"])
    with inside(old.salon_id):
        after = {"by": str(made.public_id), "ends_at": old.expires_at.isoformat()}
        audit.record("api_key.rotated", subject=old.public_id, by=by, after=after)
    return made, text


@transaction.atomic
def change_key(key: ApiKey, *, by: Member, **to: Any) -> bool:
    """Another name, list of addresses, rates or end; False where nothing is different or it is dead."""
    kept = ApiKey.objects.select_for_update().get(pk=key.pk)
    before = kept.as_audited()
    for name, value in to.items():
        setattr(kept, name, value)
    after = kept.as_audited()
    if before == after or kept.revoked_at is not None:
        return False
    kept.save(update_fields=list(to))
    with inside(kept.salon_id):
        changed = [name for name in after if after[name] != before[name]]
        audit.record(
            "api_key.changed",
            subject=kept.public_id,
            by=by,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return True


@transaction.atomic
def revoke_key(key: ApiKey, *, by: Member | None = None) -> bool:
    """Let a key open nothing from now on; False where it did so already."""
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        return False
    with inside(key.salon_id):
        audit.record("api_key.revoked", subject=key.public_id, by=by, before={"name": key.name, "prefix": key.prefix})
    return True


def find_key(key: str) -> ApiKey | None:
    """The living key of an active salon, with the rights of its role; None for any other."""
    active = Salon.objects.filter(pk=OuterRef("salon_id"), state=Salon.State.ACTIVE)
    living = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    keys = ApiKey.objects.filter(living, Exists(active), key_hash=_hash(key), revoked_at=None)
    found = with_role(keys).first()
    if found is not None:
        found.rights = rights_of(found.role, getattr(found, STORED))
    return found


def note_use(key: ApiKey, client: str) -> None:
    """Keep when and from where a key was used last, a minute exact."""
    _note(key, "last_used", client)


def note_refusal(key: ApiKey, client: str) -> None:
    """The same of a use from an address that is not on its list."""
    _note(key, "refused", client)


def key_in(request: Any) -> str | None:
    """The key of `Authorization: Api-Key <key>`; None without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "api-key" and value.strip() else None


def salon_of_key(request: Any) -> int | None:
    """The salon an API key in the request belongs to; the key is kept on the request for the API's own check."""
    key = key_in(request)
    found = find_key(key) if key else None
    # From elsewhere it opens no salon at all; the API's own check says so.
    request.api_key = found
    return found.salon_id if found and found.admits(client_ip(request)) else None


def as_long(old: ApiKey) -> datetime | None:
    """When a key ends that lives from now for as long as this one was to."""
    if old.expires_at is None or old.replaced_by is not None:
        return None
    return clock.now() + (old.expires_at - old.created_at)


def _note(key: ApiKey, what: str, client: str) -> None:
    at, now = f"{what}_at", clock.now()
    noted = getattr(key, at)
    # The demo's clock can be set back, so what lies ahead is old too.
    if noted is None or not now - _NOTE_USE_EVERY < noted <= now:
        ApiKey.objects.filter(pk=key.pk).update(**{at: now, f"{what}_from": client or None})


def _like(old: ApiKey, expires_at: datetime | None) -> NewKey:
    return NewKey(old.name, old.role, old.scopes, old.addresses, old.rates, expires_at)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
