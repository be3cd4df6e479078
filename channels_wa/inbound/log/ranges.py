"""Replaying all deliveries of a search, in the background: a batch at a time in the order of arrival, resumable."""

from datetime import datetime
from typing import Any

from django.db import transaction

from channels_wa.inbound.log.search import Page, Wanted, find, time_of
from channels_wa.inbound.models import Replay
from channels_wa.inbound.replaying import replay_deliveries
from ops import clock
from ops.timers.actions import NewTimer, set_many

BATCH = 500
TIMER = "inbox.replay"


@transaction.atomic
def begin(wanted: Wanted, *, asked_by: str) -> Replay:
    """Replay what is wanted, from the next tick on."""
    made = Replay.objects.create(wanted=wanted.to_json(), asked_by=asked_by)
    _next(made)
    return made


def go_on(replay_id: int) -> None:
    """The next batch; called by the timer, in a transaction that its place is kept in."""
    run = Replay.objects.select_for_update().filter(pk=replay_id, state=Replay.State.RUNNING).first()
    if run is not None and not step(run):
        _next(run)


def step(run: Replay) -> bool:
    """One batch of a replay; whether it was the last."""
    page = find(Wanted.from_json(run.wanted), after=run.place, newest_first=False, limit=BATCH)
    run.items += replay_deliveries([row.id for row in page.rows])
    run.deliveries += len(page.rows)
    run.place, run.steps = page.further, run.steps + 1
    if page.further is None:
        run.state, run.ended_at = Replay.State.DONE, clock.real()
    run.save()
    return page.further is None


def stop(run: Replay) -> bool:
    """End it where it stands; whether it ran."""
    rows = Replay.objects.filter(pk=run.pk, state=Replay.State.RUNNING)
    return bool(rows.update(state=Replay.State.STOPPED, ended_at=clock.real()))


def progress(run: Replay) -> int:
    """How much of the time was gone through, in percent."""
    if run.state == Replay.State.DONE:
        return 100
    if run.place is None:
        return 0
    start, end = (datetime.fromisoformat(run.wanted[name]) for name in ("start", "end"))
    part = (time_of(run.place) - start) / (end - start) if end > start else 1.0
    return min(max(int(part * 100), 0), 99)


def count(wanted: Wanted, *, most: int) -> tuple[int, bool]:
    """How many deliveries it would be, and whether counting stopped at `most`."""
    total, after = 0, None
    while total < most:
        page: Page = find(wanted, after=after, newest_first=False, limit=BATCH)
        total, after = total + len(page.rows), page.further
        if after is None:
            return total, False
    return total, True


def words_of(wanted: dict[str, Any]) -> str:
    """A search on one line."""
    return ", ".join(f"{name}={value}" for name, value in wanted.items() if value)


def _next(run: Replay) -> None:
    # Its own version each time, so that the timer that is being done right now is not moved.
    set_many(None, [NewTimer(TIMER, str(run.pk), clock.now(), run.steps + 1)])
