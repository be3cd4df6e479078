"""Where sessions lie (SESSION_ENGINE): a row has the hash of its key, and what is in it opens with the key alone.

Only the browser's cookie holds a key. Whoever has a copy of the database can neither open a session nor read one, with
SALON_KEYS or without: secrets of a set-up in progress lie there too. Django's own store keeps keys and contents as they
are.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.serializers import JSONSerializer
from django.db import DatabaseError, IntegrityError, transaction

from ops import clock
from ops.sealing import Box, CannotOpen, place
from tenants.accounts.models import Session


def hashed(key: str) -> str:
    """What stands for a session's key wherever it is written down. A key has 165 random bits: nobody tries them."""
    return hashlib.sha256(key.encode()).hexdigest()


def read(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What stands in those of these sessions that last, by their keys; one question for all."""
    by_hash = {hashed(key): key for key in keys}
    rows = Session.objects.filter(key_hash__in=by_hash, expires_at__gt=clock.real())
    return {by_hash[row.key_hash]: _opened(by_hash[row.key_hash], row) for row in rows}


class SessionStore(SessionBase):
    """A session. What it cannot do by itself in a coroutine, it does in a thread, as SessionBase has it."""

    def load(self) -> dict[str, Any]:
        """What stands in it; a session that is unknown or over is empty and gets a new key."""
        found = read([self.session_key]) if self.session_key else {}
        if not found:
            self._session_key = None
        return next(iter(found.values()), {})

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with this key."""
        return Session.objects.filter(key_hash=hashed(session_key)).exists()

    def create(self) -> None:
        """An empty session under a new key, kept at once."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Keep it. Raises CreateError where it should be new and is not, UpdateError where it has ended meanwhile."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = Session(
            key_hash=hashed(self.session_key),
            sealed=_box(self.session_key).seal(JSONSerializer().dumps(data), _aad(hashed(self.session_key))),
            expires_at=self.get_expiry_date(),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=must_create, force_update=not must_create)
        except IntegrityError as error:
            raise (CreateError if must_create else error) from error
        except DatabaseError as error:
            raise (error if must_create else UpdateError) from error

    def delete(self, session_key: str | None = None) -> None:
        """End it, or another one."""
        if key := session_key or self.session_key:
            Session.objects.filter(key_hash=hashed(key)).delete()


def _opened(key: str, row: Session) -> dict[str, Any]:
    try:
        return dict(JSONSerializer().loads(_box(key).open(bytes(row.sealed), _aad(row.key_hash))))
    except CannotOpen:
        return {}


def _box(key: str) -> Box:
    return Box(HKDF(SHA256(), 32, salt=None, info=b"cadeira/session").derive(key.encode()))


def _aad(key_hash: str) -> bytes:
    return place(0, Session._meta.db_table, "sealed", key_hash)
