"""API keys: made, found, rotated. Only their SHA-256 is kept; they are random, so nothing slower is needed."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from ops import clock
from ops.salon import inside
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.salons.models import Salon

PREFIX = "cad_"
_SHOWN = 12
# Writing the time of use on every request would cost more than it tells.
_NOTE_USE_EVERY = timedelta(minutes=1)


def make_key(salon_id: int, *, name: str, role: str = "manager") -> str:
    """A new key for a salon. Returns the key itself, which is never shown again."""
    key = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = ApiKey.objects.create(salon_id=salon_id, name=name, prefix=key[:_SHOWN], key_hash=_hash(key), role=role)
        with inside(salon_id):
            audit.record("api_key.made", subject=made.public_id, after={"name": name, "role": role})
    return key


def rotate_key(salon_id: int, *, name: str) -> str:
    """Revoke the salon's keys of this name and make a new one."""
    with transaction.atomic():
        old = list(ApiKey.objects.select_for_update().filter(salon_id=salon_id, name=name, revoked_at=None))
        for key in old:
            revoke_key(key)
        return make_key(salon_id, name=name, role=old[-1].role if old else "manager")


@transaction.atomic
def revoke_key(key: ApiKey) -> None:
    """Let a key open nothing from now on."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.real()):
        with inside(key.salon_id):
            audit.record("api_key.revoked", subject=key.public_id)


def find_key(key: str) -> ApiKey | None:
    """The living key of an active salon; None for any other."""
    found = ApiKey.objects.filter(key_hash=_hash(key), revoked_at=None).first()
    if found is None or not Salon.objects.filter(pk=found.salon_id, state=Salon.State.ACTIVE).exists():
        return None
    now = clock.real()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTE_USE_EVERY)
    if found.last_used_at is None or found.last_used_at < now - _NOTE_USE_EVERY:
        ApiKey.objects.filter(stale, pk=found.pk).update(last_used_at=now)
    return found


def key_in(request: Any) -> str | None:
    """The key of `Authorization: Api-Key <key>`; None without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "api-key" and value.strip() else None


def salon_of_key(request: Any) -> int | None:
    """The salon an API key in the request belongs to; the key is kept on the request for the API's own check."""
    key = key_in(request)
    request.api_key = find_key(key) if key else None
    return request.api_key.salon_id if request.api_key else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
