"""How long contacts are kept that nobody hears of any more."""

from datetime import datetime

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.contacts.bulk import retag
from ops.salon import current_salon_id
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.requests import ask_erasure
from tenants.privacy.rules import Rule
from tenants.salons.models import Salon

TAG, ERASE = "tag", "erase"
# Nobody has written, been written to, or come since then, and nothing is planned.
_QUIET = """
    SELECT c.id, c.public_id FROM contact c
    WHERE c.merged_into_id IS NULL AND c.created_at < %(before)s AND (c.seen_at IS NULL OR c.seen_at < %(before)s)
    AND NOT (%(tag)s = ANY(c.tags))
    AND NOT EXISTS (SELECT 1 FROM conversation t WHERE t.contact_id = c.id
        AND t.last_at >= %(before)s)
    AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.contact_id = c.id AND b.ends_at >= %(before)s)
    AND NOT EXISTS (SELECT 1 FROM package_sale p WHERE p.contact_id = c.id AND p.state = 'active' AND p.used < p.uses)
    AND NOT EXISTS (SELECT 1 FROM task k WHERE k.contact_id = c.id AND k.done_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM deal d WHERE d.contact_id = c.id AND d.closed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM waitlist_entry w WHERE w.contact_id = c.id AND w.closed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM privacy_request r WHERE r.contact_public_id = c.public_id
        AND r.kind = 'erasure' AND r.state IN ('waiting', 'running', 'failed'))
    ORDER BY c.id LIMIT %(most)s
"""


def archived_tag() -> str:
    """The tag, in the salon's language: the rules run for nobody's eyes."""
    language = Salon.objects.values_list("language", flat=True).get(pk=current_salon_id())
    with translation.override(language):
        return _("archived")


def _old(before: datetime, most: int, how: str) -> int:
    tag = archived_tag() if how == TAG else ""
    with connection.cursor() as cursor:
        cursor.execute(_QUIET, {"before": before, "most": most, "tag": tag})
        found = cursor.fetchall()
    if how == TAG:
        retag([pk for pk, _public_id in found], add=[tag], by=None)
    if how == ERASE:
        for _pk, public_id in found:
            ask_erasure(public_id, by=None, why=PrivacyRequest.Why.RULE)
    return len(found)


RETENTION = [
    Rule(
        "contacts",
        gettext_lazy("Contacts that nobody hears of"),
        gettext_lazy("Neither written nor come for so long, and nothing planned or paid ahead."),
        0,
        _old,
        least=90,
        hows=((TAG, gettext_lazy("Archive: give them the tag “archived”")), (ERASE, gettext_lazy("Erase them"))),
        at_once=50,
        order=60,
    )
]
