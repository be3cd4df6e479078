"""What pages and gates ask of alerts."""

from datetime import datetime

from billing.quotas.models import QuotaAlert


def reached_at(salon_id: int, name: str, period_at: datetime) -> datetime | None:
    """When the salon was told that a limit of this period is reached; None: it was not."""
    rows = QuotaAlert.objects.filter(
        salon_id=salon_id, name=name, period_at=period_at, level__gte=QuotaAlert.Level.REACHED
    )
    return rows.order_by("-limit", "at").values_list("at", flat=True).first()
