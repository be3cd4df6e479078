"""BK-003, BK-004: a guest asks on their visit's page to be told of an earlier time."""

from crm.bookings.models import WaitlistEntry
from ops.salon import inside
from tests.bookings.page.conftest import Visitor, text_of


def test_they_wait_with_their_visit_and_leave(visitor: Visitor) -> None:
    """BK-004: twice is once; the visit is what they would give up."""
    address = visitor.held()
    visitor.client.post(f"{address}code/", {"code": visitor.code()})
    assert "Tell me when an earlier time becomes free" in text_of(visitor.see(address))
    for _ in range(2):
        assert visitor.client.post(f"{address}earlier/", {"lang": "en"}).status_code == 303
    with inside(visitor.chair.salon_id):
        entry = WaitlistEntry.objects.get()
        assert (entry.booking_id, entry.source, entry.to_date) == (visitor.booking().pk, "page", visitor.chair.day)
    assert "You are on the waitlist for an earlier time" in text_of(visitor.see(address))
    visitor.client.post(f"{address}earlier/", {"lang": "en", "leave": "1"})
    with inside(visitor.chair.salon_id):
        assert WaitlistEntry.objects.get().reason == "left"
