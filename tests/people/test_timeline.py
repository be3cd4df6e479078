"""What happened with a guest, page by page: nothing twice, nothing left out (CR-001)."""

from datetime import timedelta

from channels_wa.messages.models import Message
from crm.consent.models import ConsentEntry
from crm.contacts import timeline
from crm.contacts.models import Note
from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.people.conftest import Guest
from tests.world import Browser


def test_cr_001_equal_moments_lose_no_line_at_the_end_of_a_page(guest: Guest, alice: Browser) -> None:
    at = clock.now() - timedelta(hours=1)
    with inside(guest.salon_id):
        Note.objects.bulk_create(
            Note(contact=guest.contact, text=f"note {number}", at=at - timedelta(days=number // 45))
            for number in range(90)
        )
        for number in range(70):
            AuditEntry.objects.create(
                actor_kind="system",
                actor="",
                action="contact.changed" if number % 2 else "contact.tagged",
                subject=str(guest.contact.public_id),
                after={"name": f"name {number}"},
                at=at,
            )
        for day in range(40):
            guest.wrote(f"day {day}", at=at - timedelta(days=day))
        ConsentEntry.objects.bulk_create(
            ConsentEntry(
                contact_id=guest.contact.pk, purpose=purpose, state="granted", source="portal", evidence="form", at=at
            )
            for purpose in ("marketing", "service")
        )
        seen, before = [], None
        while True:
            moments, key = timeline.page(guest.contact, who=alice.member, before=before)
            seen += moments
            assert len(moments) <= timeline.SIZE
            if not key:
                break
            before = timeline.Place.read(key)
            assert before is not None
        assert sorted((one.key for one in seen), reverse=True) == [one.key for one in seen]
        notes = [one.quote for one in seen if one.icon == "note"]
        assert sorted(notes) == sorted(f"note {number}" for number in range(90))
        changes = [one.parts[0]["after"] for one in seen if one.icon == "pencil"]
        assert sorted(changes) == sorted(f"name {number}" for number in range(1, 70, 2))
        days = [one.day for one in seen if one.day]
        assert len(days) == len(set(days))
        assert sum(one.pk for one in seen if one.day) == Message.objects.count()
        assert len([one for one in seen if one.icon == "shield-check"]) == 1


def test_an_address_that_is_no_place_begins_anew() -> None:
    for text in (
        "",
        "x",
        "2026-01-01~0~1~",
        "2026-01-01T00:00:00+00:00~99~1~",
        "2026-01-01T00:00:00+00:00~1~x~",
        "9999-12-31T23:59:59+00:00~1~1~",
        "0001-01-01T00:00:00+00:00~1~1~",
    ):
        assert timeline.Place.read(text) is None


def test_an_address_with_an_offset_that_the_database_refuses_is_a_place(guest: Guest, alice: Browser) -> None:
    place = timeline.Place.read("2026-12-03T09:59:00+23:59~1~1~")
    with inside(guest.salon_id):
        assert timeline.page(guest.contact, who=alice.member, before=place)
    assert str(place) == "2026-12-02T10:00:00+00:00~1~1~"
