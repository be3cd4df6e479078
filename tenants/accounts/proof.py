"""When the person of a public session last proved who they are: by log-in or by being asked again."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records

from ops import clock
from tenants.access.stepup import FRESH_FOR


def proved_at(request: Any) -> datetime | None:
    """The newest of the proofs that allauth has recorded in this session."""
    records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
    moments = [record["at"] for record in records if isinstance(record.get("at"), int | float)]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def is_fresh(request: Any) -> bool:
    """Whether that was within the time for which a proof counts."""
    at = proved_at(request)
    return at is not None and clock.real() - at < FRESH_FOR
