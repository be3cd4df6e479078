"""Show what a worker's children counted: `python docker/worker_metrics.py PORT`, beside the worker in its container."""

import sys

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


def main() -> None:
    """Serve until the container ends. The network is the compose project's own; no port is published."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    _, thread = start_http_server(int(sys.argv[1]), registry=registry)
    thread.join()


if __name__ == "__main__":
    main()
