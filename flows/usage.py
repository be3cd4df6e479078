"""What the plan counts of flows: each run."""

from collections.abc import Iterable
from uuid import UUID

from billing.metering.kinds import Kind
from billing.metering.recording import Usage, record_many
from billing.quotas.asking import ask


def may_begin(salon_id: int) -> bool:
    """Whether the plan has room for one more run. Those that go on go on."""
    return ask(salon_id, Kind.FLOW_EXECUTIONS).allowed


def count(salon_id: int, executions: Iterable[UUID]) -> None:
    """Runs that have just begun, in the transaction that writes them."""
    record_many(
        [
            Usage(salon_id=salon_id, kind=Kind.FLOW_EXECUTIONS, key=f"execution:{one}", subject=str(one))
            for one in executions
        ]
    )
