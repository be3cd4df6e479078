"""JSON log lines with salon and trace (contract: Log line)."""

import logging
import logging.config
import sys
from typing import Any

import structlog

from ops.redaction import redact
from ops.secrecy import hide

# In this order at the head of every line.
_ALWAYS = (
    "timestamp", "level", "event", "trace_id", "tenant_id", "user_id", "resource_type", "resource_id", "action",
)  # fmt: skip


def _fields(_logger: Any, _name: str, event: Any) -> Any:
    from ops.salon import current_salon_id

    # Django logs a failed request after the middleware has left its trace and its salon.
    request = event.pop("request", None)
    if event.get("trace_id") is None:
        event["trace_id"] = getattr(request, "trace_id", None)
    if event.get("tenant_id") is None:
        event["tenant_id"] = getattr(getattr(request, "salon", None), "pk", None) or current_salon_id()
    return {**{name: event.get(name) for name in _ALWAYS}, **event}


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    hide,
    _fields,
]


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: every logger of the process writes one JSON line per event to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,  # last, so that nothing is added behind it
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
            foreign_pre_chain=PROCESSORS,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.get("level", "INFO"))
    for noisy in ("httpx", "asyncio", "celery.utils.functional", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel("WARNING")
    # Each request has its line already; the path of a refused one may hold a secret link.
    logging.getLogger("django.request").setLevel("ERROR")
    structlog.configure(
        processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
