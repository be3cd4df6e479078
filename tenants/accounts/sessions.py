"""A person's sessions: the log-in on the public host, and one for each salon entered from it.

A cookie reaches one host only, but the sessions stand in one table, so logging out anywhere ends them all. Each has a
row (LogIn), by which its person finds and ends it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from ops import clock
from ops.addresses import client_ip
from tenants.accounts.keeping import hashed
from tenants.accounts.models import LogIn, Session, User

# In a session: its row, and when it was last noted that somebody uses it.
LOG_IN = "log_in"
NOTED_EVERY = timedelta(minutes=5)


def is_this(request: Any, row: LogIn) -> bool:
    """Whether a row is of the session that asks."""
    return row.session_hash == _hash_of(request)


def begin(request: Any, user: User) -> None:
    """Note a log-in on the public host."""
    _write(request, user=user, origin=None, salon_name="")


def still_lives(public_hash: str) -> bool:
    """Whether the session that an entry code was made in has not ended; a code without one needs none."""
    return not public_hash or Session.objects.filter(key_hash=public_hash).exists()


def join(request: Any, user: User, public_hash: str) -> None:
    """Note that a salon was entered from a session of the public host."""
    origin = LogIn.objects.filter(session_hash=public_hash, user=user).first() if public_hash else None
    _write(request, user=user, origin=origin, salon_name=request.salon.name)


def note(request: Any) -> None:
    """Somebody uses this session: keep when and from where, and the key, which changes with the password."""
    known = request.session.get(LOG_IN)
    now, key_hash = clock.real(), _hash_of(request)
    if known is None:
        if request.salon is None and key_hash:
            begin(request, request.user)
        return
    if known["hash"] == key_hash and 0 <= now.timestamp() - known["at"] < NOTED_EVERY.total_seconds():
        return
    LogIn.objects.filter(public_id=known["id"], user=request.user).update(
        session_hash=key_hash, seen_at=now, address=client_ip(request)[:45]
    )
    request.session[LOG_IN] = {**known, "hash": key_hash, "at": now.timestamp()}


def living(user: User) -> list[LogIn]:
    """The sessions of the public host that have not ended, the latest used first; each with those entered from it."""
    rows = LogIn.objects.filter(user=user, session_hash__in=_those_that_live()).order_by("-seen_at", "-pk")
    found = list(rows)
    tops = {row.pk for row in found if row.origin_id is None}
    return [row for row in found if row.origin_id not in tops]


def entered(user: User, row: LogIn) -> list[LogIn]:
    """The salons' sessions that hang from a session."""
    return list(LogIn.objects.filter(user=user, origin=row, session_hash__in=_those_that_live()).order_by("salon_name"))


def end(key: str | None) -> None:
    """End a session, and those that were entered from it."""
    if key:
        _end_hash(hashed(key))


def end_origin(salon_key: str | None) -> None:
    """End the public host's session that this salon was entered from, and the other salons' with it."""
    row = LogIn.objects.filter(session_hash=hashed(salon_key or "")).select_related("origin").first()
    if row is not None:
        _end_hash(row.origin.session_hash if row.origin else row.session_hash)


def end_one(user: User, public_id: str) -> bool:
    """End one of this person's; False for any other's."""
    row = LogIn.objects.filter(user=user, public_id=public_id).first()
    if row is not None:
        _end_hash(row.session_hash)
    return row is not None


def end_others(user: User, *, but: str | None = None) -> int:
    """End all sessions of a person but this one of the public host; how many."""
    return _end(LogIn.objects.filter(user=user).exclude(session_hash=hashed(but or "")), also=[])


def _end_hash(key_hash: str) -> None:
    _end(LogIn.objects.filter(Q(session_hash=key_hash) | Q(origin__session_hash=key_hash)), also=[key_hash])


def _end(rows: QuerySet[LogIn], *, also: Iterable[str]) -> int:
    with transaction.atomic():
        hashes = {*rows.values_list("session_hash", flat=True), *also}
        Session.objects.filter(key_hash__in=hashes).delete()
        LogIn.objects.filter(session_hash__in=hashes).delete()
    return len(hashes)


def _write(request: Any, *, user: User, origin: LogIn | None, salon_name: str) -> None:
    session = request.session
    if session.session_key is None:
        session.save()
    now = clock.real()
    row, _made = LogIn.objects.update_or_create(
        session_hash=_hash_of(request),
        defaults={
            "user": user,
            "origin": origin,
            "salon_name": salon_name,
            "address": client_ip(request)[:45],
            "agent": str(request.headers.get("User-Agent", ""))[:300],
            "seen_at": now,
        },
    )
    session[LOG_IN] = {"id": str(row.public_id), "hash": row.session_hash, "at": now.timestamp()}


def _hash_of(request: Any) -> str:
    key = request.session.session_key
    return hashed(key) if key else ""


def _those_that_live() -> Any:
    return Session.objects.filter(expires_at__gt=clock.real()).values("key_hash")
