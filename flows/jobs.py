"""What flows do when a timer is due."""

from collections.abc import Sequence
from datetime import timedelta

from channels_wa.numbers.models import Number
from flows.engine.inputs import TimedOut
from flows.runtime import rows
from flows.runtime.facts import people, salon_facts
from flows.runtime.graphs import graphs_of
from flows.runtime.running import WAIT, Execution, Turn, run
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due, on_timer

# Another flow is talking with the guest: this one lets it finish and asks again after this time.
STAND_BACK = timedelta(minutes=5)


@on_timer(WAIT)
def end_waits(due: Sequence[Due]) -> None:
    """A wait or a time-out has come. Executions that meanwhile got an answer know the version as an old one."""
    salon_id = current_salon_id() or 0
    tokens = {int(one.subject): one.version for one in due}
    executions = rows.by_id(list(tokens))
    busy = rows.listening([one.conversation_id for one in executions.values()])
    free = [one for one in executions.values() if _is_free(one, busy)]
    held = [one for one in executions.values() if not _is_free(one, busy)]
    # A version of its own, so that the timer that fires right now can be finished beside the new one.
    set_many(
        salon_id, [NewTimer(f"{WAIT}.again", f"{one.id}:{tokens[one.id]}", clock.now() + STAND_BACK) for one in held]
    )
    _run(salon_id, free, tokens)


@on_timer(f"{WAIT}.again")
def end_held_waits(due: Sequence[Due]) -> None:
    """The same for those that stood back."""
    subjects = [one.subject.partition(":") for one in due]
    end_waits([Due(pk, int(token)) for pk, _, token in subjects])


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
