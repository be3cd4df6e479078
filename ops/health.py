"""Liveness, readiness and metrics; answered under any Host, before Django's own checks of it."""

import json
import logging
import os
from typing import Any

import redis
from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest, multiprocess

from config.env import env
from ops.metrics import TableGauges

log = logging.getLogger(__name__)


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether this process can serve, and each dependency by name."""
    parts = {"database": _database(), "valkey": _valkey()}
    is_open = True
    if parts["database"] == "ok":
        from ops.ledger import opening  # late: the gate answers probes before Django's apps are loaded

        parts["erasures"] = opening.state()
        is_open = parts["erasures"] in ("ok", "unknown")
    # Valkey only rings bells: without it the product is slower, not down.
    return parts["database"] == "ok" and is_open, parts


def metrics_page() -> bytes:
    """Everything all processes counted, in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        from prometheus_client import REGISTRY

        registry = REGISTRY
    page = generate_latest(registry)
    gauges = CollectorRegistry()
    gauges.register(TableGauges())
    return page + generate_latest(gauges)


def body(ready: bool, parts: dict[str, Any]) -> bytes:
    """The answer of /readyz."""
    return json.dumps({"status": "ok" if ready else "unavailable", **parts}).encode()


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        log.warning("readiness: database: %s", error)
        return "unreachable"
    return "ok"


def _valkey() -> str:
    try:
        with redis.Redis.from_url(env.redis_url, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError as error:
        log.warning("readiness: valkey: %s", error)
        return "unreachable (work goes on by polling)"
    return "ok"
