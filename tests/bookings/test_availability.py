"""BK-001: what availability offers is what brute force finds, and each offer names people who can keep it."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.bookings.availability.explain import explain
from crm.bookings.availability.search import find
from crm.bookings.availability.types import Person, Question, Reason, Shape, Span, Thing, Wish, joined
from crm.bookings.availability.wall import Calendar, instant, minute_of, working
from tests.bookings import oracle

UTC_ZONE = ZoneInfo("UTC")
DAY = 1440
# Both changes of the clock in six zones: in one by half an hour, in one at midnight, in one by a whole day.
CHANGES = [
    ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"),
    ("America/Santiago", "2026-09-06"), ("America/Santiago", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"), ("Australia/Lord_Howe", "2026-04-05"),
    ("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2018-02-18"),
    ("Pacific/Apia", "2011-12-30"), ("Pacific/Apia", "2011-09-24"),
]  # fmt: skip


def spans(most: int = 3, end: int = 200) -> st.SearchStrategy[list[Span]]:
    one = st.tuples(st.integers(-20, end), st.integers(1, 90)).map(lambda pair: (pair[0], pair[0] + pair[1]))
    return st.lists(one, max_size=most)


shapes = st.builds(
    Shape,
    st.lists(st.tuples(st.booleans(), st.integers(1, 4).map(lambda n: n * 5)), min_size=1, max_size=3).map(tuple),
    st.sampled_from([0, 5, 10]),
    st.sampled_from([0, 5, 10]),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    people = tuple(
        Person(
            key,
            draw(st.dictionaries(st.integers(1, 2), shapes, max_size=2)),
            joined([*draw(spans(2, 100)), (0, 150)]),
            draw(spans(1)),
            draw(spans(1)),
            joined(draw(spans(2))),
        )
        for key in range(1, draw(st.integers(1, 3)) + 1)
    )
    things = tuple(Thing(10 + n, draw(st.sampled_from(["chair", "room"])), draw(spans(2))) for n in range(2))
    wish = st.builds(
        Wish,
        st.integers(1, 2),
        st.sampled_from([(), (), (1,), (1, 2)]),
        st.sampled_from([0, 0, 10]),
        st.sampled_from([(), (), ("chair",), ("chair", "room")]),
    )
    wishes = tuple(draw(st.lists(wish, min_size=1, max_size=3)))
    return Question(
        wishes, people, things, UTC_ZONE, 0, 120, draw(st.sampled_from([0, 5, 15])),
        draw(st.integers(-10, 40)), draw(st.integers(60, 200)),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(questions())
def test_it_offers_what_brute_force_finds(question: Question) -> None:
    found = find(question)
    assert [slot.starts for slot in found] == oracle.starts(question)
    people = {person.key: person for person in question.people}
    for slot in found:
        assert oracle.is_possible(question, slot.starts, [people[item.person] for item in slot.items])
        assert [item.starts for item in slot.items[1:]] == [item.ends for item in slot.items[:-1]]
        for wish, item in zip(question.wishes, slot.items, strict=True):
            assert [thing.kind for key in item.things for thing in question.things if thing.key == key] == [*wish.needs]


@settings(max_examples=50, deadline=None)
@given(questions(), st.integers(0, 119))
def test_it_says_why_exactly_where_it_offers_nothing(question: Question, start: int) -> None:
    assert (not explain(question, start)) == (start in {slot.starts for slot in find(question)})


@pytest.mark.parametrize(("name", "day"), CHANGES)
@pytest.mark.parametrize("hours", [[(0, 300)], [(90, 150), (155, 1440)], [(1320, 1560)]])
def test_hours_are_wall_clock_on_days_on_which_it_changes(name: str, day: str, hours: list[Span]) -> None:
    zone, midnight = ZoneInfo(name), datetime.fromisoformat(day)
    first = midnight.toordinal()
    every_day = Calendar([hours] * 7, {}, {})
    found = working(zone, every_day, Calendar([[(0, 2880)]] * 7, {}, {}), first - 1, first + 1)
    expected: set[int] = set()
    for number in range(-2, 2):
        expected |= oracle.open_minutes(zone, midnight + timedelta(days=number), hours)
    assert {minute for start, end in found for minute in range(start, end)} == expected


@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_slots_lie_on_the_grid_of_the_clock_whatever_it_does(name: str, day: str) -> None:
    zone, number = ZoneInfo(name), date.fromisoformat(day).toordinal()
    start, end = instant(zone, number - 1, 1200), instant(zone, number + 1, 300)
    ana = Person(1, {1: Shape(((True, 45),), before=5)}, [(start, end)], busy=[(start + 200, start + 260)])
    question = Question((Wish(1),), (ana,), (), zone, start, end, 30)
    assert [slot.starts for slot in find(question)] == oracle.starts(question)


def test_a_time_that_comes_twice_is_offered_twice() -> None:
    zone = ZoneInfo("America/New_York")
    day = date(2026, 11, 1).toordinal()
    ana = Person(1, {1: Shape(((True, 30),))}, [(instant(zone, day, 60), instant(zone, day, 120))])
    found = find(Question((Wish(1),), (ana,), (), zone, instant(zone, day, 0), instant(zone, day, 180), 30))
    shown = [datetime.fromtimestamp(slot.starts * 60, UTC).astimezone(zone).isoformat() for slot in found]
    assert [text[11:16] + text[19:] for text in shown] == ["01:00-04:00", "01:30-04:00", "01:00-05:00", "01:30-05:00"]


def test_a_dated_day_stands_instead_of_the_week_and_a_yearly_one_every_year() -> None:
    week = Calendar([[(540, 1080)]] * 7, {date(2026, 12, 24).toordinal(): [(540, 720)]}, {(12, 25): []})
    assert week.hours(date(2026, 12, 24).toordinal()) == [(540, 720)]
    assert week.hours(date(2027, 12, 24).toordinal()) == [(540, 1080)]
    assert week.hours(date(2027, 12, 25).toordinal()) == []


def test_processing_time_leaves_the_professional_free_and_not_the_chair() -> None:
    colour, cut = Shape(((True, 30), (False, 60), (True, 30))), Shape(((True, 60),))
    ana = Person(1, {1: colour, 2: cut}, [(0, 120)], busy=[(0, 30), (90, 120)])
    assert [slot.starts for slot in find(Question((Wish(2),), (ana,), (), UTC_ZONE, 0, 120, 0))] == [30]
    one_chair = (Thing(9, "chair", [(0, 120)]),)
    assert find(Question((Wish(2, needs=("chair",)),), (ana,), one_chair, UTC_ZONE, 0, 120, 0)) == []


def test_anyone_is_who_has_least_to_do_and_among_equals_another_each_day() -> None:
    cut = {1: Shape(((True, 60),))}
    people = [Person(key, cut, [(0, 3 * DAY)], busy=[(600, 600 + 60 * (key == 1))]) for key in (1, 2, 3)]
    slots = find(Question((Wish(1),), people, (), UTC_ZONE, 0, 3 * DAY, 720))
    first_day = [slot.items[0].person for slot in slots if slot.starts < DAY]
    assert 1 not in first_day
    assert len({slot.items[0].person for slot in slots if slot.starts >= DAY}) == 2


def test_one_professional_for_all_of_it_if_there_is_one() -> None:
    cut, wash = Shape(((True, 30),)), Shape(((True, 15),))
    ana = Person(1, {1: cut, 2: wash}, [(0, 600)], busy=[(500, 590)])
    bea = Person(2, {1: cut}, [(0, 600)])
    slot = find(Question((Wish(1), Wish(2)), (ana, bea), (), UTC_ZONE, 0, 60, 0), most=1)[0]
    assert [item.person for item in slot.items] == [1, 1]


def test_many_services_among_many_people_are_tried_quickly() -> None:
    """BK-001: only one of five is free at first, and booked right after."""
    cut = {1: Shape(((True, 30),))}
    paula = Person(1, cut, [(540, DAY)], busy=[(570, 600)])
    others = [Person(key, cut, [(570, DAY)]) for key in range(2, 6)]
    began = perf_counter()
    found = find(Question((Wish(1),) * 10, (*others, paula), (), UTC_ZONE, 540, 541, 0))
    assert [slot.items[0].person for slot in found] == [1]
    # Whoever comes back would often still be busy with what they did before.
    colour = {1: Shape(((True, 10), (False, 20), (True, 10)))}
    crowd = [Person(key, colour, [(540, DAY)], busy=[(780 + key, 781 + key)]) for key in range(1, 6)]
    find(Question((Wish(1),) * 10, crowd, (), UTC_ZONE, 540, 640, 0))
    assert perf_counter() - began < 2


@pytest.mark.parametrize(
    ("start", "reason"),
    [(50, Reason.TOO_SOON), (10_000, Reason.TOO_FAR), (605, Reason.OFF_GRID), (480, Reason.NOT_WORKING),
     (720, Reason.ON_BREAK), (900, Reason.TIME_OFF), (600, Reason.BUSY)],
)  # fmt: skip
def test_it_says_which_rule_stands_against_it(start: int, reason: Reason) -> None:
    ana = Person(1, {1: Shape(((True, 30),))}, [(540, 1080)], [(720, 780)], [(900, 960)], [(600, 630)])
    question = Question((Wish(1),), (ana,), (), UTC_ZONE, 0, DAY, 15, earliest=100, latest=DAY)
    assert reason in {why.reason for why in explain(question, start)}


def test_it_says_that_nobody_does_it_or_that_no_chair_is_free() -> None:
    ana = Person(1, {1: Shape(((True, 30),))}, [(0, DAY)])
    other = Question((Wish(2, people=(1,)),), (ana,), (), UTC_ZONE, 0, DAY)
    assert explain(other, 60)[0].reason == Reason.NOT_OFFERED
    chair = Question((Wish(1, needs=("chair",)),), (ana,), (Thing(9, "chair", [(0, 90)]),), UTC_ZONE, 0, DAY)
    assert [(why.reason, why.needs) for why in explain(chair, 60)] == [(Reason.NO_ROOM, "chair")]
    assert minute_of(datetime(1970, 1, 1, 1, tzinfo=UTC)) == 60
