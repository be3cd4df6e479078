"""Whether this installation may open: not while the ledger knows of erasures that the database has forgotten."""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic

from django.db import Error
from django.http import HttpRequest, HttpResponse

from ops.ledger import entries
from ops.salon import PUBLIC, tenant_connection
from ops.storage import StorageError

log = logging.getLogger(__name__)

# A restore is an operator's deed with everything stopped; processes ask at their start and now and then.
_FRESH_S = 30.0
_asked_at = 0.0
_behind = 0
_is_known = True
_asking = Lock()

WORDS = "restored: run `manage.py replay_erasures` before it opens"


def behind(*, anew: bool = False) -> int:
    """How many erasures must be replayed first. On the public side; remembered for some seconds.

    One thread asks; the others go by the last answer meanwhile, and a store that is away is asked no more often.
    """
    global _asked_at, _behind, _is_known
    is_old = not _asked_at or monotonic() - _asked_at > _FRESH_S
    if (anew or is_old) and _asking.acquire(blocking=anew or not _asked_at):
        try:
            if anew or not _asked_at or monotonic() - _asked_at > _FRESH_S:
                _asked_at = monotonic()
                _behind = len(entries.missing())
                _is_known = True
        except Exception:
            _is_known = False
            raise
        finally:
            _asking.release()
    return _behind


def state() -> str:
    """For /readyz: ok, or what to do."""
    try:
        count = behind()
    except (Error, StorageError, OSError) as error:
        # An installation whose ledger cannot be read is not known to be restored; its storage has alarms of its own.
        log.warning("the erasure ledger cannot be asked: %s", type(error).__name__)
        # What was known to wait waits still.
        count = _behind
    if not count and not _is_known:
        return "unknown"
    return f"{count} erasures to replay ({WORDS})" if count else "ok"


def is_shut() -> bool:
    """Whether nothing may be done yet."""
    return state().startswith(tuple("123456789"))


class OpeningMiddleware:
    """Answers nothing but 503 while erasures wait to be replayed: nobody may see again what was erased."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, or not."""
        if tenant_connection.schema_name == PUBLIC and is_shut():
            log.error("restored database: erasures wait to be replayed")
            return HttpResponse("Not open yet: erasures are being replayed.", status=503, content_type="text/plain")
        return self.get_response(request)
