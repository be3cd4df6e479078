"""How long visits keep their guest."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tenants.privacy.models import PrivacyRequest
from tenants.privacy.requests import ask_erasure
from tenants.privacy.rules import Rule

# Somebody typed their phone on the public page, and nobody has shown that it is theirs: not a word of them, and nothing
# that staff has added since.
_STRANGERS = """
    SELECT c.public_id FROM contact c
    WHERE c.attribution ? 'page' AND c.created_at < %(before)s AND c.seen_at IS NULL AND c.name = ''
    AND c.merged_into_id IS NULL AND c.tags = '{}'
    AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.contact_id = c.id AND b.state <> 'cancelled')
    AND NOT EXISTS (SELECT 1 FROM package_sale p WHERE p.contact_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM task k WHERE k.contact_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM deal d WHERE d.contact_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM waitlist_entry w WHERE w.contact_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM privacy_request r WHERE r.contact_public_id = c.public_id
        AND r.kind = 'erasure' AND r.state IN ('waiting', 'running', 'failed'))
    ORDER BY c.id LIMIT %(most)s
"""


def _old(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM booking WHERE ends_at < %s AND (contact_id IS NOT NULL OR guest_name <> '' OR note <> '') "
            "ORDER BY starts_at LIMIT %s",
            [before, most],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
        for table in ("booking_move", "reminder"):
            cursor.execute(f"DELETE FROM {table} WHERE booking_id = ANY(%s)", [ids])
        cursor.execute(
            "UPDATE booking SET contact_id = NULL, guest_name = '', conversation_id = NULL, note = '', "
            "override_reason = '', cancel_reason = '', details = '{}' WHERE id = ANY(%s)",
            [ids],
        )
        return int(cursor.rowcount)


def _strangers(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_STRANGERS, {"before": before, "most": most})
        found = cursor.fetchall()
    for (public_id,) in found:
        ask_erasure(public_id, by=None, why=PrivacyRequest.Why.RULE)
    return len(found)


RETENTION = [
    Rule(
        "page_strangers",
        _("Phones that nobody has confirmed"),
        _("Typed on the booking page by somebody who never showed that the phone is theirs."),
        30,
        _strangers,
        at_once=50,
        order=41,
    ),
    Rule(
        "bookings",
        _("Guests of past visits"),
        _("Day, service and price of the visit stay for accounting, without the guest."),
        1825,
        _old,
        least=90,
        order=40,
    ),
]
