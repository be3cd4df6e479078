"""WA-014: a new number's daily cap grows by a schedule, never above what the portfolio's limit leaves."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import redis

from channels_wa.outbox.checks import OutboundFacts, Refusal
from channels_wa.outbox.models import PortfolioTalk
from channels_wa.watchdog import outbound
from channels_wa.watchdog.models import WarmUpTalk
from channels_wa.watchdog.warming import DAY, SCHEDULE, Stage, stage, within_limit
from config.env import env
from ops import clock
from ops.salon import inside, run_in_salon
from tests.watchdog.conftest import Watched

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SkipTime = Callable[[timedelta], None]
_guests = count(50_000)


@pytest.mark.parametrize(("age", "day", "cap"), [
    (timedelta(0), 1, 50), (timedelta(hours=23, minutes=59), 1, 50), (DAY, 2, 100), (2.5 * DAY, 3, 250),
    (7 * DAY, 8, 10_000), (-DAY, 1, 50),
])  # fmt: skip
def test_the_cap_grows_by_the_day(age: timedelta, day: int, cap: int) -> None:
    found = stage(NOW - age, NOW)
    assert found is not None
    assert (found.day, found.cap) == (day, cap)


def test_after_the_schedule_it_is_warm() -> None:
    assert stage(NOW - DAY * len(SCHEDULE), NOW) is None
    assert stage(None, NOW) is None


def test_the_schedule_only_grows() -> None:
    assert list(SCHEDULE) == sorted(set(SCHEDULE))


@pytest.mark.parametrize(("limit", "others", "cap"), [(None, 0, 1000), (250, 0, 250), (250, 200, 50), (250, 300, 0)])
def test_it_never_goes_above_what_the_portfolio_leaves(limit: int | None, others: int, cap: int) -> None:
    assert within_limit(Stage(5, 1000, NOW), limit=limit, used_by_others=others).cap == cap


def message(
    watched: Watched, *, purpose: str = "service", guest: int | None = None, **changes: object
) -> OutboundFacts:
    fields = {"type": "template", "last_inbound_at": None, "message_id": next(_guests), **changes}
    return OutboundFacts(
        contact_id=guest or next(_guests),
        conversation_id=1,
        number_id=watched.pk,
        purpose=purpose,
        **fields,  # type: ignore[arg-type]
    )


def ask(watched: Watched, *batch: OutboundFacts) -> Sequence[Refusal | None]:
    return run_in_salon(watched.salon_id, lambda: outbound.check(batch, clock.now()))


def leave(watched: Watched, how_many: int, **changes: object) -> int:
    """How many of as many guests may be written to."""
    return ask(watched, *(message(watched, **changes) for _ in range(how_many))).count(None)  # type: ignore[arg-type]


@pytest.fixture
def new(watched: Watched) -> Watched:
    """Connected an hour ago."""
    watched.set(warm_up_started_at=clock.now() - timedelta(hours=1))
    return watched


def test_no_more_than_the_days_guests_leave(new: Watched) -> None:
    assert [leave(new, 30), leave(new, 30), leave(new, 30)] == [30, 20, 0]


def test_the_rest_waits_for_the_next_day(new: Watched) -> None:
    leave(new, 50)
    started_at = new.number.warm_up_started_at
    assert started_at is not None
    assert ask(new, message(new)) == [Refusal("warm_up", until=started_at + DAY)]


def test_the_next_day_has_more(new: Watched, skip_time: SkipTime) -> None:
    leave(new, 60)
    skip_time(DAY)
    assert leave(new, 200) == 100


def test_an_answer_always_leaves(new: Watched) -> None:
    leave(new, 50)
    assert leave(new, 5, purpose="reply") == 5


def test_who_wrote_lately_is_no_new_talk(new: Watched) -> None:
    leave(new, 50)
    assert leave(new, 5, last_inbound_at=clock.now() - timedelta(hours=2)) == 5


def test_a_guest_counts_once_a_day(new: Watched) -> None:
    leave(new, 49)
    guest = next(_guests)
    assert ask(new, message(new, guest=guest), message(new, guest=guest)) == [None, None]
    assert ask(new, message(new, guest=guest)) == [None]
    assert leave(new, 1) == 0


def test_a_campaign_leaves_room_for_reminders(new: Watched) -> None:
    assert leave(new, 60, purpose="marketing") == 40
    assert leave(new, 20, purpose="reminder") == 10


def test_what_is_only_written_is_not_counted(new: Watched) -> None:
    """It may be meant for another day, or be taken back."""
    assert leave(new, 80, message_id=None) == 80
    assert leave(new, 60) == 50


def test_a_restart_and_a_flush_change_nothing(new: Watched) -> None:
    leave(new, 50)
    redis.Redis.from_url(env.redis_url).flushall()
    assert leave(new, 1) == 0
    with inside(new.salon_id):
        assert WarmUpTalk.objects.filter(number_id=new.pk).count() == 50


def test_the_portfolios_limit_counts_what_its_other_numbers_used(new: Watched) -> None:
    new.set(messaging_limit=60, messaging_limit_known=True)
    now = clock.now()
    PortfolioTalk.objects.bulk_create(
        PortfolioTalk(portfolio=new.number.portfolio, guest=f"x:{n}", at=now) for n in range(45)
    )
    assert leave(new, 50) == 15


def test_a_warm_number_has_no_cap(watched: Watched) -> None:
    assert leave(watched, 120) == 120


def test_it_grows_up_and_says_so(watched: Watched) -> None:
    watched.set(warm_up_started_at=clock.now() - DAY * (len(SCHEDULE) + 1))
    with inside(watched.salon_id):
        WarmUpTalk.objects.create(number_id=watched.pk, day=8, contact_id=1)
    watched.check()
    assert watched.number.warm_up_started_at is None
    assert [(alert.kind, alert.is_notice) for alert in watched.alerts()] == [("number.warm", True)]
    with inside(watched.salon_id):
        assert not WarmUpTalk.objects.exists()


PURPOSES = [("marketing", True), ("reminder", False), ("service", False), ("reply", False)]


@pytest.mark.parametrize(("purpose", "waits"), PURPOSES)
def test_wa_013_a_pause_holds_campaigns_alone(watched: Watched, purpose: str, waits: bool) -> None:
    until = clock.now() + timedelta(hours=1)
    watched.set(campaigns_paused_until=until)
    assert ask(watched, message(watched, purpose=purpose)) == [
        Refusal("campaign_paused", until=until) if waits else None
    ]


def test_a_pause_that_is_over_holds_nothing(watched: Watched) -> None:
    watched.set(campaigns_paused_until=clock.now() - timedelta(seconds=1))
    assert ask(watched, message(watched, purpose="marketing")) == [None]


def test_answers_ask_no_question(watched: Watched, django_assert_num_queries: Callable[..., object]) -> None:
    batch = [message(watched, purpose="reply") for _ in range(3)]
    with inside(watched.salon_id), django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert outbound.check(batch, clock.now()) == [None] * 3
