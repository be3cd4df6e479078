"""Files that guests send: noted with their message, fetched right after."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, transaction

from channels_wa.media.kinds import plain_type
from channels_wa.media.models import Kind
from channels_wa.media.names import safe_name
from ops import clock
from ops.bell import ring
from ops.ids import uuid7
from ops.salon import current_salon_id

FETCH = "media.fetch"
KINDS = frozenset(Kind.values)


class Said(Protocol):
    """The part of a parsed message that this needs."""

    @property
    def type(self) -> str:
        """Its type."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """What it carries."""


class Kept(Protocol):
    """A message that stands in the salon, whoever wrote it."""

    @property
    def message_id(self) -> int:
        """Its row."""

    @property
    def contact_id(self) -> int:
        """Whose key seals the file."""

    @property
    def number_id(self) -> int:
        """Through which number the file can be fetched."""

    @property
    def direction(self) -> str:
        """in, or out for what was written on the salon's phone."""

    @property
    def message(self) -> Said:
        """What it says."""


class Named(Said, Protocol):
    """With the id that WhatsApp gave it."""

    @property
    def wamid(self) -> str:
        """Meta's id."""


class Filled(Protocol):
    """A message whose file followed."""

    @property
    def message(self) -> Named:
        """What it says."""


@dataclass(frozen=True, slots=True)
class _Standing:
    message_id: int
    contact_id: int
    number_id: int
    direction: str
    message: Said


# Rows and their timers in one statement. A message that is read again has its row already.
_EXPECT = """
    WITH made AS (
        INSERT INTO media (public_id, direction, message_id, contact_id, number_id, kind, mime_type, declared_type,
            name, sha256, is_voice, is_animated, state, reason, storage_key, thumb_key, sealed_key, meta_media_id,
            source_url, tries, created_at)
        SELECT public_id, direction, message_id, contact_id, number_id, kind, '', declared_type, name, sha256,
            is_voice, is_animated, 'waiting', '', '', '', '', meta_media_id, source_url, 0, %s
        FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
            %s::text[], %s::text[], %s::bool[], %s::bool[], %s::text[], %s::text[])
            AS new(public_id, direction, message_id, contact_id, number_id, kind, declared_type, name, sha256,
                is_voice, is_animated, meta_media_id, source_url)
        ON CONFLICT (message_id) DO NOTHING RETURNING public_id
    )
    INSERT INTO public.timer (salon_id, due_at, kind, subject, version, state, fence, attempts, error, created_at)
    SELECT %s, %s, %s, public_id::text, 0, 'pending', 0, 0, '', clock_timestamp() FROM made
"""


def expect(kept: Sequence[Kept]) -> None:
    """Note the files of kept messages and have them fetched after the commit; one statement, or none."""
    bringing = [one for one in kept if one.message.type in KINDS]
    if not bringing:
        return
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_EXPECT, [now, *_columns(bringing), current_salon_id(), now, FETCH])
    transaction.on_commit(lambda: ring("timers"))


def expect_filled(filled: Sequence[Filled]) -> None:
    """The same for messages that stood there without their files, named by their wamids."""
    by_wamid = {one.message.wamid: one for one in filled if one.message.type in KINDS}
    if not by_wamid:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wamid, id, contact_id, number_id, direction FROM message WHERE wamid = ANY(%s)", [list(by_wamid)]
        )
        rows = cursor.fetchall()
    expect(
        [
            _Standing(pk, contact_id, number_id, direction, by_wamid[wamid].message)
            for wamid, pk, contact_id, number_id, direction in rows
        ]
    )


def _columns(kept: Sequence[Kept]) -> list[list[Any]]:
    payloads = [one.message.payload for one in kept]
    return [
        [uuid7() for _ in kept],
        [one.direction for one in kept],
        [one.message_id for one in kept],
        [one.contact_id for one in kept],
        [one.number_id for one in kept],
        [one.message.type for one in kept],
        [plain_type(_word(payload, "mime_type")) for payload in payloads],
        [safe_name(_word(payload, "filename")) for payload in payloads],
        [hex_sum(_word(payload, "sha256")) for payload in payloads],
        [payload.get("voice") is True for payload in payloads],
        [payload.get("animated") is True for payload in payloads],
        [_word(payload, "media_id")[:200] for payload in payloads],
        [_word(payload, "url")[:4096] for payload in payloads],
    ]


def _word(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def hex_sum(given: str) -> str:
    """A SHA-256 as hex, out of hex or base64 (Meta writes both); nothing for what is neither."""
    try:
        raw = bytes.fromhex(given) if len(given) == 64 else base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return raw.hex() if len(raw) == 32 else ""
