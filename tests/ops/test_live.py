"""What is told after a commit is told to the salon that it was written in, wherever the commit happens."""

from typing import Any

import pytest
from django.db import transaction

from ops import live
from ops.salon import current_salon_id, run_in_salon
from tests.world import Salons


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(live, "publish", lambda salon_id, topic, _message: found.append((salon_id, topic)))
    return found


def publish(salon_id: int) -> None:
    live.publish_on_commit(salon_id, "inbox", {"kind": "news"})


def test_a_commit_behind_the_door_tells_the_right_salon(
    salons: Salons, db: None, told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run_in_salon(salons.aurora.pk, lambda: publish(salons.aurora.pk))
        run_in_salon(salons.other.pk, lambda: publish(salons.other.pk))
        assert (told, current_salon_id()) == ([], None)
    assert told == [(salons.aurora.pk, "inbox"), (salons.other.pk, "inbox")]


def test_nothing_is_told_of_what_was_rolled_back(
    salons: Salons, db: None, told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        run_in_salon(salons.aurora.pk, lambda: publish(salons.aurora.pk))
        transaction.set_rollback(True)
    assert told == []
