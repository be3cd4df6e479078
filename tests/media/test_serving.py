"""Files as browsers and programs get them (FR-WA-006, I22)."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from channels_wa.media import links
from channels_wa.media.models import Media
from ops import clock
from ops.salon import inside
from tests.media import files
from tests.media.conftest import Sends
from tests.world import Browser, Salons

BODY = b"%PDF-1.7\n" + bytes(range(256)) * 2000


@pytest.fixture
def pdf(sends: Sends) -> Media:
    return sends(BODY, "document", "application/pdf", filename="Preços.pdf")


@pytest.fixture
def photo(sends: Sends) -> Media:
    return sends(files.jpeg(1000, 800))


def url_of(media: Media) -> str:
    return f"/media/{media.public_id}/"


def whole(answer: Any) -> bytes:
    """Streamed by a coroutine, as the server does."""
    return async_to_sync(_read)(answer) if answer.streaming else bytes(answer.content)


async def _read(answer: Any) -> bytes:
    return b"".join([piece async for piece in answer])


def test_a_member_gets_the_whole_file_to_save(alice: Browser, pdf: Media) -> None:
    answer = alice.get(url_of(pdf))
    assert answer.status_code == 200
    assert whole(answer) == BODY
    assert answer["Content-Length"] == str(len(BODY))
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"].startswith("private")


def test_a_photo_is_shown_and_its_small_picture_is_smaller(alice: Browser, photo: Media) -> None:
    answer, small = alice.get(url_of(photo)), alice.get(url_of(photo), {"size": "small"})
    assert (answer["Content-Type"], small["Content-Type"]) == ("image/jpeg", "image/webp")
    assert answer["Content-Disposition"].startswith("inline")
    assert whole(small)[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=70000-200000", 70000, 200000), ("bytes=500000-", 500000, len(BODY) - 1),
     ("bytes=-10", len(BODY) - 10, len(BODY) - 1), ("bytes=0-", 0, len(BODY) - 1)],
)  # fmt: skip
def test_a_part_is_a_part(alice: Browser, pdf: Media, asked: str, first: int, last: int) -> None:
    answer = alice.get(url_of(pdf), headers={"range": asked})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert whole(answer) == BODY[first : last + 1]


def test_a_part_beyond_the_end_is_none(alice: Browser, pdf: Media) -> None:
    answer = alice.get(url_of(pdf), headers={"range": f"bytes={len(BODY)}-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(BODY)}")


def test_what_the_browser_has_is_not_sent_again(alice: Browser, pdf: Media) -> None:
    tag = alice.get(url_of(pdf))["ETag"]
    assert alice.get(url_of(pdf), headers={"if-none-match": tag}).status_code == 304


def test_a_part_of_another_version_is_the_whole(alice: Browser, pdf: Media) -> None:
    assert alice.get(url_of(pdf), headers={"range": "bytes=0-9", "if-range": '"old"'}).status_code == 200


def test_nothing_is_packed_on_the_way(alice: Browser, pdf: Media) -> None:
    answer = alice.get(url_of(pdf), headers={"accept-encoding": "gzip", "range": "bytes=0-1000"})
    assert not answer.has_header("Content-Encoding")


def test_head_says_how_large_it_is(alice: Browser, pdf: Media) -> None:
    answer = alice.head(url_of(pdf))
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(len(BODY)), b"")


def test_a_stranger_is_led_to_the_login(pdf: Media, alice: Browser) -> None:
    assert Client(headers={"host": alice.get(url_of(pdf)).wsgi_request.get_host()}).get(url_of(pdf)).status_code == 302


def test_i22_another_salon_sees_nothing(charlie: Browser, pdf: Media) -> None:
    assert charlie.get(url_of(pdf)).status_code == 404


def test_i22_equal_ids_lead_each_salon_to_its_own(
    alice: Browser, charlie: Browser, sends: Sends, salons: Salons
) -> None:
    ours, theirs = files.PDF + b"% ours", files.PDF + b"% theirs"
    mine = sends(ours, "document", "application/pdf")
    other = sends(theirs, "document", "application/pdf", pnid="2" * 15)
    with inside(salons.other.pk):
        Media.objects.filter(pk=other.pk).update(storage_key=mine.storage_key)
    assert whole(alice.get(url_of(mine))) == ours
    with pytest.raises(PermissionError):
        charlie.get(url_of(other))


def test_what_was_refused_is_not_served(alice: Browser, sends: Sends) -> None:
    assert alice.get(url_of(sends(files.SVG, "document", "image/svg+xml"))).status_code == 404


def signed(salons: Salons, public_id: UUID) -> tuple[str, str]:
    with inside(salons.aurora.pk):
        parts = urlsplit(links.signed(public_id))
    return parts.netloc, f"{parts.path}?{parts.query}"


def test_a_signed_link_opens_without_a_session(salons: Salons, pdf: Media) -> None:
    host, path = signed(salons, pdf.public_id)
    assert whole(Client(headers={"host": host}).get(path)) == BODY


@pytest.mark.parametrize("change", [("expires=", "expires=9"), ("signature=", "signature=0")])
def test_a_link_that_was_changed_opens_nothing(salons: Salons, pdf: Media, change: tuple[str, str]) -> None:
    host, path = signed(salons, pdf.public_id)
    assert Client(headers={"host": host}).get(path.replace(*change)).status_code == 403


def test_a_link_is_for_one_file_of_one_salon(salons: Salons, pdf: Media, photo: Media, charlie: Browser) -> None:
    host, path = signed(salons, pdf.public_id)
    other = path.replace(str(pdf.public_id), str(photo.public_id))
    assert Client(headers={"host": host}).get(other).status_code == 403
    assert charlie.get(path).status_code == 403


def test_a_link_ends(salons: Salons, pdf: Media, monkeypatch: pytest.MonkeyPatch) -> None:
    host, path = signed(salons, pdf.public_id)
    later = clock.now() + 2 * links.LIVES
    monkeypatch.setattr("channels_wa.media.links.clock.now", lambda: later)
    assert Client(headers={"host": host}).get(path).status_code == 403
