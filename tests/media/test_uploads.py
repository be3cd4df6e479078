"""Files from the composer (FR-WA-006, WHATSAPP.md §3)."""

import io
import struct
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from channels_wa.media import storing
from channels_wa.media.models import Media
from channels_wa.media.sweeping import sweep
from ops.salon import inside
from tests.media import files
from tests.world import Browser, Salons


def upload(person: Browser, data: bytes, name: str = "a.jpg", mime_type: str = "image/jpeg", query: str = "") -> Any:
    return person.post(f"/media/upload/{query}", {"file": SimpleUploadedFile(name, data, mime_type)})


def stored(person: Browser, answer: Any) -> tuple[Media, bytes]:
    assert answer.status_code == 201, answer.content
    with inside(person.salon.pk):
        media = Media.objects.get(public_id=UUID(answer.json()["id"]))
        return media, b"".join(storing.reading(media))


def objects(own_storage: Path) -> list[Path]:
    return [file for file in own_storage.rglob("*") if file.is_file()]


def test_it_works(alice: Browser) -> None:
    data = files.jpeg()
    media, kept = stored(alice, upload(alice, data, "Antes e depois.jpg"))
    assert (media.kind, media.mime_type, media.name, media.direction) == (
        "image",
        "image/jpeg",
        "Antes e depois.jpg",
        "out",
    )
    assert kept == data
    assert media.thumb_key


@pytest.mark.parametrize(
    ("data", "name", "mime_type", "kind"),
    [
        (files.png(), "a.png", "image/png", "image"),
        (files.png(), "really-a-png.jpg", "image/jpeg", "image"),
        (files.mp4(), "a.mp4", "video/mp4", "video"),
        (files.mp4(), "a.m4a", "audio/mp4", "audio"),
        (files.ogg(), "a.ogg", "audio/ogg", "audio"),
        (files.PDF, "a.pdf", "application/pdf", "document"),
        (files.docx(), "a.docx", "application/zip", "document"),
        ("Preços".encode(), "a.txt", "text/plain", "document"),
    ],
)
def test_each_kind_is_what_its_bytes_are(alice: Browser, data: bytes, name: str, mime_type: str, kind: str) -> None:
    media, kept = stored(alice, upload(alice, data, name, mime_type))
    assert (media.kind, kept) == (kind, data)


def test_a_picture_that_whatsapp_does_not_take_becomes_a_jpeg(alice: Browser) -> None:
    media, kept = stored(alice, upload(alice, files.webp(), "foto.webp", "image/webp"))
    assert (media.mime_type, media.name, media.kind) == ("image/jpeg", "foto.jpg", "image")
    assert Image.open(io.BytesIO(kept)).size == (512, 512)


def test_a_webp_may_be_sent_as_a_sticker(alice: Browser) -> None:
    media, _kept = stored(alice, upload(alice, files.webp(), "a.webp", "image/webp", "?kind=sticker"))
    assert (media.kind, media.mime_type) == ("sticker", "image/webp")


@pytest.mark.parametrize(
    ("data", "mime_type", "reason"),
    [
        (files.SVG, "image/svg+xml", "not_taken"),
        (files.HTML, "image/jpeg", "not_taken"),
        (files.PROGRAM, "application/pdf", "program"),
        (files.jpeg() + files.archive(), "image/jpeg", "polyglot"),
        (files.webp() + b"<script>", "image/webp", "polyglot"),
        (files.huge_png(), "image/png", "too_many_pixels"),
        (files.archive(), "application/zip", "not_sendable"),
        (files.archive(), "application/pdf", "lying_type"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav", "not_sendable"),
        (files.ogg().replace(b"OpusHead\x01\x01", b"OpusHead\x01\x02"), "audio/ogg", "not_mono_opus"),
        (b"", "image/jpeg", "empty"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_reason(
    alice: Browser, own_storage: Path, data: bytes, mime_type: str, reason: str
) -> None:
    answer = upload(alice, data, "../../a.jpg", mime_type)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["text"]
    assert not objects(own_storage)
    with inside(alice.salon.pk):
        assert not Media.objects.exists()


@pytest.mark.parametrize(
    ("head", "mime_type", "most"),
    [(b"\xff\xd8\xff", "image/jpeg", 5), (files.mp4(), "video/mp4", 16), (b"ID3", "audio/mpeg", 16)],
)
def test_each_kind_has_its_limit(
    alice: Browser, own_storage: Path, head: bytes, mime_type: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = upload(alice, head + b"\1" * (most * 1024 * 1024), "a", mime_type)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")
    assert not objects(own_storage)


def test_a_name_with_a_path_is_a_name(alice: Browser) -> None:
    media, _kept = stored(alice, upload(alice, files.PDF, "..\\..\\etc/passwd.pdf", "application/pdf"))
    assert media.name == "passwd.pdf"


def test_vera_may_only_look(vera: Browser, own_storage: Path) -> None:
    assert upload(vera, files.jpeg()).status_code == 403
    assert not objects(own_storage)


def test_a_form_of_another_site_is_refused(salons: Salons, alice: Browser, own_storage: Path) -> None:
    alice.handler.enforce_csrf_checks = True
    assert upload(alice, files.jpeg()).status_code == 403
    assert not objects(own_storage)


def test_a_file_can_be_taken_away_again(
    alice: Browser, own_storage: Path, django_capture_on_commit_callbacks: Any
) -> None:
    told = upload(alice, files.jpeg()).json()
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.post(told["discard"]).status_code == 204
    assert not objects(own_storage)
    assert alice.get(told["url"]).status_code == 404


def test_what_no_message_named_goes_after_a_day(
    alice: Browser, own_storage: Path, django_capture_on_commit_callbacks: Any
) -> None:
    unused, used = (stored(alice, upload(alice, files.PDF, "a.pdf", "application/pdf"))[0] for _ in range(2))
    with inside(alice.salon.pk), django_capture_on_commit_callbacks(execute=True):
        Media.objects.filter(pk=used.pk).update(used_at=used.created_at)
        sweep([unused.public_id, used.public_id])
        assert list(Media.objects.values_list("pk", flat=True)) == [used.pk]
    assert len(objects(own_storage)) == 1


def element(name: bytes, data: bytes) -> bytes:
    return name + (len(data) | 1 << 56).to_bytes(8, "big") + data


def webm(packets: list[bytes], channels: int = 2) -> bytes:
    """As Chromium's recorder writes it: lengths of segment and cluster left open."""
    sound = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 312, 48000, 0, 0)
    track = element(b"\xae", element(b"\x86", b"A_OPUS") + element(b"\x63\xa2", sound))
    blocks = b"".join(
        element(b"\xa3", b"\x81" + struct.pack(">hB", n * 20, 0x80) + one) for n, one in enumerate(packets)
    )
    opened = b"\x01\xff\xff\xff\xff\xff\xff\xff"
    return (
        element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm")
        + b"\x18\x53\x80\x67" + opened + element(b"\x16\x54\xae\x6b", track)
        + b"\x1f\x43\xb6\x75" + opened + element(b"\xe7", b"\0") + blocks
    )  # fmt: skip


def test_a_recorded_voice_becomes_what_whatsapp_takes(alice: Browser) -> None:
    packets = [bytes([0x78]) + bytes([n % 251]) * 300 for n in range(120)]  # 20 ms each
    media, kept = stored(alice, upload(alice, webm(packets), "voice.webm", "audio/webm", "?kind=audio&voice=1"))
    assert (media.kind, media.mime_type, media.is_voice) == ("audio", "audio/ogg", True)
    assert kept.startswith(b"OggS")
    assert kept[28:38] == b"OpusHead\x01\x01"
    assert all(packet in kept for packet in packets)
    assert media.duration_ms == 2400 - 312 * 1000 // 48000 - 1


def test_a_film_is_no_voice(alice: Browser) -> None:
    assert upload(alice, webm([b"\x78\0"]), "a.webm", "video/webm").json()["reason"] == "not_sendable"
