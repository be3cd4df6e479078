"""A worker that dies, a person who changes their mind, two workers at once: no row twice, none lost (CR-001)."""

from datetime import timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.contacts.importing import ending, planning, running, writing
from crm.contacts.models import Contact, ContactImport, ImportRow
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from ops.timers.models import Timer
from tests.lists.conftest import List, Make
from tests.world import Salons

ROWS = 57
COLUMNS = {0: "name", 1: "phone"}


class Killed(BaseException):
    """As kill -9: nobody catches it, nothing is tidied up."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 5)


def a_list() -> str:
    """Every tenth row is bad, every seventh repeats the one before."""
    lines = ["nome,telefone"]
    for number in range(ROWS):
        phone = "bad" if number % 10 == 3 else f"1198888{number - (number % 7 == 6):04d}"
        lines.append(f"Guest {number},{phone}")
    return "\n".join(lines)


def skip(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(clock, "_offset", clock._offset + by)


def die_at(monkeypatch: pytest.MonkeyPatch, place: str, nth: int) -> None:
    left = [nth]

    def failpoint(name: str) -> None:
        left[0] -= name == place
        if name == place and not left[0]:
            raise Killed

    monkeypatch.setattr(running, "failpoint", failpoint)


@pytest.mark.parametrize("place", ["import.batch", "import.settled"])
@pytest.mark.parametrize("nth", [1, 4, 11])
def test_after_a_crash_it_goes_on_where_it_was(
    lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch, place: str, nth: int
) -> None:
    lists.bring(a_list())
    lists.check(COLUMNS)
    tried = lists.counts()
    assert sum(tried.values()) == ROWS
    with monkeypatch.context() as dying:
        die_at(dying, place, nth)
        with pytest.raises(Killed):
            lists.run()
    assert lists.row.state == "running"
    # Its lease holds for a while: nobody else begins.
    settled = lists.row.row
    assert lists.work().row == settled
    _lease_ends(lists, salons)
    assert lists.work().state == "done"
    assert lists.counts() == tried
    with inside(salons.aurora.pk):
        assert Contact.objects.count() == tried["created"] == Identity.objects.count()
        assert ImportRow.objects.count() == tried["refused"]


def test_a_trial_goes_on_as_well(lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    lists.bring(a_list())
    with monkeypatch.context() as dying:
        die_at(dying, "import.settled", 3)
        with pytest.raises(Killed):
            lists.check(COLUMNS)
    _lease_ends(lists, salons)
    assert lists.work().state == "checked"
    tried = lists.counts()
    assert sum(tried.values()) == ROWS
    lists.run()
    assert lists.counts() == tried


def test_who_lost_the_list_writes_nothing_more(lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cancelled, or taken by somebody else, in the middle of a batch."""
    lists.bring(a_list())
    lists.check(COLUMNS)
    write, left = writing.write, [3]

    def slow(*args: object, **kwargs: object) -> None:
        write(*args, **kwargs)  # type: ignore[arg-type]
        left[0] -= 1
        if not left[0]:
            ContactImport.objects.update(state="cancelled")

    monkeypatch.setattr(writing, "write", slow)
    lists.run()
    row = lists.row
    with inside(salons.aurora.pk):
        assert Contact.objects.count() == row.created == 8


def test_cancelling_keeps_what_was_written(lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    lists.bring(a_list())
    lists.check(COLUMNS)
    with monkeypatch.context() as dying:
        die_at(dying, "import.settled", 2)
        with pytest.raises(Killed):
            lists.run()
    assert lists.browser.post(f"{lists.path}act/", {"do": "cancel"}).status_code == 303
    _lease_ends(lists, salons)
    assert lists.work().state == "cancelled"
    row = lists.row
    assert (row.row, row.created) == (11, contacts_of(salons))
    assert "Stopped after row 11" in lists.browser.get_page(lists.path)


def contacts_of(salons: Salons) -> int:
    with inside(salons.aurora.pk):
        return Contact.objects.count()


def test_the_timer_comes_until_it_is_done(
    lists: List, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever dies, the next tick finds the list."""
    started: list[object] = []
    monkeypatch.setattr(running, "_start", lambda salon_id, public_id: started.append(public_id))
    lists.bring(a_list())
    lists.browser.post(f"{lists.path}check/", {"column-1": "phone"})
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            ticker.run()
        skip(monkeypatch, running.EVERY)
    assert len(started) == 3
    assert Timer.objects.filter(kind=running.TICK, state="pending").count() == 1
    lists.work()
    ticker.run()
    assert len(started) == 3
    assert not Timer.objects.filter(kind=running.TICK, state="pending").exists()


def test_somebody_writes_at_this_very_moment(
    lists: List, make: Make, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guest of the batch becomes a contact between the look and the write: the batch is planned anew."""
    lists.bring("nome,telefone\nAna,11988881234\nBia,11988885678\n")
    lists.check(COLUMNS)
    plan = planning.plan
    met: list[Contact] = []

    def meet(*args: object, **kwargs: object) -> planning.Plan:
        found = plan(*args, **kwargs)  # type: ignore[arg-type]
        if not met:
            met.append(make("", phone="+5511988881234"))
        return found

    monkeypatch.setattr(planning, "plan", meet)
    lists.run()
    assert lists.counts()["created"] + lists.counts()["changed"] == 2
    with inside(salons.aurora.pk):
        assert Contact.objects.count() == 2


def test_one_that_never_comes_to_an_end_is_given_up(
    lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.bring(a_list())
    lists.check(COLUMNS)
    monkeypatch.setattr(writing, "write", lambda *args, **kwargs: 1 / 0)
    lists.run()
    for _ in range(running.MOST_STUMBLES):
        lists.work()
    assert lists.row.state == "failed"
    assert "Something went wrong" in lists.browser.get_page(lists.path)


def test_one_that_kills_its_workers_is_given_up(lists: List, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is killed counts nothing: whoever takes the list after them does. A step forward is a new beginning."""
    lists.bring(a_list())
    lists.check(COLUMNS)
    assert lists.row.options["stumbles"] == 0
    with monkeypatch.context() as dying:
        die_at(dying, "import.settled", 1)
        with pytest.raises(Killed):
            lists.run()
    for stumbles in range(1, running.MOST_STUMBLES):
        _lease_ends(lists, salons)
        with monkeypatch.context() as dying:
            die_at(dying, "import.batch", 1)
            with pytest.raises(Killed):
                lists.work()
        assert (lists.row.state, lists.row.options["stumbles"]) == ("running", stumbles)
    settled = lists.row.row
    _lease_ends(lists, salons)
    assert lists.work().state == "failed"
    assert f"Something went wrong after row {settled}" in lists.row.error


def test_little_is_kept_of_rows_that_are_refused(lists: List, salons: Salons) -> None:
    lists.bring("nome,telefone" + ",x" * 98 + "\nAna,bad" + f",{'y' * 400}" * 98 + "\n")
    lists.check(COLUMNS)
    with inside(salons.aurora.pk):
        cells = ImportRow.objects.get().cells
    assert (cells[:2], len(cells), len(cells[2])) == (["Ana", "bad"], 100, 300)
    assert sum(map(len, cells)) == 8000


def test_what_nobody_imports_is_forgotten(lists: List, monkeypatch: pytest.MonkeyPatch) -> None:
    lists.bring(a_list())
    lists.check(COLUMNS)
    skip(monkeypatch, ending.FILE_DAYS + timedelta(hours=1))
    ticker.run()
    row = lists.row
    assert row.state == "cancelled"
    assert bytes(row.sealed_key) == b""


def _lease_ends(lists: List, salons: Salons) -> None:
    with inside(salons.aurora.pk):
        ContactImport.objects.update(lease_until=clock.real() - timedelta(seconds=1))
