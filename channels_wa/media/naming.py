"""How messages name files of ours: `{"media": "<public id>"}`, at any depth of a payload."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

KEY = "media"


def named_in(payload: Mapping[str, Any]) -> list[UUID]:
    """The public ids that a payload names; what is no id is left out."""
    found: list[UUID] = []
    for key, value in payload.items():
        if key == KEY and isinstance(value, str):
            if (public_id := public_id_of(value)) is not None:
                found.append(public_id)
        elif isinstance(value, Mapping):
            found += named_in(value)
        elif isinstance(value, list):
            found += [public_id for one in value if isinstance(one, Mapping) for public_id in named_in(one)]
    return found


def public_id_of(value: object) -> UUID | None:
    """A public id out of what somebody wrote; None if it is none."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
