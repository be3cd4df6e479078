"""Meta's ids in the place of ours: what a message says of its media right before the call.

A payload names media by the public id of its row: `{"media": "<uuid>"}` for a media message, and the same object
inside templates and interactive headers, `{"type": "image", "image": {"media": "<uuid>"}}`. Meta wants the id of its
own upload there, which belongs to one number: `{"id": "<Meta's>"}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels_wa.media.naming import KEY, said_in
from channels_wa.media.outbound import meta_ids
from channels_wa.outbox.contents import Content


def put_in(contents: Sequence[Content]) -> tuple[dict[int, Content], list[Content]]:
    """Contents with Meta's ids by message, and those whose media is not with Meta yet. Called inside the salon."""
    ready: dict[int, Content] = {}
    missing: list[Content] = []
    named = {one.message_id: said_in(one.payload) for one in contents if one.payload}
    ids = _ids(contents, named)
    for one in contents:
        wanted = named.get(one.message_id)
        if not wanted:
            continue
        of_number = ids[one.facts.number_id]
        if all(public_id in of_number for public_id in wanted):
            ready[one.message_id] = replace(one, payload=_with_ids(one.payload, of_number, top=True))
        else:
            missing.append(one)
    return ready, missing


def _ids(contents: Sequence[Content], named: dict[int, list[str]]) -> dict[int, dict[str, str]]:
    """For each number, Meta's ids by ours; one question for each number."""
    wanted: dict[int, set[str]] = {}
    for one in contents:
        if public_ids := named.get(one.message_id):
            wanted.setdefault(one.facts.number_id, set()).update(public_ids)
    return {number_id: meta_ids(number_id, sorted(public_ids)) for number_id, public_ids in wanted.items()}


def _with_ids(payload: Mapping[str, Any], ids: dict[str, str], *, top: bool = False) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, value in payload.items():
        if key == KEY and isinstance(value, str):
            filled[KEY if top else "id"] = ids.get(value, value)
        elif isinstance(value, Mapping):
            filled[key] = _with_ids(value, ids)
        elif isinstance(value, list):
            filled[key] = [_with_ids(one, ids) if isinstance(one, Mapping) else one for one in value]
        else:
            filled[key] = value
    return filled
