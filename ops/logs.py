"""JSON log lines with salon and trace (contract: Log line)."""

import logging
import logging.config
import sys
from typing import Any

import structlog

_ALWAYS = ("tenant_id", "user_id", "trace_id", "resource_type", "resource_id", "action")


def _fields(_logger: Any, _name: str, event: Any) -> Any:
    from ops.salon import current_salon_id

    if event.get("tenant_id") is None:
        event["tenant_id"] = current_salon_id()
    for name in _ALWAYS:
        event.setdefault(name, None)
    return event


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    _fields,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: every logger of the process writes one JSON line per event to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
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
    structlog.configure(
        processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
