"""Noting what operators do, in the transaction of the act."""

from collections.abc import Sequence
from typing import Any

from ops.addresses import client_ip
from tenants.operators.models import OperatorAct


def record(request: Any, *, action: str, kind: str, subjects: Sequence[object], details: dict[str, Any]) -> None:
    """Note one act of the request's person; named by OPERATOR_AUDIT, so that pages of lower layers note theirs too."""
    OperatorAct.objects.create(
        user_id=request.user.pk,
        email=request.user.email,
        action=action[:60],
        kind=kind[:60],
        subjects=[str(subject) for subject in subjects],
        details=details,
        ip=client_ip(request) or None,
        trace_id=getattr(request, "trace_id", ""),
    )
