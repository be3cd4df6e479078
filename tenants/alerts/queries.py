"""Reads of alerts."""

from dataclasses import dataclass

from django.db import connection

from tenants.alerts.models import Alert


@dataclass(frozen=True, slots=True)
class Bell:
    """What the bell shows: how many open alerts nobody takes care of, whether one is urgent, the newest there is."""

    count: int
    is_urgent: bool
    newest: int


def bell() -> Bell:
    """One question, over the few that are open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE acknowledged_at IS NULL), "
            "COALESCE(bool_or(level = 'critical') FILTER (WHERE acknowledged_at IS NULL), false), "
            "COALESCE((SELECT max(id) FROM alert), 0) FROM alert WHERE closed_at IS NULL"
        )
        count, is_urgent, newest = cursor.fetchone()
    return Bell(count, is_urgent, newest)


def open_alerts(most: int = 100) -> list[Alert]:
    """What is the case now, the newest first."""
    return list(Alert.objects.open().select_related("acknowledged_by").order_by("-pk")[:most])
