"""Exporting a contact (CO-001): all of theirs, nothing of another, signed, by a link that ends."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.privacy import requests, working
from tenants.privacy.exporting import archive, links
from tenants.privacy.exporting.work import reading
from tenants.privacy.models import PrivacyRequest
from tests.tenants.privacy.conftest import CANARY, OTHER, OTHERS_PHONE, PHONE, Guests
from tests.world import Browser


def made(guests: Guests) -> PrivacyRequest:
    """Asked for and done, as a worker does."""
    with inside(guests.salons.aurora.pk):
        row = requests.ask_export(guests.public_id, by=None)
        working.work(row.public_id)
        return PrivacyRequest.objects.get(pk=row.pk)


def bytes_of(guests: Guests, row: PrivacyRequest) -> bytes:
    with inside(guests.salons.aurora.pk):
        return b"".join(reading(row))


def test_co001_it_holds_all_of_theirs_and_nothing_of_another(guests: Guests) -> None:
    row = made(guests)
    assert (row.state, row.error) == ("done", "")
    with zipfile.ZipFile(io.BytesIO(bytes_of(guests, row))) as found:
        texts = {name: found.read(name).decode(errors="replace") for name in found.namelist()}
    whole = " ".join(texts.values())
    assert OTHER not in whole and OTHERS_PHONE not in whole
    for name in ("contact", "messages", "conversations", "visits", "deals_and_tasks", "flows", "consent", "history"):
        assert CANARY in texts[f"data/{name}.json"] or PHONE in texts[f"data/{name}.json"], name
    assert any(name.startswith("media/") and CANARY in text for name, text in texts.items())
    rows = json.loads(texts["data/messages.json"])["message"]["rows"]
    assert {one["text"] for one in rows} >= {f"oi {CANARY}", f"escrevi {CANARY}"}


def test_co001_the_manifest_is_signed_and_a_changed_byte_is_found(guests: Guests) -> None:
    data = bytes_of(guests, made(guests))
    said = archive.verify(io.BytesIO(data))
    assert said["contact"] == str(guests.public_id)
    other = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as found, zipfile.ZipFile(other, "w") as forged:
        for name in found.namelist():
            text = found.read(name)
            forged.writestr(name, text.replace(b"Ana", b"Eva") if name == "data/contact.json" else text)
    with pytest.raises(archive.Wrong, match=r"contact\.json was changed"):
        archive.verify(other)


def test_co001_the_file_lies_sealed(guests: Guests) -> None:
    from ops.storage import storage

    row = made(guests)
    assert CANARY.encode() not in b"".join(storage().read(row.storage_key))
    assert row.sha256 and row.bytes == len(bytes_of(guests, row))


def test_co001_the_owner_saves_it_and_a_link_of_a_day_opens_it_to_the_guest(
    guests: Guests, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = made(guests)
    path = f"/settings/privacy/requests/{row.public_id}/file/"
    answer = alice.get(path)
    assert answer.status_code == 200
    assert answer["content-type"] == "application/zip"
    with inside(guests.salons.aurora.pk):
        assert AuditEntry.objects.filter(action="contact.export_downloaded").count() == 1
        link = links.signed(row)
    alice.logout()
    assert alice.get(link).status_code == 200
    assert alice.get(link.replace("expires=", "expires=9")).status_code == 403
    assert alice.get(path).status_code == 302
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    assert alice.get(link).status_code == 403


def test_co001_who_may_not(guests: Guests, bob: Browser, vera: Browser, charlie: Browser) -> None:
    """CO-001, TN-004: a receptionist and a viewer are refused; another salon knows no such contact."""
    for path in (f"contacts/{guests.public_id}/export/", f"contacts/{guests.public_id}/erase/"):
        for who in (bob, vera):
            assert who.post(f"/settings/privacy/{path}").status_code == 403
        assert charlie.post(f"/settings/privacy/{path}").status_code == 404
    with inside(guests.salons.aurora.pk):
        assert not PrivacyRequest.objects.filter(state="waiting").exists()
