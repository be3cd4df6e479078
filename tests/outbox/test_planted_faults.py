"""The suite must be able to fail: each fault that is planted here turns a test red."""

import pytest

from channels_wa.adapters.outcome import Outcome, Unknown
from channels_wa.outbox import attempts, claiming, flight, limiter, recorder, statuses
from channels_wa.outbox.checks import OutboundFacts
from channels_wa.outbox.claiming import Item
from channels_wa.outbox.reactions import Ending, Result, react
from ops import clock
from tests.outbox import test_dispatch, test_limiter, test_statuses
from tests.outbox.conftest import Out, Told
from tests.world import Salons


def test_resend_on_time_out(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    def resend(item: Item, outcome: Outcome, **moments: object) -> Result:
        if isinstance(outcome, Unknown):
            return Result(item, Ending.AGAIN, not_before=clock.now())
        return react(item, outcome, **moments)  # type: ignore[arg-type]

    monkeypatch.setattr(recorder, "react", resend)
    with pytest.raises(AssertionError):
        test_statuses.test_i14_unknown_for_good_is_left_to_a_person(out)


def test_last_status_wins(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    def last_wins(message: statuses._Message, update: Told) -> None:
        message.status, message.is_changed = update.status, True

    monkeypatch.setattr(statuses, "_move_up", last_wins)
    with pytest.raises(AssertionError):
        test_statuses.test_i16_it_never_moves_down(out)


def test_no_lease(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_CLAIM", claiming._CLAIM.replace("SET state = 'sending'", "SET state = 'queued'"))
    with pytest.raises(AssertionError):
        test_dispatch.test_i15_what_one_worker_owns_no_other_claims(out)


def test_a_mac_that_is_not_bound_to_the_salon(out: Out, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = attempts._mac
    monkeypatch.setattr(attempts, "_mac", lambda key, _salon_id, name: bound(key, 0, name))
    with pytest.raises(AssertionError):
        test_dispatch.test_the_call_carries_a_word_that_only_we_can_write(out, salons)


def test_the_window_asked_only_when_queued(out: Out, skip_time: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def agree(batch: list[OutboundFacts], **_: object) -> list[None]:
        return [None] * len(batch)

    monkeypatch.setattr(flight, "ask", agree)
    with pytest.raises(AssertionError):
        test_dispatch.test_i18_the_window_is_asked_again_right_before_the_call(out, skip_time)  # type: ignore[arg-type]


def test_a_missing_bucket_that_starts_full(valkey: object, monkeypatch: pytest.MonkeyPatch) -> None:
    full = limiter._SCRIPT.replace("tokens[i] = start\n", "tokens[i] = capacity\n")
    monkeypatch.setattr(limiter, "_SCRIPT", full)
    with pytest.raises(AssertionError):
        test_limiter.test_a_missing_bucket_starts_empty(valkey)  # type: ignore[arg-type]
