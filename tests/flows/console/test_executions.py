"""The list of runs (FL-006): filters, search, pages both ways, counts that do not count millions."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from flows.console import finding
from flows.console.finding import find
from flows.console.wanted import Wanted
from flows.models import FlowVersion
from ops import clock
from ops.salon import inside
from tests.flows.console.conftest import CANARY, History, Listed, ago
from tests.world import Browser

ENGLISH = {"accept-language": "en"}


def test_the_newest_are_first(history: History, listed: Listed) -> None:
    """FL-006."""
    old = history.ran(at=ago(hours=2))
    older = history.ran(at=ago(hours=3))
    assert listed() == [str(one.public_id) for one in (history.run, old, older)]


def test_a_row_tells_who_where_and_how_long(alice: Browser, history: History) -> None:
    """FL-006."""
    history.ran(history.guest("Carla Dias"), at=ago(hours=3), ended_at=ago(hours=1), began_by="keywords", last_seq=7)
    waiting = history.run
    with inside(history.salon_id):
        waiting.state = {"at": "hello"}
        waiting.waiting_until = clock.now() + timedelta(days=2)
        waiting.save()
    page = alice.get(history.address, headers=ENGLISH).content.decode()
    row = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Carla Dias" in row
    assert "7 steps · 2 h · A word the guest wrote" in row
    assert "Message · until" in row


def test_errors_are_told_in_words(alice: Browser, history: History) -> None:
    """FL-006."""
    history.ran(status="failed", error="too_many_nodes: more than 100 nodes", state={"at": "hello"})
    page = alice.get(history.address, headers=ENGLISH).content.decode()
    assert "Message: The flow went round in a circle without waiting for the guest." in page
    assert "too_many_nodes" not in page


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"status": "failed"}, {"status": "failed"}),
        ({"began_by": "api"}, {"began": "api"}),
        ({"error": "expression: bad"}, {"errors": "1"}),
        ({"status": "failed", "state": {"at": "hello"}}, {"place": "failed", "node": "hello"}),
        ({"status": "waiting", "state": {"at": "end"}}, {"place": "waiting", "node": "end"}),
    ],
)
def test_filters_show_these_only(
    history: History, listed: Listed, fields: dict[str, Any], query: dict[str, str]
) -> None:
    """FL-006."""
    wanted = history.ran(at=ago(minutes=5), **fields)
    history.ran(at=ago(minutes=4))
    assert listed(**query) == [str(wanted.public_id)]


def test_an_error_that_a_run_survived_counts_as_one(history: History, listed: Listed) -> None:
    survived = history.ran()
    history.step(survived, 1, error="timeout", exit="error")
    assert listed(errors="1") == [str(survived.public_id)]


def test_those_that_came_to_a_step(history: History, listed: Listed) -> None:
    came = history.ran()
    history.step(came, 1, "end", type="end")
    assert listed(place="through", node="end") == [str(came.public_id)]


def test_those_of_a_version(history: History, listed: Listed) -> None:
    with inside(history.salon_id):
        first = FlowVersion.objects.get(pk=history.run.version_id)
        second = FlowVersion.objects.create(flow_id=first.flow_id, number=2, graph=first.graph)
    newer = history.ran(version_id=second.pk)
    assert listed(version=str(second.pk)) == [str(newer.public_id)]


def test_days_are_the_salons(history: History, listed: Listed) -> None:
    """São Paulo's midnight is three in the morning in UTC."""
    zone = ZoneInfo("America/Sao_Paulo")
    midnight = timezone.localtime(clock.now(), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(days=1)
    late = history.ran(at=midnight - timedelta(minutes=1))
    history.ran(at=yesterday - timedelta(minutes=1))
    day = yesterday.date().isoformat()
    assert listed(**{"from": day, "to": day}) == [str(late.public_id)]


@pytest.mark.parametrize("words", ["carla", "98877", "(21) 98877-6655", "+55 21 98877 6655"])
def test_a_guest_is_found_by_name_or_phone_however_it_is_written(history: History, listed: Listed, words: str) -> None:
    """FL-006."""
    hers = history.ran(history.guest("Carla Dias", "+5521988776655"), at=ago(days=1))
    assert listed(search=words) == [str(hers.public_id)]


def test_pages_go_both_ways(alice: Browser, history: History, listed: Listed) -> None:
    """UX-004: by key, and no run is shown twice or lost."""
    made = [str(history.ran(at=ago(hours=hours)).public_id) for hours in range(1, 65)]
    every = [str(history.run.public_id), *made]
    first = alice.get_page(history.address)
    second_url = next_of(first, "next")
    second = listed(second_url)
    assert (listed(), second) == (every[:30], every[30:60])
    third_url = next_of(alice.get_page(second_url), "next")
    assert listed(third_url) == every[60:]
    back = next_of(alice.get_page(third_url), "prev")
    assert listed(back) == every[30:60]
    assert listed(next_of(alice.get_page(back), "prev")) == every[:30]


def next_of(page: str, way: str) -> str:
    found = re.search(rf'rel="{way}" href="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_long_look_stops_and_goes_on_at_the_next_page(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no index knows is looked for among so many at once."""
    for hours in range(1, 4):
        history.ran(at=ago(hours=hours))
    wanted = history.ran(at=ago(hours=9), began_by="api")
    with inside(history.salon_id):
        flow = history.run.flow_id
        monkeypatch.setattr(finding, "FEWEST_LOOKED_AT", 2)
        monkeypatch.setattr(finding, "MOST_LOOKED_AT", 2)
        pages, before = [], ""
        while True:
            found = find([flow], Wanted(began="api"), before=before)
            pages.append(found.ids)
            if not found.older:
                break
            before = found.older
    assert [pk for page in pages for pk in page] == [wanted.pk]
    assert len(pages) == 3


def test_counts_by_status_stop_counting(alice: Browser, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """UX-004: nobody counts millions."""
    monkeypatch.setattr(finding, "MOST_COUNTED", 2)
    for _ in range(3):
        history.ran()
    history.ran(status="failed")
    tabs = re.findall(r'run-tabs__count">([^<]+)<', alice.get_page(history.address))
    assert tabs == ["1", "2+", "1", "0"]


def test_the_runs_of_all_flows_and_of_one_chosen(history: History, listed: Listed) -> None:
    assert listed("/flows/executions/") == [str(history.run.public_id)]
    assert listed("/flows/executions/", flow=str(history.run.flow.public_id)) == [str(history.run.public_id)]
    assert listed("/flows/executions/", flow="nobody's") == []


@pytest.mark.parametrize(
    "query",
    [
        {"before": "x", "status": "x", "from": "0000-99-99", "version": "9" * 30, "node": "\0", "search": "\0"},
        {"after": "2026-01-01T00:00:00+00:00~1", "place": "x", "to": "9999-12-31"},
        {"before": "2026-01-01T00:00:00~1"},
    ],
)
def test_what_cannot_be_understood_is_not_asked_for(listed: Listed, query: dict[str, str]) -> None:
    assert len(listed(**query)) <= 1


def test_names_stay_text(alice: Browser, history: History) -> None:
    """Whatever a guest calls themselves."""
    history.ran(history.guest(CANARY), status="failed", error=f"expression: {CANARY}", began_by="keywords")
    page = alice.get_page(history.address, search="canary")
    assert CANARY not in page
    assert "&lt;script&gt;" in page


def test_who_may_not_see_runs(vera: Browser, charlie: Browser, history: History) -> None:
    """TN-004."""
    assert [vera.get(url).status_code for url in (history.address, "/flows/executions/")] == [403, 403]
    assert charlie.get(history.address).status_code == 404
    assert str(history.run.public_id) not in charlie.get_page("/flows/executions/")
