"""BK-003, BK-004: nothing suits, so the visitor waits for a place; their own message puts them on the list."""

import re
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.bookings.models import WaitlistEntry
from crm.bookings.page import limits
from ops.salon import inside
from tests.bookings.page.conftest import PHONE, Visitor, text_of


def wishes(visitor: Visitor, **more: Any) -> dict[str, Any]:
    chair = visitor.chair
    return {"s": str(chair.cut.public_id), "p": str(chair.ana.public_id), "lang": "en", "first": str(chair.day),
            "last": str(chair.day + timedelta(days=3)), "part": "afternoon", **more}  # fmt: skip


def entries(visitor: Visitor) -> list[WaitlistEntry]:
    with inside(visitor.chair.salon_id):
        return list(WaitlistEntry.objects.select_related("contact").order_by("pk"))


def message(page: str) -> str:
    found = re.search(r"<strong>(Waitlist [0-9A-Z]{8})</strong>", page)
    assert found, page
    return found[1]


def test_they_say_when_they_could_come_and_send_one_message(visitor: Visitor) -> None:
    """Whose phone it is shows the message: before it nobody is on the list, and nobody is written to."""
    times = text_of(visitor.see("/book/", s=str(visitor.chair.cut.public_id)))
    assert 'action="/book/wait/"' in times
    page = text_of(visitor.client.post("/book/wait/", wishes(visitor)))
    assert (entries(visitor), visitor.messages()) == ([], [])
    for _ in range(2):
        visitor.says(message(page).lower())
    (entry,) = entries(visitor)
    chair = visitor.chair
    assert (entry.service_ids, entry.professional_ids, entry.source) == ([chair.cut.pk], [chair.ana.pk], "page")
    assert (entry.from_date, entry.to_date) == (chair.day, chair.day + timedelta(days=3))
    assert (entry.from_minute, entry.to_minute, entry.state) == (720, 1080, "waiting")
    with inside(chair.salon_id):
        assert Identity.objects.filter(contact_id=entry.contact_id, value=PHONE).exists()
    assert "you are on the waitlist: Corte" in visitor.messages()[-1].text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last": "2020-01-01"}, "must not be before the first"),
        ({"first": "2020-01-01", "last": "2020-01-02"}, "This day is over"),
        ({"last": "9000-01-01"}, "within a year"),
        ({"first": "soon"}, "Choose a day"),
        ({"part": "noon"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_waited_for_is_said_beside_its_field(visitor: Visitor, more: dict[str, Any], words: str) -> None:
    answer = visitor.client.post("/book/wait/", wishes(visitor, **more))
    assert (answer.status_code, words in text_of(answer)) == (422, True)


def test_a_code_that_nobody_knows_is_answered_and_lets_nobody_wait(visitor: Visitor) -> None:
    """Forgotten with the cache, or made up."""
    page = text_of(visitor.client.post("/book/wait/", wishes(visitor)))
    for key in limits.client().scan_iter("book:*:wait:*"):
        limits.client().delete(key)
    visitor.says(message(page))
    assert entries(visitor) == []
    assert "/book/" in visitor.messages()[-1].text


def test_without_services_it_leads_to_the_choice(visitor: Visitor) -> None:
    assert visitor.client.post("/book/wait/", {"lang": "en"}).status_code == 303
    assert visitor.client.get("/book/wait/", wishes(visitor)).status_code == 303
