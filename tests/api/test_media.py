"""/api/v1/media/: files up and down (FR-WA-006)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from channels_wa.adapters import ADAPTERS
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.media.models import Media
from channels_wa.messages.models import Message
from config.env import env
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program
from tests.media import files
from tests.world import Browser, Salons


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env, "storage_url", tmp_path.as_uri())
    monkeypatch.setitem(ADAPTERS, "memory", MemoryAdapter())
    return tmp_path


def upload(program: Client, data: bytes, **headers: str) -> Any:
    file = SimpleUploadedFile("antes.jpg", data, "image/jpeg")
    return program.post("/api/v1/media/", {"file": file}, headers=headers)


def objects(own_storage: Path) -> int:
    return len([file for file in own_storage.rglob("*") if file.is_file()])


def test_an_upload_can_be_sent_and_read_by_its_link(program: Program, salons: Salons, seeded: Seeded) -> None:
    data = files.jpeg()
    answer = upload(program, data)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["kind"], made["state"], made["mime_type"], made["size"]) == ("image", "ready", "image/jpeg", len(data))
    body = {"contact": seeded.contact, "type": "image", "media": {"id": made["id"], "caption": "Assim"}}
    sent = program.post("/api/v1/messages/", body, content_type="application/json")
    assert sent.status_code == 202, sent.content
    assert (sent.json()["media"]["id"], sent.json()["reason"]) == (made["id"], "media_uploading")
    parts = urlsplit(sent.json()["media"]["url"])
    opened = Client(headers={"host": parts.netloc}).get(f"{parts.path}?{parts.query}")
    assert opened.content == data


def test_a_guests_file_stands_in_the_message(program: Program, salons: Salons, seeded: Seeded) -> None:
    with inside(salons.aurora.pk):
        message = Message.objects.get(public_id=seeded.inbound)
        Media.objects.filter(public_id=seeded.media).update(message_id=message.pk)
        Message.objects.filter(pk=message.pk).update(type="document")
    found = program.ask(f"messages/{seeded.inbound}/")["media"]
    assert (found["id"], found["name"], found["state"]) == (seeded.media, "aurora.txt", "ready")
    assert "signature=" in found["url"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [(files.SVG, 400, "not_taken"), (b"\xff\xd8\xff" + b"\1" * 5_300_000, 413, "too_large"), (b"", 400, "empty")],
)
def test_a_bad_file_is_refused_with_its_reason(
    program: Program, own_storage: Path, data: bytes, status: int, code: str
) -> None:
    before = objects(own_storage)
    answer = upload(program, data)
    assert answer.status_code == status, answer.content
    assert status == 413 or (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == ("file", code)
    assert objects(own_storage) == before


def test_the_same_request_twice_is_one_file(program: Program, salons: Salons, own_storage: Path) -> None:
    first, second = (upload(program, files.jpeg(), **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second["Idempotency-Replayed"] == "true"
    with inside(salons.aurora.pk):
        assert Media.objects.count() == 1
    assert objects(own_storage) == 2  # with its small picture
    assert upload(program, files.jpeg(90), **{"Idempotency-Key": "k1"}).status_code == 422
    assert objects(own_storage) == 2  # with its small picture


def test_json_is_not_taken(program: Program) -> None:
    assert program.post("/api/v1/media/", {"file": "x"}, content_type="application/json").status_code == 415


def test_a_member_uploads_by_session_and_a_viewer_does_not(alice: Browser, vera: Browser, own_storage: Path) -> None:
    assert upload(vera, files.jpeg()).status_code == 403
    assert objects(own_storage) == 0
    assert upload(alice, files.jpeg()).status_code == 201


def test_a_stranger_uploads_nothing(alice: Browser, own_storage: Path) -> None:
    alice.logout()
    assert upload(alice, files.jpeg()).status_code in (401, 403)
    assert objects(own_storage) == 0


def test_i22_another_salons_file_is_not_found(salons: Salons, seeded: Seeded) -> None:
    other = Program(salons.other)
    assert other.get(f"/api/v1/media/{seeded.media}/").status_code == 404
    assert other.ask("media/")["results"] == []
