"""The language of filters (CR-001): each question finds whom it means, and what is none is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm.consent.models import Purpose, State
from crm.consent.register import record
from crm.contacts import filters, segment_rows, segments
from crm.contacts.models import Contact, CustomField, Segment
from ops import clock
from tenants.members.models import Member
from tests.people.conftest import Make

pytestmark = pytest.mark.usefixtures("aurora")


def who(filter: Any) -> list[str]:
    return sorted(filters.matching(filter).values_list("name", flat=True))


def one(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_everybody_and_combinations(make: Make) -> None:
    make("Ana", tags=["vip"])
    make("Bia", tags=["vip", "new"])
    make("Caio")
    assert who({}) == ["Ana", "Bia", "Caio"]
    assert who({"all": [one("tag", "has", "vip"), one("tag", "has", "new")]}) == ["Bia"]
    assert who({"any": [one("tag", "has", "new"), {"not": one("tag", "has", "vip")}]}) == ["Bia", "Caio"]
    assert who({"not": {"any": [one("tag", "has", "vip")]}}) == ["Caio"]


def test_custom_fields_by_their_kind(make: Make) -> None:
    for key, kind in (("hair", "text"), ("visits", "number"), ("since", "date"), ("club", "flag"), ("gt", "number")):
        CustomField.objects.create(key=key, name=key, kind=kind)
    make("Ana", fields={"hair": "Very curly", "visits": 12, "since": "2024-02-29", "club": True, "gt": 1})
    make("Bia", fields={"hair": "Straight", "visits": 3, "since": "2020-01-01", "club": False})
    make("Caio")
    assert who(one("field.hair", "contains", "CURL")) == ["Ana"]
    assert who(one("field.hair", "is", "Straight")) == ["Bia"]
    assert who(one("field.visits", "at_least", 10)) == ["Ana"]
    assert who(one("field.visits", "at_most", "9")) == ["Bia"]
    assert who(one("field.since", "at_least", "2024-01-01")) == ["Ana"]
    assert who(one("field.club", "is", "false")) == ["Bia"]
    assert who(one("field.visits", "not_set")) == ["Caio"]
    assert who(one("field.gt", "at_least", 1)) == ["Ana"]


def test_consent_by_its_last_word(make: Make) -> None:
    yes, no = make("Ana", "+5511900000001"), make("Bia", "+5511900000002")
    make("Caio", "+5511900000003")
    member = Member.objects.first()
    for contact, state in ((yes, State.GRANTED), (no, State.REVOKED)):
        record(contact, purposes=[Purpose.MARKETING], state=state, source="portal", evidence="said so", by=member)
    assert who(one("consent.marketing", "is", "granted")) == ["Ana"]
    assert who(one("consent.marketing", "is", "revoked")) == ["Bia"]
    assert who(one("consent.marketing", "is", "never")) == ["Caio"]


@pytest.mark.parametrize(
    ("today", "days", "found"),
    [
        (datetime(2027, 2, 28, 12, tzinfo=UTC), 0, ["28", "29"]),
        (datetime(2028, 2, 28, 12, tzinfo=UTC), 0, ["28"]),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), 0, ["29"]),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 1, ["1"]),
    ],
)
def test_birthdays_of_leap_days_and_over_the_year(
    make: Make, monkeypatch: pytest.MonkeyPatch, today: datetime, days: int, found: list[str]
) -> None:
    make("28", birthday=date(1990, 2, 28))
    make("29", birthday=date(1992, 2, 29))
    make("1", birthday=date(1990, 1, 1))
    monkeypatch.setattr(clock, "now", lambda: today)
    assert who(one("birthday", "within", days)) == found


def test_moments_and_conversations(make: Make) -> None:
    make("Ana", seen_at=clock.now() - timedelta(days=2))
    make("Bia", seen_at=clock.now() - timedelta(days=60))
    assert who(one("seen", "within", 7)) == ["Ana"]
    assert who(one("seen", "longer_ago", 30)) == ["Bia"]
    assert who(one("conversations", "at_most", 0)) == ["Ana", "Bia"]
    assert who(one("conversations", "at_least", 1)) == []
    assert who(one("birthday", "not_set")) == ["Ana", "Bia"]
    assert who(one("created", "since", clock.now().date().isoformat())) == ["Ana", "Bia"]


@pytest.mark.parametrize(
    "filter",
    [
        {"all": 1},
        {"field": "tag"},
        one("nothing", "is", 1),
        one("tag", "is", "x"),
        one("tag", "has", ""),
        one("tag", "has", "a\0b"),
        one("seen", "within", "soon"),
        one("seen", "within", True),
        one("birthday", "month", 13),
        one("consent.nothing", "is", "granted"),
        one("field.none", "is", 1),
        one("stage", "is", "x"),
        {"not": {"not": {"not": {"not": one("tag", "has", "x")}}}},
        {"all": [one("tag", "has", "x")] * 31},
        {"all": [], "any": []},
        [],
        "x",
    ],
)
def test_what_is_no_filter_is_refused(filter: Any) -> None:
    if filter == []:
        filter = {"all": [[]]}
    with pytest.raises(filters.Wrong):
        filters.where(filter)


def test_nobody_blocked_belongs_to_a_segment(make: Make) -> None:
    made = [make(f"G{number}", tags=["vip"]) for number in range(5)]
    Contact.objects.filter(pk=made[0].pk).update(blocked_at=clock.now())
    segment = Segment.objects.create(name="VIPs", filter=one("tag", "has", "vip"))
    assert {row.pk for row in segments.members(segment)} == {row.pk for row in made[1:]}


def test_a_count_is_exact_below_and_an_estimate_above(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make(f"G{number}")
    assert segments.count(Contact.objects.all()) == (5, True)
    monkeypatch.setattr(segments, "COUNTED", 3)
    count, is_exact = segments.count(Contact.objects.all())
    assert not is_exact
    assert count >= 3


def test_rows_and_filters_are_the_same() -> None:
    filter = {"any": [one("tag", "has", "vip"), {"not": one("seen", "within", 30)}]}
    read = segment_rows.from_filter(filter)
    assert read is not None
    assert segment_rows.to_filter(*read) == filter
    assert segment_rows.from_filter({"all": [{"any": [one("tag", "has", "x")]}]}) is None
