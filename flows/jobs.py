"""What flows do when a timer is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import flows.triggers.timers  # noqa: F401  their timers make themselves known
from channels_wa.numbers.models import Number
from flows.console import pruning
from flows.engine.inputs import TimedOut
from flows.runtime import awaiting, rows, silence
from flows.runtime.calls import Calling
from flows.runtime.facts import people, salon_facts
from flows.runtime.graphs import graphs_of
from flows.runtime.running import WAIT, Execution, Turn, run
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due, call_on_timer, on_timer

# Another flow is talking with the guest: this one lets it finish and asks again after this time.
STAND_BACK = timedelta(minutes=5)
AGAIN = silence.AGAIN

call_on_timer(silence.CALL, Calling(), acts_for="salon")
on_timer(pruning.PRUNE, acts_for="salon")(pruning.prune)


@on_timer(silence.EVENT, acts_for="salon")
def bring_again(due: Sequence[Due]) -> None:
    """What happened while somebody else talked with the guest."""
    awaiting.on_due(one.subject for one in due)


@dataclass(frozen=True, slots=True)
class _Wait:
    """A wait whose time has come, and how often it has stood back."""

    execution_id: int
    token: int
    stood_back: int = 0


@on_timer(WAIT, acts_for="salon")
def end_waits(due: Sequence[Due]) -> None:
    """A wait or a time-out has come."""
    _end([_Wait(int(one.subject), one.version) for one in due])


@on_timer(AGAIN, acts_for="salon")
def end_held_waits(due: Sequence[Due]) -> None:
    """The same for those that stood back."""
    subjects = [(one.subject.partition(":"), one.version) for one in due]
    _end([_Wait(int(pk), int(token), stood_back=version) for (pk, _, token), version in subjects])


def _end(waits: Sequence[_Wait]) -> None:
    salon_id = current_salon_id() or 0
    found = rows.by_id([wait.execution_id for wait in waits])
    # One that got an answer meanwhile waits under another token, or no more.
    live = {
        wait.execution_id: wait
        for wait in waits
        if (one := found.get(wait.execution_id)) and one.state.wait and one.state.wait.token == wait.token
    }
    # Where a person answers it is held until they are done: the end of the silence sets its timer.
    people = silence.silent(found[pk].conversation_id for pk in live)
    executions = [one for pk in live if (one := found[pk]).conversation_id not in people]
    busy = rows.listening([one.conversation_id for one in executions])
    held = [live[one.id] for one in executions if not _is_free(one, busy)]
    # A version of its own each time: the timer that fires right now is finished beside the new one.
    set_many(
        salon_id,
        [
            NewTimer(AGAIN, f"{one.execution_id}:{one.token}", clock.now() + STAND_BACK, one.stood_back + 1)
            for one in held
        ],
    )
    tokens = {pk: wait.token for pk, wait in live.items()}
    _run(salon_id, [one for one in executions if _is_free(one, busy)], tokens)


def _is_free(execution: Execution, busy: dict[int, Execution]) -> bool:
    other = busy.get(execution.conversation_id)
    return other is None or other.id == execution.id


def _run(salon_id: int, executions: Sequence[Execution], tokens: dict[int, int]) -> None:
    if not executions:
        return
    portfolios = dict(Number.objects.filter(salon_id=salon_id).values_list("pk", "portfolio"))
    known = people([(one.contact_id, portfolios.get(one.number_id, "")) for one in executions])
    graphs = graphs_of(salon_id, {one.version_id for one in executions})
    salon = salon_facts(salon_id).to_json()
    run(
        salon_id,
        [
            Turn(
                execution=one,
                graph=graphs[one.version_id],
                said=TimedOut(token=tokens[one.id], facts={"contact": known[one.contact_id].facts, "salon": salon}),
                person=known[one.contact_id],
            )
            for one in executions
        ],
    )
