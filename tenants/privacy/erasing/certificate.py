"""The receipt of an erasure: what went, what stays and why, and when the last backup with the rest is gone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from config.env import env
from tenants.privacy import registry
from tenants.privacy.declaring import GUEST, Table, Words
from tenants.privacy.models import PrivacyRequest

# What is counted and is no table.
OTHERS: dict[str, Words] = {
    "file": _("Photos and files"),
    "delivery": _("Deliveries of WhatsApp, cut"),
    "import_file": _("Lists that were not imported yet"),
    "export_file": _("Files of exports"),
    "bucket": _("Counters in memory"),
    "key_share": _("Shares of keys"),
    "consent_by_name": _("Consent"),
    "mentions": _("Places that still name them"),
    "audit": _("Values in the audit log"),
}


def result(row: PrivacyRequest, at: datetime) -> dict[str, Any]:
    """What is kept of it: plain values, in no language."""
    return {
        "counts": row.counts,
        "stays": sorted(one.name for one in _staying(row.counts)),
        "erased_at": at.isoformat(),
        "backups_until": (at + timedelta(days=env.backup_days)).isoformat(),
        "checks": row.result.get("checks", []),
    }


def label_of(name: str) -> Words:
    """What a receipt calls a kind."""
    one = registry.declared().get(name)
    return (one.label if isinstance(one, Table) and one.label else None) or OTHERS.get(name, name)


def gone(row: PrivacyRequest) -> list[tuple[Words, int]]:
    """Kinds and how many, largest first."""
    counts = {name: count for name, count in row.counts.items() if count}
    blanked = {one.name for one in registry.of_guests() if one.blank}
    return [(label_of(name), count) for name, count in sorted(counts.items(), key=_largest) if name not in blanked]


def stays(row: PrivacyRequest) -> list[tuple[Words, int, Words]]:
    """What stays without the guest, how many rows, and why."""
    return [(label_of(one.name), row.counts.get(one.name, 0), one.stays) for one in _staying(row.counts)]


def backups_until(row: PrivacyRequest) -> datetime | None:
    """When the last backup with the rest is gone."""
    return parse_datetime(str(row.result.get("backups_until", "")))


def as_json(row: PrivacyRequest, *, salon: str) -> dict[str, Any]:
    """The receipt for programs; words in the active language."""
    return {
        "receipt": str(row.public_id),
        "salon": salon,
        "contact": str(row.contact_public_id),
        "why": str(PrivacyRequest.Why(row.why).label),
        "asked_at": row.created_at.isoformat(),
        "done_at": row.ended_at.isoformat() if row.ended_at else None,
        "ledger": row.ledger_seq,
        "removed": [{"kind": str(kind), "count": count} for kind, count in gone(row)],
        "stays": [{"kind": str(kind), "count": count, "why": str(why)} for kind, count, why in stays(row)],
        "backups_until": row.result.get("backups_until"),
        "checks": row.result.get("checks", []),
    }


def _staying(counts: dict[str, int]) -> Iterable[Table]:
    """Rows that were overwritten, and what is nobody's in particular but has a reason to stay."""
    for one in registry.tables():
        if one.stays and ((one.blank and counts.get(one.name)) or (not one.where and one.whose == GUEST)):
            yield one
    audit = registry.declared().get("audit_entry")
    if isinstance(audit, Table) and audit.stays:
        yield audit


def _largest(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
