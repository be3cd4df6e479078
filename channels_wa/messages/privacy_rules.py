"""How long messages are kept."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from channels_wa.media.actions import throw_away
from channels_wa.media.models import Media
from tenants.privacy.rules import Rule


def remove(ids: Sequence[int]) -> int:
    """Messages with what hangs on them: files that came with them, and their ticks. In a transaction."""
    throw_away(list(Media.objects.filter(message_id__in=ids)))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM status_event WHERE message_id = ANY(%s)", [list(ids)])
        cursor.execute("DELETE FROM message WHERE id = ANY(%s)", [list(ids)])
        return int(cursor.rowcount)


def _old(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM message WHERE at < %s AND status NOT IN ('queued', 'sending') ORDER BY at LIMIT %s",
            [before, most],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return remove(ids) if ids else 0


RETENTION = [
    Rule(
        "messages",
        _("Messages"),
        _("With their photos and files; contacts and visits stay."),
        1825,
        _old,
        least=30,
        order=10,
    )
]
