"""What a salon is told when it comes close to a limit, reaches it, goes beyond it."""

from datetime import datetime
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from billing.plans.names import said
from billing.quotas.models import QuotaAlert
from ops.events.actions import emit
from ops.metrics import QUOTA_APPROACH
from tenants.alerts.actions import NewAlert, clear_alerts, raise_alert
from tenants.alerts.models import Alert
from tenants.alerts.models import Level as AlertLevel
from tenants.alerts.words import Words
from tenants.salons.models import Salon

Level = QuotaAlert.Level
LINK: Final = "/billing/"
_TITLES: Final = {
    Level.CLOSE: gettext_noop("%(what)s: 80 %% of your plan is used"),
    Level.REACHED: gettext_noop("%(what)s: your plan is used up"),
    Level.OVER: gettext_noop("%(what)s: more than your plan has"),
}
_HARD: Final = {
    Level.CLOSE: gettext_noop("%(used)s of %(limit)s. A larger plan gives you more."),
    Level.REACHED: gettext_noop(
        "%(used)s of %(limit)s. What is new waits or is refused; a larger plan opens it again."
    ),
    Level.OVER: gettext_noop(
        "%(used)s of %(limit)s. Answers to guests in running talks still go for a day; a larger plan opens the rest."
    ),
}
_SOFT: Final = {
    Level.CLOSE: gettext_noop("%(used)s of %(limit)s. What goes beyond is on your next invoice, unit by unit."),
    Level.REACHED: gettext_noop("%(used)s of %(limit)s. It goes on: what is beyond is on your next invoice."),
    Level.OVER: gettext_noop("%(used)s of %(limit)s. Everything works; each one more is on your next invoice."),
}


def tell(salon_id: int, name: str, *, level: Level, period_at: datetime, used: int, limit: int, soft: bool) -> None:
    """In the portal and by e-mail (alerts), to programs and flows (`quota.reached`), to operators (a metric).

    Called inside the salon, in the transaction that notes it.
    """
    _clear_older(salon_id, name, period_at)
    what = Words(said(name))
    values = {"used": used, "limit": limit}
    raise_alert(
        salon_id,
        NewAlert(
            key=f"quota:{name}:{period_at:%Y%m%d}:{level.value}",
            kind="quota.reached",
            level=AlertLevel.WARNING if level == Level.CLOSE or soft else AlertLevel.CRITICAL,
            title=Words(_TITLES[level], {"what": what}),
            text=Words((_SOFT if soft else _HARD)[level], values),
            link=LINK,
            link_words=Words(gettext_noop("See use and plans")),
            is_notice=True,
        ),
    )
    subject = Salon.objects.values_list("public_id", flat=True).get(pk=salon_id)
    payload = {"quota": name, "percent": min(level.value, 100), "is_over": level == Level.OVER, "is_soft": soft}
    emit("quota.reached", subject=subject, payload=payload | values)
    transaction.on_commit(partial(_count, salon_id, name))


def _clear_older(salon_id: int, name: str, period_at: datetime) -> None:
    """What was told of an earlier period, and nobody has read, is over."""
    old = Alert.objects.open().filter(key__startswith=f"quota:{name}:")
    keys = old.exclude(key__startswith=f"quota:{name}:{period_at:%Y%m%d}:").values_list("key", flat=True)
    clear_alerts(salon_id, list(keys))


def _count(salon_id: int, name: str) -> None:
    QUOTA_APPROACH.labels(str(salon_id), name).inc()
