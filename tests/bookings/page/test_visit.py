"""BK-003: the link in the guest's hand: seeing, moving, cancelling, and the file for a calendar."""

import re
from datetime import timedelta

import pytest

from crm.bookings.models import BookingPolicy
from crm.bookings.page import limits
from ops import clock
from ops.salon import inside
from tests.bookings.page.conftest import Visitor, text_of


@pytest.fixture
def manage(visitor: Visitor) -> str:
    """The address of a booked visit."""
    address = visitor.held()
    assert visitor.client.post(f"{address}code/", {"code": visitor.code()}).status_code == 303
    return address


def test_it_is_moved(visitor: Visitor, manage: str) -> None:
    """BK-003: to a free time, by its version; a tab of before changes nothing."""
    page = text_of(visitor.see(f"{manage}move/", day=f"{visitor.chair.day}"))
    times = re.findall(r'form="move" name="at" value="([^"]+)"', page)
    version = visitor.booking().version
    answer = visitor.client.post(f"{manage}move/", {"at": times[3], "version": version, "lang": "en"})
    assert "Your visit has a new time" in text_of(visitor.client.get(answer["Location"]))
    moved = visitor.booking()
    assert f"{moved.starts_at:%Y-%m-%dT%H:%MZ}" == times[3]
    stale = visitor.client.post(f"{manage}move/", {"at": times[5], "version": version, "lang": "en"})
    assert stale.status_code == 409
    assert "changed meanwhile" in text_of(stale)
    visitor.chair.book(f"{visitor.chair.at('17:00'):%H:%M}")
    taken = visitor.choice("17:00")["at"]
    answer = visitor.client.post(f"{manage}move/", {"at": taken, "version": moved.version, "lang": "en"})
    # Ana has no time then; Bia has.
    assert answer.status_code == 303
    assert visitor.chair.items(visitor.chair.fresh(moved))[0].professional_id == visitor.chair.bia.pk


def test_it_is_moved_a_few_times_a_day(visitor: Visitor, manage: str) -> None:
    """BK-003: each is a message that the salon pays for; the sixth of a day changes nothing."""
    with inside(visitor.chair.salon_id):
        for _ in range(5):
            limits.count(limits.moves(str(visitor.booking().public_id)))
    before = visitor.booking()
    answer = visitor.client.post(f"{manage}move/", {"at": visitor.choice("15:00")["at"]})
    assert (answer.status_code, visitor.booking().starts_at) == (429, before.starts_at)


def test_where_nobody_has_time_the_nearest_are_offered(visitor: Visitor, manage: str) -> None:
    """BK-002, BK-003."""
    for who in (visitor.chair.ana, visitor.chair.bia):
        visitor.chair.book("17:00", who=who)
    version = visitor.chair.fresh(visitor.booking()).version
    answer = visitor.client.post(f"{manage}move/", {"at": visitor.choice("17:00")["at"], "lang": "en"})
    assert answer.status_code == 409
    assert "just been taken" in text_of(answer)
    assert version


def test_it_is_cancelled_once(visitor: Visitor, manage: str) -> None:
    """BK-003: the time is free at once; again is the same answer."""
    version = visitor.booking().version
    for _ in range(2):
        answer = visitor.client.post(f"{manage}cancel/", {"version": version, "lang": "en"})
        assert answer.status_code == 303
    booking = visitor.booking()
    assert (booking.state, booking.cancel_reason) == ("cancelled", "by_guest")
    assert "This visit is cancelled" in text_of(visitor.see(manage))
    assert not any(blocks for *_rest, blocks in visitor.chair.busy(booking))


def test_too_late_is_said_in_words(visitor: Visitor, manage: str) -> None:
    """BK-003: the salon's rule binds the link as it binds nobody else."""
    visitor.at(visitor.booking().starts_at - timedelta(hours=23))
    page = text_of(visitor.see(manage))
    assert "too late to move or cancel" in page
    assert "wa.me" in page
    version = visitor.booking().version
    assert visitor.client.post(f"{manage}cancel/", {"version": version}).status_code == 422
    later = visitor.choice("15:00", days=2)["at"]
    assert visitor.client.post(f"{manage}move/", {"at": later, "version": version}).status_code == 422
    assert visitor.booking().state == "booked"
    with inside(visitor.chair.salon_id):
        BookingPolicy.objects.update(cancel_hours=1)
        from crm.bookings import defaults

        defaults.touch()
    assert visitor.client.post(f"{manage}cancel/", {"version": version}).status_code == 303


def test_a_hold_has_no_file_and_can_be_given_back(visitor: Visitor) -> None:
    """BK-003."""
    manage = visitor.held()
    assert visitor.client.get(f"{manage}visit.ics").status_code == 404
    assert visitor.client.post(f"{manage}cancel/", {"lang": "en"}).status_code == 303
    assert visitor.booking().state == "cancelled"
    assert "not held any more" in text_of(visitor.see(manage))


def test_the_file_follows_the_visit(visitor: Visitor, manage: str) -> None:
    """BK-003, RFC 5545: same id, a higher number with each change, UTC."""
    before = visitor.client.get(f"{manage}visit.ics").content.decode()
    assert "DTSTART:" + f"{visitor.booking().starts_at:%Y%m%dT%H%M%SZ}" in before
    assert "STATUS:CONFIRMED" in before
    visitor.client.post(f"{manage}cancel/", {"version": visitor.booking().version})
    after = visitor.client.get(f"{manage}visit.ics").content.decode()
    assert "STATUS:CANCELLED" in after

    def of(text: str, name: str) -> str:
        return re.search(rf"{name}:(.*)\r\n", text)[1]  # type: ignore[index]

    assert of(before, "UID") == of(after, "UID")
    assert int(of(before, "SEQUENCE")) < int(of(after, "SEQUENCE"))
    assert all(len(line.encode()) <= 75 for line in after.split("\r\n"))


def test_the_pages_are_kept_by_nobody(visitor: Visitor, manage: str) -> None:
    """BK-003: the secret is in the address: no cache, no referrer, no index."""
    answer = visitor.see(manage)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies
    assert clock.now() < visitor.booking().starts_at
