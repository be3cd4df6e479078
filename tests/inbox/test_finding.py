"""Finding a place in one conversation, by words or by a day (FR-WA-007)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels_wa.messages.models import Message
from crm.inbox import finding
from ops import clock
from ops.salon import inside
from tests.inbox.conftest import Guest
from tests.world import Browser

HTMX = {"hx-request": "true", "accept-language": "en"}


def find(person: Browser, guest: Guest, **query: str) -> Any:
    return person.get(f"/inbox/{guest.conversation.public_id}/find/", query, headers=HTMX)


def hits(answer: Any, *messages: Message) -> list[bool]:
    return [f"message-{one.public_id}" in answer.content.decode() for one in messages]


def test_fr_wa_007_words_are_found_without_accents(alice: Browser, guest: Guest) -> None:
    hit, miss = guest.wrote("Amanhã às DUAS?"), guest.wrote("Hoje")
    assert hits(find(alice, guest, words="amanha as duas"), hit, miss) == [True, False]
    assert hits(find(alice, guest, words="%"), hit, miss) == [False, False]
    assert hits(find(alice, guest, words="a\0"), hit, miss) == [False, False]


def test_a_search_is_bounded_and_goes_on(alice: Browser, guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "READ_AT_ONCE", 3)
    old = guest.wrote("agulha")
    for _ in range(4):
        guest.wrote("palha")
    answer = find(alice, guest, words="agulha")
    assert hits(answer, old) == [False]
    [key] = {part.split('"')[0] for part in answer.content.decode().split("before=")[1:]}
    assert hits(find(alice, guest, words="agulha", before=key), old) == [True]


def test_many_results_come_by_pages(alice: Browser, guest: Guest) -> None:
    told = [guest.wrote(f"corte {number}") for number in range(finding.FOUND_A_PAGE + 1)]
    answer = find(alice, guest, words="corte")
    assert hits(answer, told[-1], told[0]) == [True, False]
    assert hits(find(alice, guest, words="corte", before=str(told[1].pk)), told[0]) == [True]


def test_what_was_removed_is_not_found(alice: Browser, guest: Guest) -> None:
    gone = guest.wrote("segredo", wamid="wamid.gone")
    guest.wrote("", type="revoke", payload={"of": "wamid.gone"})
    assert hits(find(alice, guest, words="segredo"), gone) == [False]


def test_fr_wa_007_a_day_is_a_day_of_the_salon(alice: Browser, guest: Guest) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    with inside(guest.salon_id):
        Message.objects.all().delete()
    late = guest.wrote("noite", at=datetime(2026, 3, 4, 23, 30, tzinfo=zone))
    early = guest.wrote("cedo", at=datetime(2026, 3, 5, 0, 30, tzinfo=zone))
    assert hits(find(alice, guest, day="2026-03-04"), late, early) == [True, False]
    assert hits(find(alice, guest, day="2026-03-05"), late, early) == [False, True]
    assert find(alice, guest, day="2099-01-01").status_code == 200


def test_fr_wa_007_one_reads_on_from_a_place_both_ways(alice: Browser, guest: Guest) -> None:
    start = clock.now() - timedelta(days=2)
    told = [guest.wrote(f"m{number}", at=start + timedelta(minutes=number)) for number in range(80)]
    url = f"/inbox/{guest.conversation.public_id}/"
    around = alice.get(f"{url}place/", {"at": str(told[40].public_id)}, headers=HTMX)
    assert hits(around, told[40], told[16], told[15], told[65], told[66]) == [True, True, False, True, False]
    assert f"before={told[16].pk}" in around.content.decode()
    newer = alice.get(f"{url}place/", {"after": str(told[65].public_id)}, headers=HTMX)
    assert hits(newer, told[65], told[66], told[79]) == [False, True, True]
    assert "after=" not in newer.content.decode()


def test_a_found_text_is_no_markup(alice: Browser, guest: Guest) -> None:
    guest.wrote("corte <script>x</script>")
    assert "<script>x" not in find(alice, guest, words="corte").content.decode()


def test_nobody_finds_the_talks_of_others(alice: Browser, vera: Browser, charlie: Browser, guest: Guest) -> None:
    one = guest.wrote("corte")
    assert hits(find(vera, guest, words="corte"), one) == [True]
    assert find(charlie, guest, words="corte").status_code == 404
    url = f"/inbox/{guest.conversation.public_id}/place/"
    assert charlie.get(url, {"at": str(one.public_id)}).status_code == 404
    assert alice.get(url, {"at": "x"}).status_code == 200
