"""Prometheus metrics of the contract that count something.

Processes write to PROMETHEUS_MULTIPROC_DIR, so one scrape shows all of them; what is a state of the tables (backlogs)
is read from them at the scrape.
"""

from collections.abc import Iterator

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric

HTTP_REQUESTS = Counter("http_requests", "Requests answered", ["tenant_id", "endpoint", "status"])
HTTP_SECONDS = Histogram("http_request_duration_seconds", "Time to answer", ["endpoint"])
MESSAGES = Counter("channel_messages", "Messages in and out", ["tenant_id", "channel", "type"])
FLOW_STEPS = Counter("flow_steps", "Nodes visited")
RATE_LIMIT_WAITS = Counter("rate_limit_waits", "Sends put off by a rate limit")
PLAN_REFUSALS = Counter("plan_limit_refusals", "Acts refused by a plan's limit")
QUOTA_APPROACH = Counter(
    "quota_approach_events",
    "Shares of a limit that a salon reached: 80 %, all of it, more",
    ["tenant_id", "quota_type"],
)
MONEY_TROUBLE = Counter("money_trouble", "What a gateway told that an operator has to look at", ["kind"])
ACCOUNTING_FAULTS = Counter("accounting_faults", "Rows that break an equation of the books", ["equation"])
JOB_SECONDS = Histogram("job_duration_seconds", "Time of one look", ["queue", "task"])
TIMERS_LATE = Histogram(
    "timers_late_seconds", "How late timers fire", buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, float("inf"))
)

MOST_NUMBERS = 200
_LANES = {0: "reply", 1: "reminder", 2: "campaign"}


class TableGauges:
    """Backlogs, read from the queues' own tables."""

    def collect(self) -> Iterator[Metric]:
        """One query over the partial indexes of open rows."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT 'unsplit', count(*), extract(epoch FROM clock_timestamp() - min(received_at))
                    FROM public.delivery WHERE split_at IS NULL
                UNION ALL SELECT 'inbox', count(*), extract(epoch FROM clock_timestamp() - min(created_at))
                    FROM public.inbox_item WHERE state = 'pending'
                UNION ALL SELECT 'events', count(*), extract(epoch FROM clock_timestamp() - min(due_at))
                    FROM public.event_item WHERE state = 'pending'
                UNION ALL SELECT 'openings', count(*), extract(epoch FROM clock_timestamp() - min(due_at))
                    FROM public.opening WHERE state = 'pending'
                UNION ALL SELECT 'account mail', count(*), extract(epoch FROM clock_timestamp() - min(due_at))
                    FROM public.mail_item WHERE state = 'pending'
                UNION ALL SELECT 'stripe', count(*), extract(epoch FROM clock_timestamp() - min(received_at))
                    FROM public.stripe_delivery WHERE state = 'pending'
                UNION ALL SELECT 'lane' || lane, count(*), extract(epoch FROM clock_timestamp() - min(not_before))
                    FROM public.outbox_item WHERE state = 'queued' GROUP BY lane
                """
            )
            rows = {name: (count, max(float(age or 0), 0)) for name, count, age in cursor}
        yield from _gauges(rows)
        yield _health()


def _health() -> GaugeMetricFamily:
    """The least healthy numbers: those that matter, and never more series than this."""
    from django.db import connection

    health = GaugeMetricFamily("number_health_score", "0 to 100, the lowest ones", labels=["tenant_id", "number"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT salon_id, public_id, health_score FROM public.number WHERE state <> 'disconnected' "
            "ORDER BY health_score, id LIMIT %s",
            [MOST_NUMBERS],
        )
        for salon_id, public_id, score in cursor.fetchall():
            health.add_metric([str(salon_id), str(public_id)], score)
    return health


def _gauges(rows: dict[str, tuple[int, float]]) -> Iterator[Metric]:
    inbox = GaugeMetricFamily("inbox_backlog", "Deliveries and items that have not taken effect yet")
    inbox.add_metric([], rows["unsplit"][0] + rows["inbox"][0])
    outbox = GaugeMetricFamily("outbox_backlog", "Messages waiting to leave", labels=["lane"])
    age = GaugeMetricFamily("oldest_pending_seconds", "Age of the oldest open row", labels=["queue"])
    age.add_metric(["inbox"], max(rows["unsplit"][1], rows["inbox"][1]))
    for name in ("events", "openings", "account mail", "stripe"):
        age.add_metric([name], rows[name][1])
    for number, name in _LANES.items():
        count, seconds = rows.get(f"lane{number}", (0, 0.0))
        outbox.add_metric([name], count)
        age.add_metric([name], seconds)
    yield from (inbox, outbox, age)
