"""How long closed talks are kept."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from channels_wa.messages.privacy_rules import remove
from crm.inbox.models import Conversation
from tenants.privacy.rules import Rule

# A talk may be long; what is left of it goes with the next batch.
_MESSAGES = 2000


def _old(before: datetime, most: int, _how: str) -> int:
    rows = Conversation.objects.filter(closed_at__lt=before, last_at__lt=before).order_by("pk")
    found = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM message WHERE conversation_id = ANY(%s) LIMIT %s", [found, _MESSAGES])
        ids = [pk for (pk,) in cursor.fetchall()]
        if ids:
            remove(ids)
        if len(ids) == _MESSAGES:
            return most
        cursor.execute("DELETE FROM draft WHERE conversation_id = ANY(%s)", [found])
        cursor.execute("DELETE FROM conversation WHERE id = ANY(%s)", [found])
        return int(cursor.rowcount)


RETENTION = [
    Rule(
        "conversations",
        _("Closed conversations"),
        _("With all of their messages, so long after they were closed."),
        1825,
        _old,
        least=30,
        at_once=100,
        order=11,
    )
]
