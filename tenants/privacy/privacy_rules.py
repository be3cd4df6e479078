"""How long events, alerts and exports are kept."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from ops.storage import storage
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.rules import Rule


def _events(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < %s ORDER BY id LIMIT %s)", [before, most]
        )
        return int(cursor.rowcount)


def _alerts(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM alert WHERE closed_at < %s ORDER BY id LIMIT %s", [before, most])
        ids = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("DELETE FROM alert_delivery WHERE alert_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM alert WHERE id = ANY(%s)", [ids])
        return int(cursor.rowcount)


def _exports(before: datetime, most: int, _how: str) -> int:
    rows = PrivacyRequest.objects.filter(kind=PrivacyRequest.Kind.EXPORT, ended_at__lt=before).exclude(storage_key="")
    found = list(rows.select_for_update(skip_locked=True).order_by("pk")[:most])
    for one in found:
        transaction.on_commit(lambda key=one.storage_key: storage().delete(key))  # type: ignore[misc]
        one.state, one.storage_key, one.sealed_key = PrivacyRequest.State.EXPIRED, "", b""
        one.save(update_fields=["state", "storage_key", "sealed_key"])
    return len(found)


RETENTION = [
    Rule(
        "events",
        _("Events"),
        _("What flows and webhooks were told of; it holds what guests wrote."),
        365,
        _events,
        least=30,
        at_once=5000,
        order=50,
    ),
    Rule("alerts", _("Alerts that are over"), _("And whom they were sent to."), 365, _alerts, least=7, order=51),
    Rule("exports", _("Files of exports"), _("Each can be made again."), 7, _exports, at_once=100, order=52),
]
