"""What this folder keeps, and for the layers below, which know nothing of salons, what they keep."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ops.storage import storage
from tenants.privacy.declaring import BY_NAME, BY_RULE, Nothing, Place, Table
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.whom import Person

# Of what an event says: whose it is, or a name by which programs know them.
_OF_EVENT = (
    "(t.subject = ANY(%(things)s) OR t.payload->>'contact_id' = ANY(%(numbers)s) "
    "OR t.payload::text LIKE ANY(%(likes)s))"
)

TABLES = [
    Table(
        "event_item",
        holds=("error",),
        why=_("To tell of what happened to those who listen"),
        kept=_("7 days after it was told"),
        where=f"t.salon_id = %(salon)s AND t.event_id IN (SELECT t.id FROM event t WHERE {_OF_EVENT})",
        is_public=True,
        in_export=False,
        order=BY_NAME - 1,
        label=_("Pointers to events"),
    ),
    Table(
        "event",
        holds=("payload",),
        also=("kind", "at"),
        why=_("To know what happened, and to set off flows and webhooks"),
        kept=BY_RULE,
        where=_OF_EVENT,
        order=BY_NAME,
        label=_("Events"),
    ),
    Table(
        "privacy_request",
        holds=("contact_public_id", "hashes"),
        also=("kind", "state", "why", "created_at", "ended_at"),
        why=_("To prove what was asked for and done"),
        kept=_("for good; of an erased guest only an id and a keyed hash of the phone"),
        # Of the person themselves: found by their id. An erasure leaves its own row: it is the receipt.
        where="t.contact_public_id::text = ANY(%(p)s) AND t.kind = 'export'",
        order=BY_NAME,
        label=_("Earlier exports"),
    ),
    Nothing("privacy_policy", _("rules of the salon's own")),
    Nothing("erasure", _("a number and an id that leads to nobody")),
    Nothing("clock_offset", _("one number")),
    Nothing("timer", _("ids alone; a timer of what is gone does nothing")),
    Nothing("plan", _("what is sold")),
    Nothing("django_content_type", _("names of tables")),
    Nothing("auth_permission", _("names of rights of the platform's pages")),
    Nothing("auth_group", _("names of groups of the platform's staff")),
    Nothing("auth_group_permissions", _("names of rights of the platform's pages")),
    Nothing("django_celery_beat_solarschedule", _("when jobs run")),
    Nothing("django_celery_beat_intervalschedule", _("when jobs run")),
    Nothing("django_celery_beat_clockedschedule", _("when jobs run")),
    Nothing("django_celery_beat_crontabschedule", _("when jobs run")),
    Nothing("django_celery_beat_periodictasks", _("when jobs run")),
    Nothing("django_celery_beat_periodictask", _("which jobs run")),
]

PLACES = [
    Place(
        "logs", _("Log lines of the platform"), _("phones and mail addresses are masked as they are written; 30 days")
    ),
    Place(
        "ledger", _("Erasure ledger: ids and keyed hashes of who was erased"), _("for good, outside of every backup")
    ),
    Place("vault", _("Shares of contacts' keys"), _("as long as the contact, outside of every backup")),
    Place(
        "queues", _("Bells and live messages in Valkey"), _("some seconds; they name rows and hold no texts of guests")
    ),
    Place(
        "backups",
        _("Backups"),
        _("as long as the platform keeps them; files and raw messages of the erased are noise in them"),
    ),
]


def also_erase(person: Person) -> dict[str, int]:
    """Export files, before their rows."""
    found = list(_exports(person))
    for key in found:
        storage().delete(key)
    return {"export_file": len(found)}


def still_there(person: Person) -> dict[str, int]:
    """Export files."""
    return {"export_file": sum(1 for _key in _exports(person))}


def _exports(person: Person) -> Iterator[str]:
    mine = PrivacyRequest.objects.filter(contact_public_id__in=person.public_ids, kind=PrivacyRequest.Kind.EXPORT)
    return iter(mine.exclude(storage_key="").values_list("storage_key", flat=True))
