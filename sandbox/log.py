"""Errors as JSON lines on stdout; the sandbox says nothing while all is well."""

import json
import sys
from datetime import UTC, datetime


def error(event: str, **fields: object) -> None:
    """Write one line."""
    line = {"timestamp": datetime.now(UTC).isoformat(), "level": "error", "event": f"sandbox.{event}", **fields}
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
