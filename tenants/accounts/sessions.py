"""Sessions that belong together: the login on the public host, and one for each salon entered from it.

A cookie reaches one host only, but the sessions stand in one table, so logging out anywhere ends them all.
"""

from importlib import import_module
from typing import Any

from django.conf import settings

# On the public host's session: keys of the salons' sessions. On a salon's: the key of the public one.
ENTERED = "entered_sessions"
ORIGIN = "public_session"


def store(key: str | None = None) -> Any:
    """The session with this key, which may be gone, or a new one."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def join(salon_session: Any, public_key: str) -> None:
    """Note on both sides that a salon was entered from the public host's session."""
    public = store(public_key)
    if not public_key or not public.exists(public_key):
        return
    if salon_session.session_key is None:
        salon_session.save()
    public[ENTERED] = [*public.get(ENTERED, []), salon_session.session_key]
    public.save()
    salon_session[ORIGIN] = public_key


def end_entered(public: Any) -> None:
    """End the salons' sessions that were entered from this one."""
    for key in public.get(ENTERED, []):
        store(key).delete()


def end_origin(salon_session: Any) -> None:
    """End the public host's session that this salon was entered from, and the other salons' with it."""
    if key := salon_session.get(ORIGIN):
        public = store(key)
        end_entered(public)
        public.delete()
