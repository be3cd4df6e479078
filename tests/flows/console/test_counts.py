"""How many came where (FL-006): what the canvas draws, and the table that says the same."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from flows.console.counts import Span, numbers_of, span_from
from flows.models import Flow, FlowCount
from ops import clock
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, chat, say
from tests.world import Browser

__all__ = ["chat"]

DAY = date(2026, 3, 10)


def today() -> date:
    return timezone.localtime(clock.now(), ZoneInfo("America/Sao_Paulo")).date()


def asking(chat: Chat) -> Flow:
    """Asks for a name, then thanks; three guests come, two answer."""
    pk = chat.publish("asking", ask("a", "Name?", "name"), say("s", "Thanks"), edges=["start>a", "a.answered>s"])
    for number in range(3):
        chat.phone = f"551199000000{number}"
        chat.says("oi")
        if number:
            chat.says("Ana")
    with inside(chat.salon_id):
        return Flow.objects.get(pk=pk)


def test_who_came_went_on_waits_and_ended(chat: Chat) -> None:
    """FL-006: drop-off per node."""
    flow = asking(chat)
    with inside(chat.salon_id):
        numbers = numbers_of(flow, Span(today(), today()))
    found = {one.id: (one.arrived, one.left, one.waiting, one.ended) for one in numbers.nodes}
    assert found == {"start": (3, 3, 0, 0), "a": (3, 2, 1, 0), "s": (2, 0, 0, 2)}
    assert [(one.id, one.count, one.share) for one in numbers.edges] == [("e0", 3, "100 %"), ("e1", 2, "67 %")]
    assert numbers.of == 3


def test_other_days_are_not_counted(chat: Chat) -> None:
    flow = asking(chat)
    yesterday = today() - timedelta(days=1)
    with inside(chat.salon_id):
        assert numbers_of(flow, Span(yesterday, yesterday)).of == 0
        FlowCount.objects.update(day=yesterday)
        assert numbers_of(flow, Span(yesterday, yesterday)).of == 3


def test_all_versions_together_or_one(chat: Chat) -> None:
    """A node keeps its id from version to version."""
    flow = asking(chat)
    with inside(chat.salon_id):
        old = flow.published
        assert old is not None
        new = old.__class__.objects.create(flow=flow, number=2, graph=old.graph)
        for row in list(FlowCount.objects.filter(version_id=old.pk)):
            FlowCount.objects.create(
                version_id=new.pk, flow_id=flow.pk, day=row.day, kind=row.kind, name=row.name, count=10
            )
        assert numbers_of(flow, Span(today(), today())).of == 13
        assert numbers_of(flow, Span(today(), today()), new).of == 10


def test_the_part_is_for_the_canvas_a_table_and_programs(chat: Chat, alice: Browser) -> None:
    """FL-006."""
    url = f"/flows/{asking(chat).public_id}/counts/"
    page = alice.get_page(url, days="1")
    assert 'id="flow-numbers"' in page
    assert "data-numbers-node" in page
    answer = alice.get(url, headers={"accept": "application/json"}).json()
    assert answer["nodes"] == {"start": 3, "a": 3, "s": 2}
    assert answer["steps"]["a"] == {"arrived": 3, "left": 2, "waiting": 1, "ended": 0}


def test_spans() -> None:
    assert span_from("", "", "30", today=DAY) == Span(DAY - timedelta(days=29), DAY, "30")
    assert span_from("", "", "x", today=DAY) == Span(DAY - timedelta(days=6), DAY, "7")
    assert span_from("2026-03-01", "2026-03-02", "7", today=DAY) == Span(date(2026, 3, 1), date(2026, 3, 2))
    assert span_from("2026-03-05", "2026-03-02", "", today=DAY) == Span(date(2026, 3, 2), date(2026, 3, 2))


def test_who_may_not(chat: Chat, vera: Browser, charlie: Browser) -> None:
    """TN-004."""
    url = f"/flows/{asking(chat).public_id}/counts/"
    assert (vera.get(url).status_code, charlie.get(url).status_code) == (403, 404)
