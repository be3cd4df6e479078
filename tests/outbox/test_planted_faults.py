"""The suite must be able to fail: each fault that is planted here turns a test red."""

import pytest
import redis

from channels_wa.adapters.outcome import Outcome, Unknown
from channels_wa.outbox import attempts, circuit, claiming, flight, limiter, numbers, portfolio, recorder, statuses
from channels_wa.outbox.checks import OutboundFacts
from channels_wa.outbox.claiming import Item
from channels_wa.outbox.reactions import Ending, Result, react
from ops import clock
from tests.outbox import (
    test_circuit,
    test_dead_letters,
    test_dispatch,
    test_error_classes,
    test_limiter,
    test_portfolio,
    test_statuses,
)
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


def test_a_flush_that_forgets_who_was_talked_to(db: None, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "_known", lambda *_facts: [])
    with pytest.raises(AssertionError):
        test_portfolio.test_a_flush_is_made_good_from_the_database(db, valkey)


def test_an_old_failure_that_undoes_a_retry(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statuses, "_is_overtaken", lambda _told: False)
    with pytest.raises(AssertionError):
        test_dead_letters.test_i16_a_failure_of_the_first_try_does_not_undo_the_second(out)


def test_a_rest_that_everyone_ends_at_once(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "win", lambda number_ids: set(number_ids))
    with pytest.raises(AssertionError):
        test_circuit.test_one_message_tries_and_the_rest_follows(out)


def test_an_answer_to_an_old_token_that_stops_the_new_one(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = numbers.stop
    monkeypatch.setattr(numbers, "stop", lambda number_id, reason, **_token: stop(number_id, reason))
    with pytest.raises(AssertionError):
        test_error_classes.test_an_answer_to_the_old_token_does_not_stop_the_new_one(out)
