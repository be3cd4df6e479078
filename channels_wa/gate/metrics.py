"""What the gate counts. Plain lists, read when somebody scrapes: a Histogram's lock costs as much as the HMAC."""

from bisect import bisect_left
from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

_EDGES_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class GateFigures(Collector):
    """`webhook_ingest_seconds`, `webhook_deliveries_total` by result, and how the spool is doing."""

    def __init__(self, registry: CollectorRegistry | None = REGISTRY) -> None:
        self._counts = [0] * (len(_EDGES_S) + 1)
        self._sum = 0.0
        self._results: dict[str, int] = {}
        self.commits = 0
        self.unspooled = 0
        if registry is not None:
            registry.register(self)

    def acknowledged(self, seconds: float, result: str) -> None:
        """A delivery was kept and answered after so long."""
        self._counts[bisect_left(_EDGES_S, seconds)] += 1
        self._sum += seconds
        self.counted(result)

    def counted(self, result: str) -> None:
        """A request ended this way."""
        self._results[result] = self._results.get(result, 0) + 1

    def collect(self) -> Iterable[Metric]:
        """For prometheus_client."""
        running, buckets = 0, []
        for edge, count in zip((*map(str, _EDGES_S), "+Inf"), self._counts, strict=True):
            running += count
            buckets.append((edge, float(running)))
        yield HistogramMetricFamily(
            "webhook_ingest_seconds", "From the request to its acknowledgement.", buckets=buckets, sum_value=self._sum
        )
        results = CounterMetricFamily("webhook_deliveries", "Requests at the gate by result.", labels=["result"])
        for result, count in sorted(self._results.items()):
            results.add_metric([result], count)
        yield results
        yield CounterMetricFamily("webhook_commits", "Group commits of the gate.", value=self.commits)
        yield CounterMetricFamily("webhook_unspooled", "Deliveries moved from the spool.", value=self.unspooled)
