"""The error budget (FL-010): a flow whose runs fail again and again starts none until a person has looked."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from flows.models import Flow, FlowExecution
from flows.settings import FlowSettings
from ops import clock
from ops.eventqueue.handling import Heard
from ops.events import actions as events
from ops.salon import current_salon_id
from tenants.alerts.actions import NewAlert, clear_alerts, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tenants.audit import actions as audit

_LONGEST_REASON: Final = 200


def on_failed(heard: Sequence[Heard]) -> None:
    """`execution.failed`: count, and pause what is over its budget. Counting twice changes nothing."""
    failed = FlowExecution.objects.filter(public_id__in=[event.subject for event in heard])
    check(set(failed.values_list("flow_id", flat=True)))


def on_looked_at(heard: Sequence[Heard]) -> None:
    """`flow.resumed`, `flow.archived`: nobody needs to be told of it any more."""
    clear_alerts(current_salon_id() or 0, [_key(event.subject) for event in heard])


@transaction.atomic
def check(flow_ids: Iterable[int]) -> None:
    """Pause those of the flows that failed too often lately."""
    # In one order, so that two workers never wait for each other.
    for flow in Flow.objects.select_for_update().filter(pk__in=flow_ids, paused_at=None).order_by("pk"):
        budget = FlowSettings.read(flow.settings).error_budget
        since = clock.now() - timedelta(minutes=budget.within_minutes)
        failed = FlowExecution.objects.filter(flow=flow, status=FlowExecution.Status.FAILED, ended_at__gte=since)
        if flow.resumed_at is not None:
            # Runs that began before somebody looked fail for the reason they know.
            failed = failed.filter(ended_at__gte=flow.resumed_at, started_at__gte=flow.resumed_at)
        newest = list(failed.order_by("-ended_at").values_list("error", flat=True)[: budget.failures])
        if len(newest) == budget.failures:
            _pause(flow, failures=budget.failures, minutes=budget.within_minutes, error=newest[0])


def paused_words(flow: Flow) -> str:
    """Why it is paused, in the reader's language; empty if it is not."""
    if flow.paused_at is None:
        return ""
    counted, _blank, error = flow.paused_reason.partition(" ")
    failures, _slash, minutes = counted.partition("/")
    if not (failures.isdecimal() and minutes.isdecimal()):
        return flow.paused_reason
    words = _("%(failures)s runs failed within %(minutes)s minutes (%(error)s)")
    return words % {"failures": failures, "minutes": minutes, "error": error}


def _pause(flow: Flow, *, failures: int, minutes: int, error: str) -> None:
    flow.paused_at = clock.now()
    # The figures and the newest error; paused_words makes a sentence of it.
    flow.paused_reason = f"{failures}/{minutes} {error}"[:_LONGEST_REASON]
    flow.save(update_fields=["paused_at", "paused_reason"])
    audit.record("flow.paused", subject=flow.public_id, after={"reason": flow.paused_reason})
    events.emit("flow.paused", subject=flow.public_id, payload={"reason": flow.paused_reason})
    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=_key(flow.public_id),
            kind="flow.paused",
            level=Level.CRITICAL,
            title=Words(gettext_noop("The flow %(name)s is paused"), {"name": flow.name}),
            text=Words(
                gettext_noop(
                    "%(failures)d runs failed within %(minutes)d minutes (%(error)s). It starts no more until you have "
                    "looked and let it go on; what guests write goes to your team."
                ),
                {"failures": failures, "minutes": minutes, "error": error[:_LONGEST_REASON]},
            ),
            link=f"/flows/{flow.public_id}/executions/?status=failed",
            link_words=Words(gettext_noop("See what failed")),
        ),
    )


def _key(public_id: object) -> str:
    return f"flow:{public_id}:budget"
