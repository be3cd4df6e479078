"""Erasing a contact (CO-001): nothing of them is left anywhere, others are untouched, whatever dies in between."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from django.db import connection

from channels_wa.gate.delivery import delivery_box, open_delivery
from channels_wa.media.models import Media
from channels_wa.messages import raw as raws
from channels_wa.messages.models import Identity, Message
from crm.bookings.models import Booking
from crm.contacts.models import Contact
from ops.ledger.models import Erasure
from ops.salon import inside, run_in_salon
from ops.sealing import CannotOpen
from ops.storage import Missing, storage
from tenants.privacy import requests, working
from tenants.privacy.erasing import checking
from tenants.privacy.erasing.replaying import replay
from tenants.privacy.models import PrivacyRequest
from tests.inbound import talks
from tests.tenants.privacy.conftest import CANARY, OTHER, PHONE, Guests, everything, where

DIGITS = PHONE.removeprefix("+")


def ask(guests: Guests) -> UUID:
    """Somebody asks for the erasure."""
    return requests.ask_erasure(guests.public_id, by=None, why="guest").public_id


def erase(guests: Guests) -> PrivacyRequest:
    """Ask and do it, as a worker does."""
    with inside(guests.salons.aurora.pk):
        public_id = ask(guests)
        working.work(public_id)
        return PrivacyRequest.objects.get(public_id=public_id)


def left(guests: Guests) -> dict[str, list[str]]:
    """Rows of the salon, or of the public side about it, that hold the guest's word or phone. What the salon itself
    named by the same word (flows, services, …) is no guest's."""
    found = where(everything(guests.salons.aurora.pk), CANARY, DIGITS)
    # WhatsApp's ids stay for 30 days; all others here are the salon's own things, seeded under the same word.
    own = {
        "seen", "flow", "flow_version", "flow_revision", "flow_secret", "flow_test", "tag", "custom_field", "segment",
        "team",
        "canned_reply", "pipeline", "stage", "service", "service_category", "resource", "professional", "blocked_time",
        "dated_hours", "message_template", "contact_import", "package", "audit_entry", "alert", "package_sale",
    }  # fmt: skip
    return {table: texts for table, texts in found.items() if table not in own or DIGITS in str(texts)}


def test_co001_nothing_of_the_guest_is_left_in_the_salon(guests: Guests) -> None:
    done = erase(guests)
    assert (done.state, done.error) == ("done", "")
    assert left(guests) == {}
    with inside(guests.salons.aurora.pk):
        assert not Contact.with_merged.filter(public_id=guests.public_id).exists()
        assert not where({"audit_entry": everything(guests.salons.aurora.pk)["audit_entry"]}, f"Ana {CANARY}")
        assert done.sealed_person == b""


def test_co001_nothing_is_left_on_the_public_side(guests: Guests) -> None:
    erase(guests)
    assert where(everything(0, schema="public"), DIGITS) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, raw FROM public.delivery")
        opened = [open_delivery(delivery_box(), pk.bytes, bytes(raw)) for pk, raw in cursor.fetchall()]
    assert opened
    assert not [raw for raw in opened if DIGITS.encode() in raw or CANARY.encode() in raw]


def test_co001_others_are_untouched(guests: Guests) -> None:
    """Neither of the same salon nor of another, where somebody has the same phone."""
    before = where(everything(guests.salons.aurora.pk), OTHER), everything(guests.salons.other.pk)
    erase(guests)
    after = where(everything(guests.salons.aurora.pk), OTHER), everything(guests.salons.other.pk)
    assert after == before
    with inside(guests.salons.aurora.pk):
        message = Message.objects.get(wamid="wamid.others")
        assert OTHER in json.loads(raws.opened(bytes(message.raw or b""), wamid="wamid.others"))["item"]["text"]["body"]


def test_co001_a_backup_s_raw_items_and_files_are_noise(
    guests: Guests, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """What was sealed for the guest does not open with the salon's key alone, which a backup has."""
    with inside(guests.salons.aurora.pk):
        message = Message.objects.filter(contact_id=contact_id(guests), raw__isnull=False).latest("pk")
        kept = bytes(message.raw or b""), str(message.wamid)
        assert CANARY in raws.opened(kept[0], wamid=kept[1]).decode()
        files = list(Media.objects.filter(contact_id=message.contact_id).exclude(storage_key=""))
        assert files
    with django_capture_on_commit_callbacks(execute=True):
        erase(guests)
    with inside(guests.salons.aurora.pk), pytest.raises(CannotOpen):
        raws.opened(kept[0], wamid=kept[1])
    for file in files:
        with pytest.raises(Missing):
            storage().size(file.storage_key)


def contact_id(guests: Guests) -> int:
    return int(Contact.with_merged.values_list("pk", flat=True).get(public_id=guests.public_id))


def test_co001_visits_stay_for_accounting_without_their_guest(guests: Guests) -> None:
    erase(guests)
    with inside(guests.salons.aurora.pk):
        visit = Booking.objects.get(public_id=guests.one.more["booking"])
        assert (visit.contact_id, visit.guest_name, visit.note, visit.details) == (None, "", "", {})
        assert visit.state == "cancelled"  # it was still to come


PLACES = (
    "privacy.after_cut",
    "privacy.after_ledger",
    "privacy.after_also",
    "privacy.in_batch",
    "privacy.after_batch",
    "privacy.in_finish",
)


def die_at(monkeypatch: pytest.MonkeyPatch, wanted: str, nth: int) -> None:
    """As by kill -9: what was not committed is rolled back, and nobody tidies up."""
    count = 0

    def failpoint(name: str) -> None:
        nonlocal count
        count += name == wanted
        if name == wanted and count == nth:
            raise SystemExit

    for module in ("erasing.work", "rows"):
        monkeypatch.setattr(f"tenants.privacy.{module}.failpoint", failpoint)


@pytest.mark.parametrize("place", PLACES)
def test_co001_killed_anywhere_it_goes_on(guests: Guests, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is a transaction of its own; whoever takes the request then needs nothing of the contact's rows."""
    with inside(guests.salons.aurora.pk):
        public_id = ask(guests)
        die_at(monkeypatch, place, 7 if "batch" in place else 1)
        with pytest.raises(SystemExit):
            working.work(public_id)
        PrivacyRequest.objects.update(lease_until=None)  # its time has passed
        working.work(public_id)
        done = PrivacyRequest.objects.get(public_id=public_id)
        assert (done.state, done.stumbles) == ("done", 0)
    assert left(guests) == {}
    assert Erasure.objects.get().applied_at


def test_co001_the_one_who_writes_again_is_somebody_new_and_a_stop_still_holds(guests: Guests) -> None:
    """The STOP is kept without the phone: as a keyed hash."""
    talks.hear("PARAR", sender=DIGITS, wamid="wamid.stop")
    erase(guests)
    with inside(guests.salons.aurora.pk):
        assert not Identity.with_former.filter(value=PHONE).exists()
    talks.hear("oi de novo", sender=DIGITS, wamid="wamid.again")
    with inside(guests.salons.aurora.pk):
        from crm.consent.queries import states

        known = Identity.objects.get(value=PHONE)
        contact = Contact.objects.get(pk=known.contact_id)
        assert contact.public_id != guests.public_id
        assert states([contact.pk])[contact.pk, "marketing"] == "revoked"


def test_co001_a_restored_database_is_told_before_it_opens(guests: Guests) -> None:
    """The rows are there again, the ledger is not behind: not ready until it was replayed; twice is once."""
    salon_id = guests.salons.aurora.pk
    erase(guests)
    restored = Contact  # rows of a backup: the same ids, the same phone
    with inside(salon_id):
        again = restored.objects.create(public_id=guests.public_id, name=f"Ana {CANARY}")
        Identity.objects.create(portfolio="1" * 16, kind="phone", value=PHONE, contact_id=again.pk,
                                created_at=again.created_at)  # fmt: skip
        PrivacyRequest.objects.all().delete()
    Erasure.objects.all().delete()
    from ops.ledger import opening

    assert opening.behind(anew=True) == 1
    assert opening.is_shut()
    assert replay() == 1
    assert opening.state() == "ok"
    assert replay(everything=True) == 0
    with inside(salon_id):
        assert not Contact.objects.filter(public_id=guests.public_id).exists()
        assert not Identity.with_former.filter(value=PHONE).exists()


def test_co001_the_check_finds_what_somebody_puts_back(guests: Guests) -> None:
    """It knows no phone any more: it hashes every one that stands anywhere."""
    done = erase(guests)
    salon_id = guests.salons.aurora.pk
    assert run_in_salon(salon_id, lambda: checking.check(done)["places"]) == {}
    with inside(salon_id):
        Contact.objects.filter(public_id=guests.other.contact).update(
            fields={"also": "fone (11) 98888-1234 ou +55 11 98888-1234"}
        )
        assert checking.check(done)["places"] == {"contact": 1}
