"""What Meta has of our files: an id for each number, until it ends."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from channels_wa.media.models import Media
from ops import clock
from ops.bell import ring
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_missing

UPLOAD = "media.upload"
LIVES = timedelta(days=30)
# Meta's id must still live when Meta gets to the message.
MARGIN = timedelta(days=1)
REFUSED = "!"


def standing(pairs: Iterable[tuple[int, int]], *, now: datetime) -> dict[tuple[int, int], str]:
    """For each (media, number): Meta's id, "" where there is none yet, REFUSED where Meta will not take it."""
    found = dict.fromkeys(pairs, "")
    if found:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT media_id, number_id, CASE WHEN error <> '' THEN %s ELSE meta_media_id END "
                "FROM media_upload JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(media_id, number_id) "
                "USING (media_id, number_id) WHERE error <> '' OR expires_at > %s",
                [REFUSED, [media for media, _ in found], [number for _, number in found], now + MARGIN],
            )
            found |= {(row[0], row[1]): row[2] for row in cursor.fetchall()}
    return found


def living(number_id: int, public_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Meta's ids for one number by our public ids, those that live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.public_id, u.meta_media_id FROM media_upload u JOIN media m ON m.id = u.media_id "
            "WHERE u.number_id = %s AND m.public_id = ANY(%s) AND u.error = '' AND u.meta_media_id <> '' "
            "AND u.expires_at > %s AND m.state = 'ready'",
            [number_id, list(public_ids), clock.now() + MARGIN],
        )
        return dict(cursor.fetchall())


def hold_still(pairs: Iterable[tuple[UUID, int]], *, alone: bool = False) -> None:
    """Until the end of the transaction no upload of these (file, number) ends unseen; `alone`: it is we who end one.

    Who writes a message that waits for a file shares this lock. Else an upload that ends just then would not see the
    message, which is not committed, and the message would not see the upload: it would wait for its second look.
    """
    salon_id = current_salon_id()
    keys = sorted(f"media_upload:{salon_id}:{public_id}:{number_id}" for public_id, number_id in pairs)
    if keys:
        name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name}(hashtextextended(k, 0)) FROM unnest(%s::text[]) AS k", [keys])


def ask_for(pairs: Sequence[tuple[Media, int]], *, now: datetime) -> None:
    """Have these files brought to Meta at once; one that is on its way already stays so."""
    if not pairs:
        return
    set_missing(
        current_salon_id(),
        [NewTimer(UPLOAD, f"{media.public_id}:{number_id}", now) for media, number_id in pairs],
    )
    transaction.on_commit(lambda: ring("timers"))


def mark_used(files: Sequence[Media], *, now: datetime) -> None:
    """A message names them: they are kept from now on."""
    fresh = [one.pk for one in files if one.used_at is None]
    if fresh:
        Media.objects.filter(pk__in=fresh, used_at=None).update(used_at=now)
