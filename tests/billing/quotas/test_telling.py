"""BL-009: 80 %, 100 % and more of a limit are told once each: in the portal, by e-mail, to programs, as a metric."""

from collections.abc import Callable
from typing import Any

from billing.metering.recording import record
from billing.quotas import watching
from ops.events.models import Event
from ops.metrics import QUOTA_APPROACH
from ops.salon import inside
from tenants.alerts.models import Alert, AlertDelivery


def heard(salon_id: int) -> list[tuple[int, bool]]:
    with inside(salon_id):
        rows = Event.objects.filter(kind="quota.reached").order_by("pk").values_list("payload", flat=True)
        return [(row["percent"], row["is_over"]) for row in rows]


def test_each_level_is_told_once(limit: Callable[..., int], django_capture_on_commit_callbacks: Any) -> None:
    salon_id = limit(messages=10)
    metric = QUOTA_APPROACH.labels(str(salon_id), "messages")
    before = metric._value.get()
    for n, (units, told) in enumerate([(7, []), (1, [(80, False)]), (1, []), (1, [(100, False)]), (1, [(100, True)])]):
        already = len(heard(salon_id))
        record(salon_id, "messages", key=f"m{n}", quantity=units)
        with django_capture_on_commit_callbacks(execute=True):
            watching.run()
            watching.run()
        assert heard(salon_id)[already:] == told, n
    assert metric._value.get() - before == 3
    with inside(salon_id):
        alerts = list(Alert.objects.filter(kind="quota.reached").order_by("pk"))
        assert [one.level for one in alerts] == ["warning", "critical", "critical"]
        assert all(one.link == "/billing/" and "10" in one.text_words for one in alerts)
        # To the owner, who has not asked for warnings: it is about money.
        assert AlertDelivery.objects.filter(channel="mail", alert__in=alerts).count() >= 3


def test_a_larger_limit_counts_anew(limit: Callable[..., int]) -> None:
    salon_id = limit(messages=10)
    record(salon_id, "messages", key="a", quantity=9)
    watching.run()
    limit(messages=11)
    record(salon_id, "messages", key="b")
    watching.run()
    assert heard(salon_id) == [(80, False), (80, False)]
