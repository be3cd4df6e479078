"""The table of error classes, as what is written down."""

from datetime import UTC, datetime, timedelta

import pytest

from channels_wa.adapters.error_classes import OF_CODE, class_of
from channels_wa.adapters.outcome import ErrorClass, Rejected
from channels_wa.outbox.claiming import Item
from channels_wa.outbox.reactions import Ending, Result, react

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def waited(result: Result) -> float:
    assert result.not_before is not None
    return (result.not_before - NOW).total_seconds()


def rejected(error_class: ErrorClass, retries: int = 0, wait_s: float | None = None, *, item_id: int = 1) -> Result:
    item = Item(item_id, 1, 1, 1, 1, 1, 0, "at_most_once", retries, False)
    return react(item, Rejected(1, error_class, "why", wait_s), now=NOW, real=NOW)


@pytest.mark.parametrize(
    "final",
    [
        ErrorClass.RECIPIENT, ErrorClass.NEEDS_TEMPLATE, ErrorClass.CONTENT, ErrorClass.TEMPLATE_STATE,
        ErrorClass.WAIT_A_DAY,
    ],
)  # fmt: skip
def test_what_cannot_get_better_fails_at_once(final: ErrorClass) -> None:
    result = rejected(final)
    assert (result.ending, result.more["class"]) == (Ending.FAILED, str(final))


@pytest.mark.parametrize("retries", range(6))
def test_i17_a_pair_waits_at_least_four_to_the_x_seconds(retries: int) -> None:
    wait = waited(rejected(ErrorClass.SLOW_PAIR, retries))
    assert 4**retries <= wait <= 4**retries * 1.5


def test_fr_wa_009_what_failed_together_comes_back_spread_out() -> None:
    waits = [waited(rejected(ErrorClass.TRANSIENT, 5, item_id=pk)) for pk in range(1, 201)]
    assert all(32 <= wait < 48 for wait in waits)
    assert len({round(wait) for wait in waits}) > 10
    assert waits[0] == waited(rejected(ErrorClass.TRANSIENT, 5, item_id=1))  # a test can count on it


def test_a_stopped_numbers_messages_keep_their_order() -> None:
    assert {waited(rejected(ErrorClass.ACCOUNT_STOP, item_id=pk)) for pk in range(1, 50)} == {300.0}


def test_i17_a_number_waits_as_long_as_meta_says() -> None:
    result = rejected(ErrorClass.SLOW_NUMBER, wait_s=120)
    assert result.effect is not None and result.effect.slow_until == NOW + timedelta(seconds=120)


def test_transient_gives_up_after_a_while() -> None:
    assert rejected(ErrorClass.TRANSIENT, 9).ending is Ending.AGAIN
    assert rejected(ErrorClass.TRANSIENT, 10).ending is Ending.FAILED
    assert rejected(ErrorClass.MEDIA, 2).ending is Ending.FAILED


def test_an_account_stop_names_itself() -> None:
    result = rejected(ErrorClass.ACCOUNT_STOP)
    assert result.effect is not None and result.effect.stop_reason == result.reason
    assert result.reason.startswith("number_stopped:")


def test_spam_rests_the_campaigns() -> None:
    result = rejected(ErrorClass.SLOW_HOURS)
    assert result.effect is not None and result.effect.bulk_not_before == NOW + timedelta(hours=1)


def test_every_class_of_meta_has_codes_and_no_code_two_classes() -> None:
    assert set(OF_CODE.values()) == set(ErrorClass) - {ErrorClass.NOT_SENT}
    assert class_of(250) is ErrorClass.ACCOUNT_STOP
