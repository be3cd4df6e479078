"""Carrying a login from the public host to a salon's host by a one-time code."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils.http import url_has_allowed_host_and_scheme

from ops import clock
from tenants.accounts.keeping import hashed
from tenants.accounts.models import User
from tenants.salons.models import EntryCode, Membership, Salon

VALID_FOR = timedelta(seconds=60)
LONGEST_PATH = 300


class NotAMember(Exception):
    """The person has no place in this salon."""


def issue(user: User, salon: Salon, *, next_path: str, session_key: str = "", proved_at: datetime | None = None) -> str:
    """A code that enters this salon once, within a minute. Raises NotAMember."""
    if not Membership.objects.filter(user=user, salon=salon, is_active=True).exists():
        raise NotAMember
    return make(user, salon, next_path=next_path, session_key=session_key, proved_at=proved_at)[0]


def make(
    user: User, salon: Salon, *, next_path: str, session_key: str = "", proved_at: datetime | None = None
) -> tuple[str, EntryCode]:
    """The same without a look at the membership, with its row: for operators, whose visit names it."""
    code = secrets.token_urlsafe(32)
    made = EntryCode.objects.create(
        code_hash=_hash(code),
        user=user,
        salon=salon,
        next_path=safe_path(next_path),
        session_hash=hashed(session_key) if session_key else "",
        proved_at=proved_at,
        expires_at=clock.real() + VALID_FOR,
    )
    return code, made


def redeem(code: str, salon_id: int) -> EntryCode | None:
    """Use a code up; None when it is unknown, old, used, of another salon, or its person was switched off."""
    now = clock.real()
    rows = EntryCode.objects.filter(
        code_hash=_hash(code), salon_id=salon_id, used_at=None, expires_at__gt=now, user__is_active=True
    )
    if not rows.update(used_at=now):
        return None
    return EntryCode.objects.select_related("user").get(code_hash=_hash(code))


def safe_path(path: str) -> str:
    """The path on the salon's host to go to; "/" for anything that is not one.

    Browsers drop tabs and line ends from an address and read a backslash as a slash, so none of these may stand in it.
    """
    is_path = path.startswith("/") and path.isprintable() and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_path and len(path) <= LONGEST_PATH else "/"


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
