"""A guest's file: fetched once, looked at, sealed (FR-WA-006, I22, I24)."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.media import actions, storing
from channels_wa.media.models import ContactKey, Media
from channels_wa.media.queries import of_messages
from config.env import env
from ops.salon import inside
from ops.sealing import CannotOpen
from ops.timers import errands
from ops.timers.models import Timer
from tests.media import files
from tests.media.conftest import Sends
from tests.world import Salons


def bytes_of(salons: Salons, media: Media) -> bytes:
    with inside(salons.aurora.pk):
        return b"".join(storing.reading(media))


def test_fr_wa_006_a_photo_is_kept_with_a_small_picture(sends: Sends, salons: Salons) -> None:
    data = files.jpeg(1600, 1200)
    media = sends(data, sha256=base64.b64encode(hashlib.sha256(data).digest()).decode(), caption="Assim")
    assert (media.state, media.mime_type, media.size) == ("ready", "image/jpeg", len(data))
    assert (media.width, media.height, media.thumb_width, media.thumb_height) == (1600, 1200, 640, 480)
    assert media.sha256 == hashlib.sha256(data).hexdigest()
    assert bytes_of(salons, media) == data
    with inside(salons.aurora.pk):
        assert storing.small_bytes(media)[8:12] == b"WEBP"
        assert of_messages([media.message_id or 0])[media.message_id or 0].is_image


def test_what_lies_in_the_storage_is_noise_under_a_name_by_chance(sends: Sends, own_storage: Path) -> None:
    sends(files.PDF * 100, "document", "application/pdf", filename="../../../etc/passwd.pdf")
    stored = [file for file in own_storage.rglob("*") if file.is_file()]
    assert len(stored) == 1
    assert b"PDF" not in stored[0].read_bytes()
    assert len(stored[0].name) == 48
    assert "passwd" not in str(stored[0])


@pytest.mark.parametrize(
    ("kind", "mime_type", "data"),
    [
        ("audio", "audio/ogg; codecs=opus", files.ogg()),
        ("video", "video/mp4", files.mp4()),
        ("sticker", "image/webp", files.webp()),
        ("document", "application/pdf", files.PDF),
        ("document", "text/plain", "Olá, às 9h".encode()),
        ("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", files.docx()),
        ("document", "application/x-nobody-knows", bytes(range(256))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_is_kept(sends: Sends, salons: Salons, kind: str, mime_type: str, data: bytes) -> None:
    media = sends(data, kind, mime_type)
    assert (media.state, media.reason) == ("ready", "")
    assert bytes_of(salons, media) == data


WICKED = {
    "lying: a PDF as a photo": ("image", "image/jpeg", files.PDF, "lying_type"),
    "lying: PNG as JPEG": ("image", "image/jpeg", files.png(), "lying_type"),
    "lying: a photo as PDF": ("document", "application/pdf", files.jpeg(), "lying_type"),
    "lying: an archive as PDF": ("document", "application/pdf", files.archive(), "lying_type"),
    "HTML as a photo": ("image", "image/jpeg", files.HTML, "not_taken"),
    "HTML": ("document", "text/html", files.HTML, "not_taken"),
    "HTML as a text": ("document", "text/plain", files.HTML, "not_taken"),
    "SVG": ("document", "image/svg+xml", files.SVG, "not_taken"),
    "SVG with a prefix": ("document", "image/svg+xml", files.SVG_WITH_PREFIX, "not_taken"),
    "SVG as a photo": ("image", "image/png", files.SVG, "not_taken"),
    "a program": ("document", "application/pdf", files.PROGRAM, "program"),
    "polyglot: JPEG and ZIP": ("image", "image/jpeg", files.jpeg() + files.archive(), "polyglot"),
    "polyglot: PNG and script": ("image", "image/png", files.png() + b"<ScRipt>alert(1)</script>", "polyglot"),
    "polyglot: PDF and ZIP": ("document", "application/pdf", files.PDF + files.archive(), "polyglot"),
    "polyglot: MP4 and HTML": ("video", "video/mp4", files.mp4() + b"<html><body>", "polyglot"),
    "50,000 x 50,000 pixels": ("image", "image/png", files.huge_png(), "too_many_pixels"),
    "a damaged photo": ("image", "image/jpeg", b"\xff\xd8\xff\xe0 nothing of a photo", "unreadable"),
    "nothing": ("document", "application/pdf", b"", "empty"),
}


@pytest.mark.parametrize("case", WICKED)
def test_bad_files_are_refused_with_a_reason_and_nothing_is_kept(sends: Sends, own_storage: Path, case: str) -> None:
    kind, mime_type, data, reason = WICKED[case]
    media = sends(data, kind, mime_type)
    assert (media.state, media.reason) == ("refused", reason)
    assert not [file for file in own_storage.rglob("*") if file.is_file()]


def test_the_reason_is_shown_with_the_message(sends: Sends, salons: Salons) -> None:
    media = sends(files.SVG, "document", "image/svg+xml")
    with inside(salons.aurora.pk):
        shown = of_messages([media.message_id or 0])[media.message_id or 0]
    assert "browser" in shown.reason_words or "navegador" in shown.reason_words


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/a", "http://169.254.169.254/latest", "https://[::1]/", "http://2130706433/"]
)
def test_i24_a_link_to_a_private_address_is_refused(sends: Sends, url: str) -> None:
    media = sends(files.jpeg(), url=url)
    assert media.reason in ("private_address", "bad_link")
    assert media.state == "refused"


def test_more_bytes_than_whatsapp_carries_are_refused(sends: Sends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_wa.media.fetching.MOST_BYTES_IN", 100)
    assert sends(files.jpeg(), "image", "image/jpeg").reason == "too_large"


def test_a_file_that_meta_does_not_have_any_more_says_so(sends: Sends) -> None:
    media = sends(None)
    assert (media.state, media.reason) == ("expired", "expired")


def test_a_damaged_transfer_is_tried_again(sends: Sends, salons: Salons, meta: MemoryAdapter) -> None:
    data = files.jpeg()
    media = sends(files.png(), sha256=hashlib.sha256(data).hexdigest())
    assert (media.state, media.tries) == ("waiting", 1)
    meta.files[media.meta_media_id] = data
    assert due_again(salons, media).state == "ready"


def test_what_cannot_be_had_now_is_fetched_later(
    sends: Sends, salons: Salons, meta: MemoryAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(meta, "fetch_media", failing)
        media = sends(files.jpeg())
    assert (media.state, media.tries) == ("waiting", 1)
    assert due_again(salons, media).state == "ready"


def test_a_storage_that_is_away_loses_nothing(
    sends: Sends, salons: Salons, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("no folder")
    with monkeypatch.context() as broken:
        broken.setattr(env, "storage_url", (tmp_path / "full" / "below").as_uri())
        media = sends(files.jpeg())
    assert (media.state, media.tries) == ("waiting", 1)
    assert due_again(salons, media).state == "ready"


def failing(*_args: Any, **_more: Any) -> Any:
    from channels_wa.adapters.base import ProviderError
    from channels_wa.adapters.outcome import ErrorClass

    raise ProviderError("away", error_class=ErrorClass.TRANSIENT)


def due_again(salons: Salons, media: Media) -> Media:
    from ops import clock

    Timer.objects.filter(subject=str(media.public_id)).update(due_at=clock.now())
    errands.work()
    with inside(salons.aurora.pk):
        media.refresh_from_db()
    return media


def test_a_file_is_fetched_once(sends: Sends, salons: Salons, meta: MemoryAdapter, own_storage: Path) -> None:
    media = sends(files.PDF, "document", "application/pdf")
    Timer.objects.filter(subject=str(media.public_id)).update(state="pending")
    meta.files.clear()
    assert due_again(salons, media).state == "ready"
    assert len([file for file in own_storage.rglob("*") if file.is_file()]) == 1


def test_forgetting_a_contact_erases_files_and_key(
    sends: Sends, salons: Salons, own_storage: Path, django_capture_on_commit_callbacks: Any
) -> None:
    media = sends(files.jpeg())
    with inside(salons.aurora.pk):
        with django_capture_on_commit_callbacks(execute=True):
            assert actions.forget(media.contact_id or 0) == 1
        assert not ContactKey.objects.filter(pk=media.contact_id or 0).exists()
        with pytest.raises(CannotOpen):
            storing.reading(media)
        media.refresh_from_db()
        assert (media.state, media.reason) == ("gone", "erased")
    assert not [file for file in own_storage.rglob("*") if file.is_file()]


def test_two_contacts_that_become_one_keep_their_files(sends: Sends, salons: Salons) -> None:
    data = files.PDF
    media = sends(data, "document", "application/pdf")
    with inside(salons.aurora.pk):
        assert actions.move_to_contact(media.contact_id or 0, 4711) == [media.pk]
        media.refresh_from_db()
        assert media.contact_id == 4711
        assert b"".join(storing.reading(media)) == data


def test_i22_a_row_cannot_lead_to_another_salons_file(sends: Sends, salons: Salons) -> None:
    media = sends(files.PDF, "document", "application/pdf")
    with inside(salons.other.pk), pytest.raises((CannotOpen, PermissionError)):
        b"".join(storing.reading(media))
