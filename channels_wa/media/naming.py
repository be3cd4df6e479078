"""How messages name files of ours: `{"media": "<public id>"}`, at any depth of a payload."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

KEY = "media"
_WORD = f'"{KEY}"'


def named_in(payload: Mapping[str, Any]) -> list[UUID]:
    """The public ids that a payload names; what is no id is left out."""
    # Nearly none names a file, and looking for the word in its text is quicker than walking through it.
    return [UUID(said) for said in said_in(payload)] if _WORD in json.dumps(payload) else []


def said_in(payload: Mapping[str, Any]) -> list[str]:
    """The same as they are written there."""
    found: list[str] = []
    # By hand and without recursion: it is asked of every message, and nearly none names a file.
    left: list[Any] = [payload]
    while left:
        one = left.pop()
        for key, value in one.items():
            if isinstance(value, str):
                if key == KEY and public_id_of(value) is not None:
                    found.append(value)
            elif isinstance(value, dict):
                left.append(value)
            elif isinstance(value, list):
                left += [item for item in value if isinstance(item, dict)]
    return found


def public_id_of(value: object) -> UUID | None:
    """A public id out of what somebody wrote; None if it is none."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
