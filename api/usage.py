"""Counting calls: each of a caller whom we know and who was not too quick costs the plan one."""

from api.errors import usage_headers
from billing.metering.kinds import Kind
from billing.metering.recording import Usage, record_many
from billing.quotas.asking import require
from ops.salon import current_salon_id


def count() -> dict[str, str]:
    """Count the call that is answered now; the headers that say how the plan stands. Raises QuotaExceeded."""
    salon_id = current_salon_id()
    if salon_id is None:
        return {}
    answer = require(salon_id, Kind.API_CALLS)
    record_many([Usage(salon_id=salon_id, kind=Kind.API_CALLS, key=None)], is_quick=True)
    left = None if answer.remaining is None else answer.remaining - 1
    return usage_headers(answer.limit, left, answer.resets_at)
