"""A person's sessions: the log-in on the public host, and one for each salon entered from it.

A cookie reaches one host only, but the sessions stand in one table, so logging out anywhere ends them all. Each has a
row (LogIn), by which its person finds and ends it.
"""

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from ops import clock
from ops.addresses import client_ip
from tenants.accounts.models import LogIn, User

# In a session: its row, and when it was last noted that somebody uses it.
LOG_IN = "log_in"
NOTED_EVERY = timedelta(minutes=5)


def store(key: str | None = None) -> Any:
    """The session with this key, which may be gone, or a new one."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def begin(request: Any, user: User) -> None:
    """Note a log-in on the public host."""
    _write(request, user=user, origin=None, salon_name="")


def still_lives(public_key: str) -> bool:
    """Whether the session that an entry code was made in has not ended; a code without one needs none."""
    return not public_key or bool(store(public_key).exists(public_key))


def join(request: Any, user: User, public_key: str) -> None:
    """Note that a salon was entered from a session of the public host."""
    origin = LogIn.objects.filter(session_key=public_key, user=user).first() if public_key else None
    _write(request, user=user, origin=origin, salon_name=request.salon.name)


def note(request: Any) -> None:
    """Somebody uses this session: keep when and from where, and the key, which changes with the password."""
    known = request.session.get(LOG_IN)
    now, key = clock.real(), request.session.session_key
    if known is None:
        if request.salon is None and key:
            begin(request, request.user)
        return
    if known["key"] == key and 0 <= now.timestamp() - known["at"] < NOTED_EVERY.total_seconds():
        return
    LogIn.objects.filter(public_id=known["id"], user=request.user).update(
        session_key=key, seen_at=now, address=client_ip(request)[:45]
    )
    request.session[LOG_IN] = {**known, "key": key, "at": now.timestamp()}


def living(user: User) -> list[LogIn]:
    """The sessions of the public host that have not ended, the latest used first; each with those entered from it."""
    keys = _keys_that_live()
    rows = LogIn.objects.filter(user=user, session_key__in=keys).order_by("-seen_at", "-pk")
    found = list(rows)
    tops = {row.pk for row in found if row.origin_id is None}
    return [row for row in found if row.origin_id not in tops]


def entered(user: User, row: LogIn) -> list[LogIn]:
    """The salons' sessions that hang from a session."""
    return list(LogIn.objects.filter(user=user, origin=row, session_key__in=_keys_that_live()).order_by("salon_name"))


def end(key: str | None) -> None:
    """End a session, and those that were entered from it."""
    if key:
        _end(LogIn.objects.filter(Q(session_key=key) | Q(origin__session_key=key)), also=[key])


def end_origin(salon_key: str | None) -> None:
    """End the public host's session that this salon was entered from, and the other salons' with it."""
    row = LogIn.objects.filter(session_key=salon_key or "").select_related("origin").first()
    if row is not None:
        end(row.origin.session_key if row.origin else row.session_key)


def end_one(user: User, public_id: str) -> bool:
    """End one of this person's; False for any other's."""
    row = LogIn.objects.filter(user=user, public_id=public_id).first()
    if row is not None:
        end(row.session_key)
    return row is not None


def end_others(user: User, *, but: str | None = None) -> int:
    """End all sessions of a person but this one of the public host; how many."""
    return _end(LogIn.objects.filter(user=user).exclude(session_key=but or ""), also=[])


def _end(rows: QuerySet[LogIn], *, also: Iterable[str]) -> int:
    with transaction.atomic():
        keys = {*rows.values_list("session_key", flat=True), *also}
        store().get_model_class().objects.filter(session_key__in=keys).delete()
        LogIn.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _write(request: Any, *, user: User, origin: LogIn | None, salon_name: str) -> None:
    session = request.session
    if session.session_key is None:
        session.save()
    now = clock.real()
    row, _made = LogIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "origin": origin,
            "salon_name": salon_name,
            "address": client_ip(request)[:45],
            "agent": str(request.headers.get("User-Agent", ""))[:300],
            "seen_at": now,
        },
    )
    session[LOG_IN] = {"id": str(row.public_id), "key": session.session_key, "at": now.timestamp()}


def _keys_that_live() -> Any:
    rows = store().get_model_class().objects.filter(expire_date__gt=clock.real())
    return rows.values("session_key")
