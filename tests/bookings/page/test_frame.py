"""BK-003: how the page is shown: languages, other sites, hostile addresses, days with another clock."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from crm.bookings import defaults
from crm.bookings.models import BookingPolicy, Service
from crm.bookings.page.frame import read_origin
from ops.salon import inside
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon
from tests.bookings.page.conftest import Visitor, text_of
from tests.world import Browser

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_the_language_of_the_browser_and_the_switch(visitor: Visitor) -> None:
    """BK-003: no cookie is set; what is chosen goes along in addresses."""
    for header, word in (("es-AR,es;q=0.9", "es"), ("en-GB", "en"), ("pt-PT", "pt-br"), ("ja", "pt-br"), ("", "pt-br")):
        answer = visitor.client.get("/book/", headers={"accept-language": header})
        assert f'<html lang="{word}"' in text_of(answer)
        assert not answer.cookies
    answer = visitor.client.get("/book/", {"lang": "en"}, headers={"accept-language": "es"})
    assert '<html lang="en"' in text_of(answer)
    assert '<input type="hidden" name="lang" value="en">' in text_of(answer)
    assert '<html lang="pt-br"' in text_of(visitor.client.get("/book/", {"lang": "<xx>"}))


def test_shown_within_other_sites_only_where_the_salon_says(visitor: Visitor) -> None:
    """BK-003: nowhere by default; with sites named, only the page that says it is embedded, and only there."""

    def ancestors(answer: Any) -> tuple[str, bool]:
        return re.search(r"frame-ancestors ([^;]*)", answer["Content-Security-Policy"])[1], "X-Frame-Options" in answer  # type: ignore[index]

    assert ancestors(visitor.see("/book/", embed="1")) == ("'none'", True)
    with inside(visitor.chair.salon_id):
        BookingPolicy.objects.update(page={"origins": ["https://www.example.com", "https://x; script-src *"]})
    assert ancestors(visitor.see("/book/")) == ("'none'", True)
    assert ancestors(visitor.see("/book/", embed="1")) == ("https://www.example.com", False)
    answer = visitor.hold(embed="1")
    assert "embed=1" in answer["Location"]
    assert ancestors(visitor.client.get(answer["Location"])) == ("https://www.example.com", False)


def test_a_form_works_without_any_cookie(visitor: Visitor) -> None:
    """BK-003: within another site there is none; Django's check would refuse it."""
    visitor.client = Client(enforce_csrf_checks=True, headers={"host": salon_host("aurora")})
    choice = visitor.choice()
    values = {**choice, "name": "Rita", "phone": "11977776666", "ticket": visitor.ticket(choice)}
    fresh = Client(
        enforce_csrf_checks=True, headers={"host": salon_host("aurora"), "origin": "https://www.example.com"}
    )
    assert fresh.post("/book/", values).status_code == 303


@pytest.mark.parametrize("text, origin", [
    ("https://www.Example.com/agenda?x=1", "https://www.example.com"), ("example.com", "https://example.com"),
    ("https://salão.com.br", "https://xn--salo-ioa.com.br"), ("https://a.com:8443", "https://a.com:8443"),
    ("javascript:alert(1)", ""), ("https://*.com", ""), ("https://a.com; script-src *", ""), ("'self'", ""), ("*", ""),
    ("https://a.com\nX: y", ""), ("data:text/html,x", ""), ("https://user@a.com", "https://a.com"),
    ("https://a..b", ""),
])  # fmt: skip
def test_what_is_a_site(text: str, origin: str) -> None:
    """BK-003: it stands in a header."""
    assert read_origin(text) == origin


@pytest.mark.parametrize("query", [
    {"s": "x"}, {"s": "' OR 1=1 --"}, {"at": "2026-13-99T99:99Z"}, {"at": "9999-01-01T00:00Z"}, {"day": "0001-01-01"},
    {"day": "2026-02-30"}, {"p": "any"}, {"p": SCRIPT}, {"a": SCRIPT}, {"lang": SCRIPT}, {"embed": SCRIPT},
    {"at": "1\x00"},
    {"day": "9999-12-31"}, {"at": "1971-01-01T00:00Z"}, {"s": ["x"] * 3000},
])  # fmt: skip
def test_whatever_stands_in_the_address(visitor: Visitor, query: dict[str, Any]) -> None:
    """BK-003: a page, and nothing of it comes back as markup."""
    for base in ({}, visitor.choice()):
        answer = visitor.client.get("/book/", {**base, **query})
        assert answer.status_code < 410
        assert b"<script>alert" not in answer.content
        assert b"onerror=alert(1)>" not in answer.content


def test_hostile_words_are_words(visitor: Visitor) -> None:
    """BK-003: of the salon's services, of the guest, on every page."""
    with inside(visitor.chair.salon_id):
        Service.objects.filter(pk=visitor.chair.cut.pk).update(name=SCRIPT[:60], description=SCRIPT)
        defaults.touch()
    manage = visitor.held(name=f"Rita {SCRIPT}"[:80], note=SCRIPT)
    pages = [visitor.see("/book/"), visitor.see("/book/", s=str(visitor.chair.cut.public_id)), visitor.see(manage)]
    pages.append(visitor.hold("10:00", name=f"Rita {SCRIPT}"[:80], phone="x", note=SCRIPT))
    for page in pages:
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content


def test_the_day_asked_for_has_no_free_time(visitor: Visitor) -> None:
    """BK-001, BK-003: the next one that has is named and shown."""
    with inside(visitor.chair.salon_id):
        hours = [*([[[480, 1200]]] * 6), []]
        BookingPolicy.objects.update(hours=hours)
        defaults.touch()
    day = visitor.chair.day
    sunday = day + timedelta(days=(6 - day.weekday()) % 7)
    page = text_of(visitor.see("/book/", s=str(visitor.chair.cut.public_id), day=sunday.isoformat()))
    assert "No free time on" in page
    assert f'id="day-{sunday + timedelta(days=1)}"' in page


@pytest.mark.parametrize("day, twice, never", [(date(2027, 10, 31), "02:30", ""), (date(2027, 3, 28), "", "02:30")])
def test_days_with_another_clock(visitor: Visitor, day: date, twice: str, never: str) -> None:
    """BK-001: an hour that comes twice is offered twice and told apart; one that is left out is not offered."""
    all_night = [[[0, 600]]] * 7
    with inside(visitor.chair.salon_id):
        Salon.objects.filter(pk=visitor.chair.salon_id).update(time_zone="Europe/Lisbon")
        BookingPolicy.objects.update(hours=all_night, horizon_days=700)
        for who in (visitor.chair.ana, visitor.chair.bia):
            who.hours = all_night
            who.save()
        defaults.touch()
    from tenants.salons.hosts import _salon_at

    _salon_at.cache_clear()
    query = {"s": str(visitor.chair.cut.public_id), "day": day.isoformat()}
    page = text_of(visitor.see("/book/", **query))
    _salon_at.cache_clear()
    section = page.split(f'aria-labelledby="day-{day}"')[1].split("</section>")[0]
    labels = re.findall(r'class="time"[^>]*>([^<]+)<', section)
    if twice:
        assert [one for one in labels if one.startswith("01:30")] == ["01:30 (UTC+0100)", "01:30 (UTC+0000)"]
    if never:
        assert not [one for one in labels if one.startswith("01:")]
    assert len(set(labels)) == len(labels)


def test_the_settings(visitor: Visitor, alice: Browser, vera: Browser) -> None:
    """BK-003: switch, sites and snippet; who does not manage services sees none of it."""
    page = alice.get_page("/settings/booking-page/")
    assert "/book/?embed=1" in page
    good = {"is_page_open": "on", "intro": "Olá", "origins": "https://www.example.com\nexample.org"}
    assert alice.post("/settings/booking-page/", good).status_code == 303
    with inside(visitor.chair.salon_id):
        row = BookingPolicy.objects.get()
    assert row.page["origins"] == ["https://www.example.com", "https://example.org"]
    assert "Olá" in text_of(visitor.see("/book/"))
    assert alice.post("/settings/booking-page/", {**good, "origins": "https://*.com"}).status_code == 422
    assert alice.post("/settings/booking-page/", {"intro": "", "origins": ""}).status_code == 303
    assert visitor.see("/book/").status_code == 404
    assert vera.get("/settings/booking-page/").status_code == 403
    assert json.dumps(row.page)
