"""FR-WA-010: Meta's messaging limit, shared by the numbers of a portfolio."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
import redis

from channels_wa.numbers.models import Number
from channels_wa.outbox import numbers, portfolio
from channels_wa.outbox.limiter import quick_client
from channels_wa.outbox.message import Enqueued, Lane
from channels_wa.outbox.models import PortfolioTalk
from channels_wa.outbox.portfolio import Portfolios, Talk, talk_of
from ops import clock, retention
from ops.salon import run_in_salon
from tests.outbox.conftest import Out
from tests.outbox.test_waiting import heard

LIMIT = 3
_ids = count(1)
DAY_S = 24 * 3600


@pytest.fixture
def few(out: Out) -> Iterator[Out]:
    """Aurora's number may begin to talk to three guests a day."""
    out.number.portfolio, out.number.messaging_limit, out.number.messaging_limit_known = uuid4().hex, LIMIT, True
    out.number.save()
    yield out


def template(out: Out, guest: int | None = None, **changes: object) -> Enqueued:
    fields = {"type": "template", "purpose": "reminder", "lane": Lane.REMINDER, **changes}
    return out.say(guest or out.guest(wrote=None), **fields)


def sent(out: Out) -> int:
    out.run(2, campaigns=True)
    return len(out.phone.sent)


def test_who_is_talked_to_first_is_counted_and_the_next_waits_for_a_place(few: Out) -> None:
    made = [template(few) for _ in range(LIMIT + 2)]
    assert sent(few) == LIMIT
    waiting = [few.item(one) for one in made if few.status(one) == "queued"]
    assert [item.reason for item in waiting] == ["portfolio_limit"] * 2
    assert all(item.not_before > clock.now() + timedelta(hours=23) for item in waiting)
    assert portfolio.used(few.number.portfolio) == LIMIT


def test_nothing_spins_while_it_waits(few: Out) -> None:
    made = [template(few) for _ in range(LIMIT + 20)]
    sent(few)
    before = [few.item(one).fence for one in made]
    few.run(0.3, campaigns=True)
    assert [few.item(one).fence for one in made] == before


def test_a_guest_counts_once(few: Out) -> None:
    guest = few.guest(wrote=None)
    for _ in range(LIMIT + 2):
        template(few, guest)
    assert sent(few) == LIMIT + 2


def test_answers_within_the_window_do_not_count(few: Out) -> None:
    for _ in range(LIMIT + 2):
        template(few, few.guest())
        few.say(lane=Lane.REMINDER)
    assert sent(few) == 2 * (LIMIT + 2)
    assert portfolio.used(few.number.portfolio) == 0


@pytest.mark.parametrize(("limit", "known"), [(None, True), (0, False)])
def test_no_limit_and_an_unknown_one_count_nothing(few: Out, limit: int | None, known: bool) -> None:
    Number.objects.filter(pk=few.number.pk).update(messaging_limit=limit, messaging_limit_known=known)
    template(few)
    assert sent(few) == 1


def test_a_day_later_there_is_room_again(few: Out, skip_time: Callable[[timedelta], None]) -> None:
    for _ in range(2 * LIMIT):
        template(few)
    assert sent(few) == LIMIT
    skip_time(timedelta(hours=25))
    assert sent(few) == 2 * LIMIT


def test_a_second_number_shares_the_limit(few: Out) -> None:
    for _ in range(LIMIT):
        template(few)
    assert sent(few) == LIMIT
    few.number = Number.objects.create(
        salon_id=few.salon_id, adapter="memory", phone_number_id=f"99{next(_ids)}", waba_id="1", display_phone="1",
        portfolio=few.number.portfolio, messaging_limit=LIMIT, messaging_limit_known=True, throughput_mps=1000,
    )  # fmt: skip
    template(few)
    assert sent(few) == LIMIT


def test_a_higher_limit_lets_them_go_at_once(few: Out) -> None:
    for _ in range(LIMIT + 2):
        template(few)
    assert sent(few) == LIMIT
    Number.objects.filter(pk=few.number.pk).update(messaging_limit=2000)
    news = heard("number.changed", few.number.pk)
    news.payload["what"] = "messaging_limit"
    run_in_salon(few.salon_id, lambda: numbers.on_events([news]))
    assert sent(few) == LIMIT + 2


def test_a_campaign_leaves_places_for_reminders() -> None:
    asked = {"portfolio": "p", "limit": 1000, "salon_id": 1, "contact_id": 2}
    assert talk_of(**asked, lane=Lane.CAMPAIGN).limit == 950  # type: ignore[arg-type]
    assert talk_of(**asked, lane=Lane.REMINDER).limit == 1000  # type: ignore[arg-type]


def talks(name: str, guests: range, limit: int = 10) -> list[Talk]:
    return [Talk(name, f"1:{guest}", limit) for guest in guests]


def passed(waits: list[float]) -> int:
    return sum(wait == 0 for wait in waits)


def test_a_flush_is_made_good_from_the_database(db: None, valkey: redis.Redis) -> None:
    name = uuid4().hex
    limits = Portfolios(valkey)
    assert passed(limits.take(talks(name, range(7)))) == 7
    valkey.delete(f"portfolio:{{{name}}}:guests", f"portfolio:{{{name}}}:refused")
    assert passed(limits.take(talks(name, range(100, 110)))) == 3
    assert passed(limits.take(talks(name, range(7)))) == 7  # known ones count no second time


def test_after_a_flush_what_others_have_claimed_holds_a_place(few: Out, valkey: redis.Redis) -> None:
    one = template(few)
    type(few.item(one)).objects.filter(pk=one.item_id).update(state="sending")
    limits = Portfolios(valkey)
    assert passed(limits.take(talks(few.number.portfolio, range(5), LIMIT))) == LIMIT - 1


def test_without_valkey_the_table_counts(db: None) -> None:
    name, dead = uuid4().hex, Portfolios(quick_client("redis://127.0.0.1:1/0"))
    assert passed(dead.take(talks(name, range(15)))) == 10
    assert passed(dead.take(talks(name, range(20)))) == 10


def test_what_was_counted_without_valkey_is_known_when_it_is_back(db: None, valkey: redis.Redis) -> None:
    name = uuid4().hex
    limits = Portfolios(valkey)
    assert passed(limits.take(talks(name, range(2)))) == 2
    limits._away_until = float("inf")
    assert passed(limits.take(talks(name, range(10, 15)))) == 5
    limits._away_until = 0.0
    assert passed(limits.take(talks(name, range(20, 30)))) == 3


@pytest.mark.parametrize("alive", [True, False])
def test_each_of_those_who_wait_has_a_place_of_its_own(
    db: None, valkey: redis.Redis, alive: bool, skip_time: Callable[[timedelta], None]
) -> None:
    name = uuid4().hex
    limits = Portfolios(valkey if alive else quick_client("redis://127.0.0.1:1/0"))
    for guest in range(10):
        limits.take(talks(name, range(guest, guest + 1)))
        skip_time(timedelta(hours=1))
    waits = limits.take(talks(name, range(50, 55)))
    assert waits == pytest.approx([DAY_S - 3600 * (10 - n) for n in range(5)], abs=60)


def test_two_salons_of_a_portfolio_share_it(db: None, valkey: redis.Redis) -> None:
    name, limits = uuid4().hex, Portfolios(valkey)
    first = [Talk(name, f"1:{guest}", 10) for guest in range(6)]
    second = [Talk(name, f"2:{guest}", 10) for guest in range(6)]
    assert (passed(limits.take(first)), passed(limits.take(second))) == (6, 4)


def test_guests_of_yesterday_are_forgotten(db: None, skip_time: Callable[[timedelta], None]) -> None:
    Portfolios().take(talks(uuid4().hex, range(3)))
    skip_time(timedelta(days=3))
    assert retention._prune("portfolio_talk") == 3
    assert not PortfolioTalk.objects.exists()
