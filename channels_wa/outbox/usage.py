"""What the plan counts of messages: each that WhatsApp accepted, once, however often it was tried or told of."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from billing.metering import recording
from billing.metering.kinds import Kind
from billing.metering.recording import InStatement, Usage, record_many

_KEY: Final = "message:"


def count(salon_id: int, accepted: Iterable[tuple[int, UUID]]) -> None:
    """Messages (id, public id) that were accepted, in the transaction that says so."""
    record_many([_usage(salon_id, pk, str(public_id)) for pk, public_id in accepted])


def in_statement(salon_id: int, message_id: int) -> InStatement:
    """The same of one message, in the statement that changes it as `m`: a send in a quiet hour pays no round trip."""
    return recording.in_statement(_usage(salon_id, message_id), subject="m.public_id::text")


def _usage(salon_id: int, message_id: int, subject: str = "") -> Usage:
    return Usage(salon_id=salon_id, kind=Kind.MESSAGES, key=f"{_KEY}{message_id}", subject=subject)


def on_their_way(salon_id: int, besides: Collection[int]) -> int:
    """How many messages, without these, may have been accepted and are not counted yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public.outbox_item WHERE state IN ('sending', 'unknown') AND salon_id = %s "
            "AND attempt_at IS NOT NULL AND message_id <> ALL(%s)",
            [salon_id, list(besides)],
        )
        return int(cursor.fetchone()[0])


def told_by_meta(first: datetime, before: datetime, keys: Collection[str]) -> set[str]:
    """Keys of messages of which WhatsApp has told a status: of all that were written in that time, and of `keys`."""
    ids = [int(key.removeprefix(_KEY)) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM message m WHERE m.direction = 'out' AND m.at >= %s AND m.at < %s "
            "AND EXISTS (SELECT 1 FROM status_event s WHERE s.message_id = m.id) "
            "UNION SELECT s.message_id FROM status_event s WHERE s.message_id = ANY(%s)",
            [first, before, ids],
        )
        return {f"{_KEY}{pk}" for (pk,) in cursor.fetchall()}
