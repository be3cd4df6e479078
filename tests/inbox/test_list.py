"""The list: every filter alone and together, the order, pages both ways, and what a line says (CR-002)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.models import Note
from crm.inbox import listing
from crm.inbox.filters import Filter
from crm.inbox.models import Draft, Team
from ops import clock
from ops.salon import inside
from tests.inbox.conftest import Guest, NewTalk, change_talk
from tests.world import Browser


def names(person: Browser, query: str) -> list[str]:
    """Whom the list shows, in its order."""
    answer = person.get(f"/inbox/?{query}", headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.status_code
    return re.findall(r'row-item__name">([^<]+)<', answer.content.decode())


Setting = Callable[[Guest, Browser], dict[str, Any]]
ONE: list[tuple[str, Setting]] = [
    ("who=mine", lambda _guest, bob: {"assignee": bob.member}),
    ("unread=1", lambda _guest, _bob: {"unread": 2}),
    ("waiting=1", lambda _guest, _bob: {"last_direction": "in"}),
    ("show=waiting", lambda _guest, _bob: {"last_direction": "in"}),
    ("attention=1", lambda _guest, _bob: {"attention": "flow_failed"}),
    ("show=attention", lambda _guest, _bob: {"attention": "flow_failed", "closed_at": clock.now()}),
    ("answers=people", lambda _guest, _bob: {"bot_on": False}),
    ("show=closed", lambda _guest, _bob: {"closed_at": clock.now()}),
    ("show=snoozed", lambda _guest, _bob: {"snoozed_until": clock.now() + timedelta(hours=1)}),
    ("closing=1", lambda _guest, _bob: {"last_inbound_at": clock.now() - timedelta(hours=23)}),
]


@pytest.mark.parametrize(("query", "fields"), ONE, ids=[query for query, _fields in ONE])
def test_a_filter_shows_what_it_says(guest: Guest, talk: NewTalk, bob: Browser, query: str, fields: Setting) -> None:
    plain = {"unread": 0, "attention": "", "last_direction": "out", "last_inbound_at": clock.now()}
    change_talk(guest.conversation, **plain)
    talk("Carla", **{**plain, **fields(guest, bob)})
    assert names(bob, query) == ["Carla"]


def test_nobodys_team_number_and_tag(guest: Guest, talk: NewTalk, alice: Browser) -> None:
    change_talk(guest.conversation, assignee=alice.member)
    with inside(guest.salon_id):
        team = Team.objects.create(name="Front desk")
    carla = talk("Carla", team=team)
    with inside(guest.salon_id):
        carla.contact.tags = ["vip"]
        carla.contact.save(update_fields=["tags"])
    assert names(alice, "who=nobody") == ["Carla"]
    assert names(alice, f"who={alice.member.public_id}") == ["Beatriz Lima"]
    assert names(alice, f"team={team.public_id}") == ["Carla"]
    assert names(alice, "tag=vip") == ["Carla"]
    assert names(alice, f"number={guest.number.public_id}") == ["Carla", "Beatriz Lima"]
    assert names(alice, f"number={team.public_id}") == []


def test_notes_that_mention_me_until_i_have_seen_them(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        note = Note.objects.create(
            contact=guest.contact, conversation_id=guest.conversation.pk, text="@Bob?", mentions=[bob.member.pk]
        )
    assert names(bob, "mentions=1") == ["Beatriz Lima"]
    assert names(alice, "mentions=1") == []
    with inside(guest.salon_id):
        Note.objects.filter(pk=note.pk).update(seen_by=[bob.member.pk])
    assert names(bob, "mentions=1") == []


def test_filters_narrow_together(guest: Guest, talk: NewTalk, bob: Browser) -> None:
    talk("Carla", assignee=bob.member, unread=1)
    talk("Duda", assignee=bob.member)
    talk("Elisa", unread=1)
    assert names(bob, "who=mine&unread=1") == ["Carla"]


def test_put_away_and_closed_are_not_among_the_open(guest: Guest, talk: NewTalk, bob: Browser) -> None:
    talk("Carla", closed_at=clock.now())
    talk("Duda", snoozed_until=clock.now() + timedelta(hours=1))
    assert names(bob, "show=open") == ["Beatriz Lima"]


@pytest.mark.parametrize("words", ["beatriz", "Lima", "1234", "98888-12", "vip"])
def test_a_search_finds_by_name_digits_and_tag_wherever_it_is(
    guest: Guest, talk: NewTalk, bob: Browser, words: str
) -> None:
    talk("Carla")
    with inside(guest.salon_id):
        guest.contact.tags = ["vip"]
        guest.contact.save(update_fields=["tags"])
    change_talk(guest.conversation, closed_at=clock.now())
    assert names(bob, f"search={words}") == ["Beatriz Lima"]


def test_who_waits_longest_comes_first(guest: Guest, talk: NewTalk, bob: Browser) -> None:
    now = clock.now()
    change_talk(guest.conversation, waiting_since=now - timedelta(hours=1))
    talk("Carla", waiting_since=now - timedelta(hours=3), last_at=now)
    talk("Duda", last_direction="out")
    assert names(bob, "sort=waiting") == ["Carla", "Beatriz Lima"]


@pytest.mark.parametrize("sort", ["newest", "waiting"])
def test_pages_follow_both_ways_and_lose_nobody(
    guest: Guest, talk: NewTalk, bob: Browser, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(listing, "A_PAGE", 2)
    change_talk(guest.conversation, closed_at=clock.now())
    same = clock.now()
    for name in ("Ana", "Bia", "Carla", "Duda", "Elisa"):
        talk(name, last_at=same, waiting_since=same)
    wanted, found, before = Filter(sort=sort), [], ""
    with inside(guest.salon_id):
        pages = []
        while True:
            page = listing.page_of(bob.member, wanted, "/inbox/", before=before, after="", now=same)
            pages.append(page)
            found += [row.name for row in page.rows]
            if not page.older_url:
                break
            before = dict(part.split("=") for part in page.older_url.partition("?")[2].split("&"))["before"]
            before = before.replace("%3A", ":").replace("%2B", "+").replace("%7E", "~")
        assert sorted(found) == ["Ana", "Bia", "Carla", "Duda", "Elisa"]
        after = pages[2].newer_url.partition("after=")[2].replace("%3A", ":").replace("%2B", "+").replace("%7E", "~")
        back = listing.page_of(bob.member, wanted, "/inbox/", before="", after=after, now=same)
        assert [row.name for row in back.rows] == [row.name for row in pages[1].rows]


@pytest.mark.parametrize("key", ["x", "~", "2026-01-01~1", "9999-99-99T00:00:00+00:00~1", "2026-01-01T00:00:00Z~x"])
def test_a_key_that_is_none_begins_at_the_start(guest: Guest, bob: Browser, key: str) -> None:
    assert names(bob, f"show=open&before={key}") == ["Beatriz Lima"]


@pytest.mark.parametrize(
    "query", ["who=x", "team=1", "number='", "answers=x", "show=x", "sort=x", "unread=2", "tag=%00"]
)
def test_what_it_does_not_know_is_left_out(guest: Guest, bob: Browser, query: str) -> None:
    assert names(bob, query) == ["Beatriz Lima"]


def test_a_line_says_all_there_is(guest: Guest, alice: Browser, bob: Browser) -> None:
    now = clock.now()
    with inside(guest.salon_id):
        team = Team.objects.create(name="Front desk")
        Draft.objects.create(conversation=guest.conversation, member=bob.member, text="Oi Bea")
        guest.contact.tags = ["vip", "loira", "noiva", "mãe"]
        guest.contact.save(update_fields=["tags"])
    values = {"assignee": alice.member, "team": team, "attention": "flow_failed", "bot_on": False}
    change_talk(guest.conversation, last_inbound_at=now - timedelta(hours=22, minutes=30), **values)
    page = bob.get_page("/inbox/", show="open")
    for part in ("has-draft", "Alice answers", "Front desk", "sign--soon", "People only", "vip", "+1", "Waits since"):
        assert part in page, part
    assert "has-draft" not in alice.get_page("/inbox/", show="open")


def test_a_filter_of_yesterday_hides_no_guest_of_today(guest: Guest, bob: Browser) -> None:
    row = f"/inbox/{guest.conversation.public_id}/"
    assert row not in bob.get_page("/inbox/?who=mine&unread=1")
    assert row in bob.get_page("/inbox/")


def test_the_counts_stop_at_a_hundred(
    guest: Guest, talk: NewTalk, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bob.get("/inbox/counts/").json() == {"mine": "0", "nobody": "1", "waiting": "1", "unread": "1"}
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    for name in ("Ana", "Bia"):
        talk(name)
    assert bob.get("/inbox/counts/").json()["nobody"] == "1+"


@pytest.mark.parametrize("path", ["/inbox/", "/inbox/filters/", "/inbox/counts/", "/inbox/bulk/choices/"])
def test_another_salon_sees_its_own(guest: Guest, alice: Browser, charlie: Browser, path: str) -> None:
    assert alice.get(path).status_code == 200
    answer = charlie.get(path)
    assert answer.status_code == 200
    assert b"Beatriz" not in answer.content
    assert b"Bob" not in answer.content


def test_a_viewer_marks_nothing(guest: Guest, vera: Browser) -> None:
    assert "data-mark" not in vera.get_page("/inbox/", show="open").split("inbox__scroll")[0]
    assert vera.get("/inbox/bulk/choices/").status_code == 403


def test_the_filters_keep_what_is_chosen(guest: Guest, bob: Browser) -> None:
    page = bob.get_page("/inbox/filters/", who="mine", unread="1")
    assert re.search(r'value="mine"\s+selected', page)
    assert page.count("checked") == 1


def test_every_filter_stands_in_the_address() -> None:
    wanted = Filter(who="nobody", answers="bot", unread=True, sort="waiting", tag="a b")
    assert Filter.read(wanted.query()) == wanted
    assert wanted.encoded() == "who=nobody&answers=bot&tag=a+b&unread=1&sort=waiting"
    assert Filter().encoded() == "show=open"
