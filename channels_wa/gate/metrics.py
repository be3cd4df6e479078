"""What the gate counts: in plain lists while it works, handed to Prometheus' metrics once a second.

A Histogram's lock for each delivery costs as much as the HMAC. Handed over, the figures of all gate processes are in
every process's /metrics (PROMETHEUS_MULTIPROC_DIR).
"""

from bisect import bisect_left

from prometheus_client import Counter, Histogram

EVERY_S = 1.0
_EDGES_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

INGEST = Histogram("webhook_ingest_seconds", "From the request to its acknowledgement", buckets=_EDGES_S)
DELIVERIES = Counter("webhook_deliveries", "Requests at the gate by result", ["result"])
COMMITS = Counter("webhook_commits", "Group commits of the gate")
UNSPOOLED = Counter("webhook_unspooled", "Deliveries moved from the spool")


class GateFigures:
    """What happened since the last hand-over; used on one event loop only."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._counts = [0] * (len(_EDGES_S) + 1)
        self._sum = 0.0
        self._results: dict[str, int] = {}
        self.commits = 0
        self.unspooled = 0

    def acknowledged(self, seconds: float, result: str) -> None:
        """A delivery was kept and answered after so long."""
        self._counts[bisect_left(_EDGES_S, seconds)] += 1
        self._sum += seconds
        self.counted(result)

    def counted(self, result: str) -> None:
        """A request ended this way."""
        self._results[result] = self._results.get(result, 0) + 1

    def hand_over(self) -> None:
        """Give what was counted to Prometheus' metrics and begin anew."""
        # A Histogram takes one observation at a time; its buckets take many.
        for bucket, count in zip(INGEST._buckets, self._counts, strict=True):
            if count:
                bucket.inc(count)
        INGEST._sum.inc(self._sum)
        for result, count in self._results.items():
            DELIVERIES.labels(result).inc(count)
        COMMITS.inc(self.commits)
        UNSPOOLED.inc(self.unspooled)
        self._begin()
