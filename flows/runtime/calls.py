"""Calls to programs outside: a row and a timer with the step that wants one, made when nothing is locked.

`ops.timers.calls` makes them: `prepare` before, in a transaction that counts the try; `settle` after, in one
transaction with the execution that goes on. Who dies in between has the call made once more, under the same
`Idempotency-Key`.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from flows.models import FlowCall, FlowExecution
from flows.runtime import circuit, http_call, webhook_call
from flows.runtime import secrets as vault
from flows.runtime.http_call import Came, NoCall, Prepared
from flows.runtime.silence import CALL, KEPT, silent
from ops import clock
from ops.bell import ring
from ops.failpoint import failpoint
from ops.salon import current_salon_id
from ops.timers import actions as timers
from ops.timers.registry import Call, Due

if TYPE_CHECKING:
    from flows.runtime.running import Execution

NOBODY: Final = "nobody waits for it any more"
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that a step wants; `token` is that of the wait that it answers, None: nobody waits."""

    kind: str
    execution: "Execution"
    node: str
    seq: int
    payload: dict[str, Any]
    token: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How calls of a kind are put together, and what follows from what came back: a later try, or None for the end."""

    prepare: Callable[[FlowCall, dict[str, vault.Opened]], Prepared]
    again: Callable[[FlowCall, Came], timedelta | None]
    has_circuit: bool
    # After the last try of one that nobody waits for.
    give_up: Callable[[FlowCall, Came], None] | None = None


def write(salon_id: int, new: Sequence[NewCall]) -> None:
    """Write calls in the transaction of their steps; the same step of the same execution is one call."""
    if not new:
        return
    written = FlowCall.objects.bulk_create(
        FlowCall(
            execution_id=one.execution.id,
            flow_id=one.execution.flow_id,
            node=one.node,
            seq=one.seq,
            token=one.token,
            kind=one.kind,
            request=one.payload,
        )
        for one in new
    )
    now = clock.now()
    timers.set_many(salon_id, [timers.NewTimer(CALL, str(call.pk), now) for call in written])
    transaction.on_commit(lambda: ring("timers"))


class Calling:
    """The caller of `flow.call` (ops.timers.registry.Caller)."""

    def prepare(self, due: Sequence[Due]) -> list[Call | None]:
        """Put the calls together that somebody still wants; what needs no call is answered here."""
        calls = {
            call.pk: call
            for call in FlowCall.objects.select_for_update()
            .filter(pk__in=[int(one.subject) for one in due], state=FlowCall.State.PENDING)
            .order_by("pk")
        }
        wanted = _wanted(list(calls.values()))
        for call in calls.values():
            if call.pk not in wanted:
                _end(call, Came(NOBODY))
        known = [call for call in calls.values() if call.pk in wanted and KEPT in call.response]
        found, given_up = self._prepared([call for call in calls.values() if call.pk in wanted and call not in known])
        _settle([*((call, Came(**call.response[KEPT])) for call in known), *given_up])
        return [_call(found[int(one.subject)]) if int(one.subject) in found else None for one in due]

    def _prepared(self, calls: Sequence[FlowCall]) -> tuple[dict[int, Prepared], list[tuple[FlowCall, Came]]]:
        secrets = vault.opened({name for call in calls for name in names_in(call.request)})
        found: dict[int, Prepared] = {}
        given_up = []
        for call in calls:
            try:
                found[call.pk] = KINDS[call.kind].prepare(call, secrets)
            except NoCall as no:
                given_up.append((call, Came(no.error, no.detail)))
        resting = circuit.resting({found[call.pk].host for call in calls if call.pk in found and _breaks(call)})
        for call in calls:
            if call.pk in found and _breaks(call) and found[call.pk].host in resting:
                host = found.pop(call.pk).host
                call.attempts += 1
                given_up.append((call, Came(http_call.CIRCUIT_OPEN, f"{host} failed too often and rests")))
        for call in calls:
            if call.pk in found:
                call.attempts += 1
        FlowCall.objects.bulk_update(calls, ["attempts"])
        vault.note_used({name for call in calls if call.pk in found for name in names_in(call.request)})
        return found, given_up

    def settle(self, done: Sequence[tuple[Due, Any]]) -> None:
        """Keep what came, and let those go on that wait for it."""
        came = {int(due.subject): answer for due, answer in done}
        calls = FlowCall.objects.filter(pk__in=came, state=FlowCall.State.PENDING)
        _settle([(call, came[call.pk]) for call in calls.order_by("pk")])
        transaction.on_commit(lambda: failpoint("flows.after_answer"))


def _call(prepared: Prepared) -> Callable[[], Coroutine[Any, Any, Came]]:
    async def call() -> Came:
        failpoint("flows.before_call")
        came = await http_call.make(prepared)
        failpoint("flows.after_call")
        return came

    return call


def _wanted(calls: Sequence[FlowCall]) -> set[int]:
    """Those that nobody waits for by design, and those that somebody still does."""
    waiting = dict(
        FlowExecution.objects.filter(
            pk__in={call.execution_id for call in calls if call.token is not None}, status="waiting"
        ).values_list("pk", "state__wait__token")
    )
    return {call.pk for call in calls if call.token is None or waiting.get(call.execution_id) == call.token}


def _settle(done: Sequence[tuple[FlowCall, Came]]) -> None:
    """Locks executions, then their calls; the timers are finished by who called."""
    from flows.runtime import rows  # late: it needs what needs this
    from flows.runtime.running import run
    from flows.runtime.subflows import Reply, answer

    if not done:
        return
    salon_id = current_salon_id() or 0
    found = rows.by_id([call.execution_id for call, _came in done if call.token is not None])
    people = silent(one.conversation_id for one in found.values())
    replies = []
    for call, came in done:
        execution = found.get(call.execution_id)
        waits = execution.state.wait if execution else None
        is_wanted = waits is not None and waits.request and waits.token == call.token
        kind = KINDS[call.kind]
        if KEPT not in call.response:
            _note(call, kind, came)
        until = datetime.fromisoformat(waits.until) if is_wanted and waits and waits.until else None
        if (is_wanted or call.token is None) and (again := kind.again(call, came)) and _in_time(again, until):
            _try_again(salon_id, call, came, again)
            continue
        if execution is not None and is_wanted and execution.conversation_id in people:
            _keep(call, came)
            continue
        _end(call, came, "" if is_wanted or call.token is None else NOBODY)
        if execution is not None and is_wanted:
            replies.append(Reply(execution, call.token or 0, came.answer(), came.error))
        elif call.token is None and kind.give_up and not _is_well(call, came):
            kind.give_up(call, came)
    run(salon_id, answer(salon_id, replies))


def _in_time(again: timedelta, until: datetime | None) -> bool:
    return until is None or clock.now() + again < until


def _note(call: FlowCall, kind: Kind, came: Came) -> None:
    """Whether the host works, for those who would call it next."""
    if not kind.has_circuit or came.error in (http_call.REFUSED, http_call.SECRET_MISSING, http_call.CIRCUIT_OPEN):
        return
    is_down = came.error in (http_call.TIMEOUT, http_call.FAILED) or (came.status or 0) >= 500
    circuit.note(http_call.host_of(call.request), worked=not is_down)


def _try_again(salon_id: int, call: FlowCall, came: Came, after: timedelta) -> None:
    call.response, call.status_code, call.duration_ms = came.shown(), came.status, came.took_ms
    call.error = _words(came)
    call.save(update_fields=["response", "status_code", "duration_ms", "error", "attempts"])
    timers.set_many(salon_id, [timers.NewTimer(CALL, str(call.pk), clock.now() + after, call.attempts)])


def _keep(call: FlowCall, came: Came) -> None:
    """A person talks with the guest: what came is given to the flow when they are done (flows.runtime.silence)."""
    call.response = {**came.shown(), KEPT: came.to_json()}
    call.status_code, call.duration_ms = came.status, came.took_ms
    call.save(update_fields=["response", "status_code", "duration_ms"])


def _end(call: FlowCall, came: Came, note: str = "") -> None:
    call.state = FlowCall.State.FAILED if came.error else FlowCall.State.DONE
    call.response, call.status_code, call.duration_ms = came.shown(), came.status, came.took_ms
    call.error = (note or _words(came))[:_LONGEST_ERROR]
    call.done_at = clock.now()
    call.save()


def _words(came: Came) -> str:
    return f"{came.error}: {came.detail}".rstrip(": ")[:_LONGEST_ERROR]


def _is_well(call: FlowCall, came: Came) -> bool:
    return not came.error and 200 <= (came.status or 0) < 300


def _breaks(call: FlowCall) -> bool:
    return KINDS[call.kind].has_circuit


def names_in(request: Any) -> set[str]:
    """The secrets that a request names."""
    if isinstance(request, str):
        return set(vault.MARK.findall(request))
    if isinstance(request, list):
        return {name for item in request for name in names_in(item)}
    if isinstance(request, dict):
        found = {name for key, item in request.items() for name in names_in(key) | names_in(item)}
        signed_by = request.get("secret")
        return found | ({signed_by} if isinstance(signed_by, str) else set())
    return set()


KINDS: Final[dict[str, Kind]] = {
    "http": Kind(
        lambda call, secrets: http_call.prepare(call.request, secrets, key=str(call.public_id)),
        http_call.again,
        has_circuit=True,
    ),
    "webhook": Kind(
        lambda call, secrets: webhook_call.prepare(call.request, secrets, key=str(call.public_id)),
        webhook_call.again,
        has_circuit=False,
        give_up=webhook_call.give_up,
    ),
}
