"""What guests agreed to and stopped. A stop outlives the guest, without the guest."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.consent import suppression
from tenants.privacy.declaring import LAST, Nothing, Place, Table
from tenants.privacy.whom import Person

TABLES = [
    Table(
        "consent_entry",
        holds=("kind", "value", "purpose", "state", "source", "evidence"),
        also=("at", "by"),
        why=_("To prove what a guest agreed to (LGPD art. 8, GDPR art. 7)"),
        where="(t.contact_id = ANY(%(c)s) OR t.value = ANY(%(values)s))",
        order=LAST - 2,
        label=_("Consent register"),
    ),
    Table(
        "consent",
        holds=("kind", "value", "purpose", "state", "source"),
        also=("at",),
        why=_("To write only to those who want it"),
        where="t.value = ANY(%(values)s)",
        order=LAST - 1,
        label=_("Consent"),
    ),
    Nothing("contact_policy", _("rules of the salon's own")),
]

PLACES = [
    Place(
        "suppression",
        _("Of an erased guest who had stopped messages: a keyed hash of the phone, so that the stop still holds"),
        _("for good; only the salon's own key makes the same hash, and nothing leads back to the phone"),
    )
]


def before_erasure(person: Person) -> None:
    """Whoever had stopped stays stopped."""
    suppression.remember(person)


def still_there(person: Person) -> dict[str, int]:
    """Words of theirs that still name them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM consent WHERE value = ANY(%s)", [person.values])
        return {"consent_by_name": int(cursor.fetchone()[0])}
