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


def bell(member_id: int) -> Bell:
    """One question, over the few that are open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE acknowledged_at IS NULL), "
            "COALESCE(bool_or(level = 'critical') FILTER (WHERE acknowledged_at IS NULL), false), "
            "COALESCE((SELECT max(id) FROM alert), 0) FROM alert "
            "WHERE closed_at IS NULL AND (member_id IS NULL OR member_id = %s)",
            [member_id],
        )
        count, is_urgent, newest = cursor.fetchone()
    return Bell(count, is_urgent, newest)


def open_alerts(member_id: int, most: int = 100) -> list[Alert]:
    """What is the case now as far as it concerns this member, the newest first."""
    return list(Alert.objects.open().told_to(member_id).select_related("acknowledged_by").order_by("-pk")[:most])
