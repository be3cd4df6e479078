"""The address of a professional's feed: whoever has it reads it, so it is long, shown once, and can be ended."""

import hashlib
import secrets
from typing import Any

from django.db import transaction

from crm.bookings.models import Professional
from tenants.audit import actions as audit


@transaction.atomic
def make(professional: Professional, *, by: Any) -> str:
    """A new token; the address before it leads nowhere any more. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    _set(professional, hash_of(token), "calendar_feed.made", by)
    return token


@transaction.atomic
def revoke(professional: Professional, *, by: Any) -> None:
    """Nobody reads it any more."""
    _set(professional, "", "calendar_feed.revoked", by)


def find(token: str) -> Professional | None:
    """Whose feed it is. Compared as hashes: how long it takes says nothing about any token."""
    return Professional.objects.filter(feed_token_hash=hash_of(token), archived_at=None).first() if token else None


def hash_of(token: str) -> str:
    """As it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _set(professional: Professional, hashed: str, word: str, by: Any) -> None:
    row = Professional.objects.select_for_update().get(pk=professional.pk)
    if row.feed_token_hash == hashed:
        return
    row.feed_token_hash = hashed
    row.save(update_fields=["feed_token_hash"])
    professional.feed_token_hash = hashed
    audit.record(word, subject=row.public_id, by=by)
