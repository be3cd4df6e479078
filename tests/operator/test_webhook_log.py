"""The raw webhook log: found, masked, unmasked for a reason, replayed (WA-019)."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from channels_wa.gate.models import Delivery
from channels_wa.inbound import contents, drain
from channels_wa.inbound.log import masking, ranges
from channels_wa.inbound.log.search import Wanted, find
from channels_wa.inbound.models import InboxItem, Replay
from channels_wa.messages.models import Message
from channels_wa.numbers.actions import NewNumber, connect
from ops import clock
from ops.salon import run_in_salon
from ops.timers import ticker
from tenants.operators.models import OperatorAct
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

LOG = "/operator/gate/delivery/"
PHONE, WORDS = "5511977776666", "segredo da Beatriz"


@pytest.fixture
def told(salons: Salons, db: None) -> Delivery:
    """A guest's message to Aurora, kept."""
    keep(delivery("1" * 15, text_message(WORDS, wamid="wamid.known", sender=PHONE)))
    drain.run()
    return Delivery.objects.get()


def texts(salons: Salons) -> list[str]:
    found = Message.objects.filter(direction="in").order_by("pk")
    return run_in_salon(salons.aurora.pk, lambda: list(found.values_list("text", flat=True)))


def all_of_it(**more: Any) -> Wanted:
    return Wanted(clock.real() - timedelta(hours=1), clock.real() + timedelta(minutes=1), **more)


@pytest.mark.parametrize(
    "search",
    [
        {"text": "wamid.known"},
        {"text": f"+{PHONE[:2]} {PHONE[2:4]} {PHONE[4:9]}-{PHONE[9:]}"},
        {"text": "1" * 15},
        {"kind": "message"},
        {"state": "done"},
        {"salon": "own"},
        {"number": "own"},
        {},
    ],
)
def test_a_delivery_is_found(operator: Client, told: Delivery, search: dict[str, Any]) -> None:
    item = InboxItem.objects.get()
    own: dict[str, Any] = {"salon": item.salon_id, "number": item.number_id}
    query = {name: own[name] if value == "own" else value for name, value in search.items()}
    assert str(told.pk) in operator.get(LOG, query).content.decode()


@pytest.mark.parametrize(
    "search",
    [{"text": "wamid.other"}, {"kind": "status"}, {"state": "dead"}, {"salon": 9999}, {"end": "2020-01-01 00:00"}],
)
def test_another_search_does_not_find_it(operator: Client, told: Delivery, search: dict[str, Any]) -> None:
    assert str(told.pk) not in operator.get(LOG, search).content.decode()


@pytest.mark.parametrize("search", [{"salon": "x"}, {"start": "yesterday"}, {"kind": "nothing"}, {"after": "x"}])
def test_an_odd_search_is_answered(operator: Client, told: Delivery, search: dict[str, str]) -> None:
    assert operator.get(LOG, search).status_code == 200


def test_a_search_opens_no_more_than_it_may_and_goes_on(
    told: Delivery, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        keep(delivery("1" * 15, text_message("x", wamid=f"wamid.{number}", sender=PHONE)))
    monkeypatch.setattr("channels_wa.inbound.log.search.OPENED", 2)
    first = find(all_of_it(text="wamid.known"))
    assert (first.rows, first.looked_at) == ([], 2)
    second = find(all_of_it(text="wamid.known"), after=first.further)
    assert [row.id for row in second.rows] == [told.pk]


def test_a_delivery_is_shown_masked(operator: Client, told: Delivery) -> None:
    page = operator.get(f"{LOG}{told.pk}/change/").content.decode()
    assert "phone_number_id" in page
    for secret in (PHONE, WORDS, "Beatriz"):
        assert secret not in page


def test_unmasking_wants_a_reason_and_is_noted(operator: Client, told: Delivery) -> None:
    address = f"{LOG}{told.pk}/change/"
    assert WORDS not in operator.post(address, {"reason": "why"}).content.decode()
    assert not OperatorAct.objects.exists()
    assert WORDS in operator.post(address, {"reason": "ticket 12: guest says lost"}).content.decode()
    act = OperatorAct.objects.get()
    assert (act.action, act.subjects) == ("delivery.unmasked", [str(told.pk)])
    assert act.details == {"reason": "ticket 12: guest says lost"}


def test_a_bad_item_is_masked_too(operator: Client, quarantined: InboxItem) -> None:
    page = operator.get(f"/operator/inbound/inboxitem/{quarantined.pk}/change/").content.decode()
    assert str(quarantined.delivery_id) in page and ">oi<" not in page and '"oi"' not in page


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"[" * 5000, b'{"entry": 1e999, "name": "Ana"}', b'"Ana"'])
def test_masking_never_fails_and_shows_no_name(raw: bytes) -> None:
    assert "Ana" not in masking.masked(raw)


def test_replaying_one_changes_nothing_that_took_effect(operator: Client, told: Delivery, salons: Salons) -> None:
    operator.post(f"{LOG}{told.pk}/change/", {"replay": "1"})
    drain.run()
    assert texts(salons) == [WORDS]
    assert InboxItem.objects.get().state == "duplicate"
    assert OperatorAct.objects.get().action == "delivery.replayed"


def test_replaying_a_time_brings_to_life_what_was_lost(
    operator: Client, salons: Salons, quarantined: InboxItem
) -> None:
    connect(salons.aurora.pk, NewNumber("999", "9", "+55 11 9999-9999", token="t"))
    answer = operator.post(LOG, {"state": "quarantined"}, follow=True)
    assert "running" in answer.content.decode().lower()
    ticker.run()
    run = Replay.objects.get()
    assert (run.state, run.deliveries, run.items, ranges.progress(run)) == ("done", 1, 1, 100)
    InboxItem.objects.update(due_at=clock.real())
    contents._routes.cache_clear()
    drain.run()
    assert texts(salons) == ["oi"]
    assert OperatorAct.objects.get().action == "deliveries.replayed"


def test_a_replay_goes_on_where_it_stood(told: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        keep(delivery("1" * 15, text_message("x", wamid=f"wamid.{number}", sender=PHONE)))
    drain.run()
    monkeypatch.setattr(ranges, "BATCH", 2)
    run = ranges.begin(all_of_it(), asked_by="test")
    for _ in range(4):
        ticker.run()
    run.refresh_from_db()
    assert (run.state, run.deliveries, run.items) == ("done", 5, 5)


def test_a_replay_can_be_stopped(operator: Client, told: Delivery) -> None:
    run = ranges.begin(all_of_it(), asked_by="test")
    data = {"action": "stop", "_selected_action": [str(run.pk)]}
    operator.post("/operator/inbound/replay/", data)
    ticker.run()
    run.refresh_from_db()
    assert (run.state, run.deliveries) == ("stopped", 0)


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_webhooks", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_counts_and_replays(told: Delivery, salons: Salons) -> None:
    since = (clock.real() - timedelta(hours=1)).isoformat()
    assert "1 deliveries would be replayed" in command("--from", since, "--salon", "aurora", "--dry-run")
    assert "0 deliveries" in command("--from", since, "--salon", "other", "--dry-run")
    assert "1 items take effect once more" in command("--from", since)
    drain.run()
    assert texts(salons) == [WORDS]


@pytest.mark.parametrize(
    "arguments", [("--from", "x"), ("--from", "2026-01-01", "--salon", "nobody"), ("--from", "2999-01-01")]
)
def test_the_command_says_what_is_wrong(db: None, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*arguments)


def test_a_stopped_number_is_resumed_and_it_is_noted(operator: Client, salons: Salons) -> None:
    from channels_wa.numbers.models import Number

    number = Number.objects.get(salon_id=salons.aurora.pk)
    Number.objects.filter(pk=number.pk).update(state="stopped", stopped_reason="190: expired")
    data = {"action": "resume", "_selected_action": [str(number.pk)]}
    page = operator.post("/operator/numbers/number/", data, follow=True).content.decode()
    number.refresh_from_db()
    assert number.is_active and "refused a token" in page
    assert OperatorAct.objects.get().action == "number.resumed"
