"""Resumable uploads that were begun."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from sandbox.media.store import Draft

SESSIONS_MAX = 200


@dataclass(slots=True)
class Session:
    """An upload: what was announced, and what has come."""

    length: int
    mime_type: str
    filename: str
    draft: Draft


class Sessions:
    """By id. The oldest are given up when there are too many."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, session: Session) -> str:
        """Its id."""
        session_id = f"upload:{secrets.token_urlsafe(24)}"
        self._sessions[session_id] = session
        if len(self._sessions) > SESSIONS_MAX:
            self._sessions.popitem(last=False)[1].draft.drop()
        return session_id

    def get(self, session_id: str) -> Session | None:
        """A session that is under way."""
        return self._sessions.get(session_id)

    def end(self, session_id: str) -> None:
        """It is whole, or of no use."""
        self._sessions.pop(session_id, None)

    def forget(self) -> None:
        """Give all up."""
        while self._sessions:
            self._sessions.popitem()[1].draft.drop()
