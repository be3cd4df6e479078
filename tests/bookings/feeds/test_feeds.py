"""FR-DB-005: a professional's visits in their own calendar."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from crm.bookings.actions import states
from crm.bookings.feeds import ics
from crm.bookings.feeds.visits import AHEAD, PAST
from crm.bookings.models import Booking, BookingItem, Professional
from ops import clock
from ops.salon import inside
from tenants.salons.hosts import salon_host
from tests.bookings.conftest import Chair
from tests.world import Browser, Salons


@pytest.fixture
def calendar() -> Client:
    """A calendar program: no login."""
    return Client(headers={"host": salon_host("aurora")})


def made(alice: Browser, chair: Chair, do: str = "make") -> str:
    """The address's path, from the card that shows it once."""
    path = f"/calendar/feeds/professionals/{chair.ana.public_id}/"
    answer = alice.post(path, {"do": do}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    found = re.search(r"(/calendar/feeds/[\w-]+\.ics)", answer.content.decode())
    return found[1] if found else ""


def test_it_is_shown_once_renewed_and_ended(chair: Chair, alice: Browser, calendar: Client) -> None:
    """FR-DB-005: only a hash is kept; the address before leads nowhere."""
    page = alice.get_page(f"/professionals/{chair.ana.public_id}/")
    assert f"/calendar/feeds/professionals/{chair.ana.public_id}/" in page
    first = made(alice, chair)
    with inside(chair.salon_id):
        kept = Professional.objects.get(pk=chair.ana.pk).feed_token_hash
    assert len(kept) == 64
    assert kept not in first
    assert calendar.get(first).status_code == 200
    second = made(alice, chair)
    assert calendar.get(first).status_code == 404
    assert calendar.get(second).status_code == 200
    assert made(alice, chair, "revoke") == ""
    for path in (second, "/calendar/feeds/x.ics", "/calendar/feeds/.ics"):
        assert calendar.get(path).status_code == 404


def test_what_stands_in_it(chair: Chair, alice: Browser, calendar: Client) -> None:
    """FR-DB-005: booked visits of this professional, in UTC; nobody's name without a login that may see it."""
    booking = chair.book("10:00")
    chair.book("14:00", who=chair.bia)
    chair.hold("16:00")
    path = made(alice, chair)
    body = calendar.get(path).content.decode()
    assert body.count("BEGIN:VEVENT") == 1
    assert f"DTSTART:{booking.starts_at:%Y%m%dT%H%M%SZ}" in body
    assert "Carla" not in body
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.ana.pk).update(member=alice.member)
    assert "Carla Dias" in calendar.get(path).content.decode()


def test_an_unchanged_feed_is_not_sent_again(chair: Chair, alice: Browser, calendar: Client) -> None:
    """FR-DB-005: ETag and Last-Modified; a visit that is cancelled changes both."""
    booking = chair.book("10:00")
    path = made(alice, chair)
    answer = calendar.get(path)
    etag, since = answer["ETag"], answer["Last-Modified"]
    assert calendar.get(path, headers={"if-none-match": etag}).status_code == 304
    assert calendar.get(path, headers={"if-modified-since": since}).status_code == 304
    with inside(chair.salon_id):
        states.cancel(booking, by=None)
    assert calendar.get(path, headers={"if-none-match": etag}).status_code == 200


def test_sixty_days_back_and_a_year_ahead(chair: Chair, alice: Browser, calendar: Client) -> None:
    """FR-DB-005."""
    path = made(alice, chair)
    now = clock.now()
    for move, there in ((-PAST + timedelta(days=1), 1), (-PAST - timedelta(days=1), 0), (AHEAD - timedelta(days=1), 1),
                        (AHEAD + timedelta(days=1), 0)):  # fmt: skip
        with inside(chair.salon_id):
            BookingItem.objects.all().delete()
            start = now + move
            row = Booking.objects.create(state="booked", starts_at=start, ends_at=start + timedelta(hours=1),
                                         zone="UTC", wall_clock="2026-01-01T10:00", currency="BRL")  # fmt: skip
            BookingItem.objects.create(booking=row, service=chair.cut, professional=chair.ana, starts_at=start,
                                       ends_at=start + timedelta(hours=1))  # fmt: skip
        assert calendar.get(path).content.count(b"BEGIN:VEVENT") == there, move


def test_who_may_make_one(salons: Salons, chair: Chair, bob: Browser, charlie: Browser) -> None:
    """FR-DB-005: who manages services; others their own alone."""
    path = f"/calendar/feeds/professionals/{chair.ana.public_id}/"
    assert bob.post(path, {"do": "make"}).status_code == 403
    assert charlie.post(path, {"do": "make"}).status_code == 404
    assert bob.post("/calendar/feeds/own/", {"do": "make"}).status_code == 200
    with inside(chair.salon_id):
        assert not Professional.objects.exclude(feed_token_hash="").exists()
        Professional.objects.filter(pk=chair.bia.pk).update(member=bob.member)
    assert b"/calendar/feeds/" in bob.post("/calendar/feeds/own/", {"do": "make"}).content
    with inside(chair.salon_id):
        assert [one.pk for one in Professional.objects.exclude(feed_token_hash="")] == [chair.bia.pk]


def test_texts_are_escaped_and_lines_folded() -> None:
    """RFC 5545 §3.1, §3.3.11: no text makes a line of its own, no letter is cut."""
    now = clock.now()
    event = ics.Event(
        "1@x", now, now, "a;b,c\\d\r\nBEGIN:VEVENT\x00\x07", now, description="ção 💇 " * 40, url="http://x\r\nX:y"
    )
    body = ics.calendar([event], name="Salão; \n, x").decode()
    assert body.count("BEGIN:VEVENT") == 2
    assert "\r\nBEGIN:VEVENT\r\n" in body
    assert body.count("\r\nBEGIN:VEVENT") == 1
    assert "SUMMARY:a\\;b\\,c\\\\d\\nBEGIN:VEVENT\r\n" in body
    lines = body.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "ção 💇 " * 40 in body.replace("\r\n ", "")
    assert not re.search(r"(?<!\r)\n", body)
