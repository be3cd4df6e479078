"""Bringing events to those who listen: at least once, in order for each subject."""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.module_loading import import_string

from ops import claim, clock
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

QUEUE = claim.Queue("event_item", ("salon_id", "event_id", "handler"))
BATCH = 200
LEASE = timedelta(seconds=30)
LOOK_FOR = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as a handler gets it."""

    id: int
    public_id: UUID
    kind: str
    subject: UUID
    version: int
    payload: dict[str, Any]
    at: datetime


def run() -> int:
    """Handle what is due, for at most five seconds; how many."""
    until, done = clock.real() + LOOK_FOR, 0
    while clock.real() < until and (rows := claim.claim(QUEUE, limit=BATCH, lease=LEASE)):
        groups: dict[tuple[int, str], list[claim.Claimed]] = defaultdict(list)
        for row in rows:
            groups[row.values["salon_id"], row.values["handler"]].append(row)
        for (salon_id, handler), group in groups.items():
            done += _handle(salon_id, handler, group)
    return done


def _handle(salon_id: int, handler: str, rows: list[claim.Claimed]) -> int:
    try:
        run_in_salon(salon_id, lambda: _call(handler, rows))
    except claim.LeaseLost:
        log.warning("event handler %s took longer than its lease; its owner by now goes on", handler)
        return 0
    except Exception as error:
        if len(rows) == 1:
            log.exception("event handler %s failed", handler)
            claim.retry(QUEUE, rows[0], f"{type(error).__name__}: {error}")
            return 0
        # One of them is bad; each alone shows which.
        return sum(_handle(salon_id, handler, [row]) for row in rows)
    return len(rows)


@transaction.atomic
def _call(handler: str, rows: list[claim.Claimed]) -> None:
    import_string(handler)(_load([row.values["event_id"] for row in rows]))
    claim.finish(QUEUE, rows)


def _load(ids: list[int]) -> list[Heard]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, kind, subject, version, payload, at FROM event WHERE id = ANY(%s) ORDER BY id", [ids]
        )
        return [
            Heard(pk, public_id, kind, subject, version, json.loads(given) if isinstance(given, str) else given, at)
            for pk, public_id, kind, subject, version, given, at in cursor
        ]
