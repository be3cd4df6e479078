"""Media: upload, address, download, expiry, and what a guest sends (FR-WA-005, WHATSAPP.md §3)."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of

GUEST = {"phone_number_id": "111", "from": "5511999990000"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
MINUTE, DAY = 60, 86_400


def upload(world: Client, content: bytes = PNG, mime_type: str = "image/png", pnid: str = "111") -> tuple[int, Any]:
    boundary = "limit-of-parts"
    fields = {"messaging_product": "whatsapp", "type": mime_type}
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
    head += f"Content-Type: {mime_type}\r\n\r\n"
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return world.graph("POST", f"{pnid}/media", body, kind=f"multipart/form-data; boundary={boundary}")


def address(world: Client, media_id: str) -> dict[str, Any]:
    status, medium = world.graph("GET", f"{media_id}?phone_number_id=111")
    assert status == 200, medium
    return dict(medium)


def download(world: Client, url: str, token: str = "token", **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    status, _, raw = world.call("GET", f"{parts.path}?{parts.query}", token=token, headers=headers)
    return status, raw


def test_what_is_uploaded_can_be_fetched(world: Client) -> None:
    media_id = upload(world)[1]["id"]
    medium = address(world, media_id)
    digest = hashlib.sha256(PNG).hexdigest()
    assert (medium["sha256"], medium["file_size"], medium["mime_type"]) == (digest, len(PNG), "image/png")
    assert download(world, medium["url"]) == (200, PNG)
    assert download(world, medium["url"], Range="bytes=8-11") == (206, PNG[8:12])
    assert download(world, medium["url"], Range="bytes=-5") == (206, PNG[-5:])
    assert download(world, medium["url"], Range="bytes=9999-") == (416, b"")


def test_an_address_needs_the_token_and_lives_five_minutes(world: Client) -> None:
    medium = address(world, upload(world)[1]["id"])
    assert download(world, medium["url"], token="")[0] == 401
    assert download(world, medium["url"].replace("hash=", "hash=0"))[0] == 404
    world.control("clock", {"offset_s": 5 * MINUTE + 2})
    assert download(world, medium["url"])[0] == 404
    assert download(world, address(world, medium["id"])["url"])[0] == 200


def test_uploads_live_thirty_days(world: Client) -> None:
    media_id = upload(world)[1]["id"]
    world.control("clock", {"offset_s": 30 * DAY - MINUTE})
    address(world, media_id)
    world.control("clock", {"offset_s": 30 * DAY + MINUTE})
    assert world.graph("GET", media_id)[1]["error"]["error_subcode"] == 33


def test_media_can_be_deleted(world: Client) -> None:
    media_id = upload(world)[1]["id"]
    assert world.graph("DELETE", media_id) == (200, {"success": True})
    assert world.graph("GET", media_id)[0] == 400


@pytest.mark.parametrize(
    ("content", "mime_type", "named"),
    [
        (PNG, "image/svg+xml", "image/svg+xml"),
        (PNG + bytes(5 * 1024 * 1024), "image/png", "too large"),
        (b"", "image/png", "empty"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(101 * 1024), "image/webp", "static sticker"),
    ],
    ids=["type", "size", "empty", "sticker"],
)
def test_it_refuses_what_meta_does_not_take(world: Client, content: bytes, mime_type: str, named: str) -> None:
    code, details = error_of(upload(world, content, mime_type))
    assert code == 100 and named in details


def test_a_broken_form_is_refused(world: Client) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        assert error_of(world.graph("POST", "111/media", b"--x\r\nContent-", kind=kind))[0] == 100


def test_media_are_sent_by_id(world: Client, receiver: Receiver) -> None:
    media_id = upload(world)[1]["id"]
    wamid = wamid_of(world.send(type="image", image={"id": media_id, "caption": "oi"}))
    assert [status["status"] for status in receiver.statuses(wamid, 2)] == ["sent", "delivered"]


def test_anothers_media_cannot_be_sent(world: Client) -> None:
    media_id = upload(world, pnid="115")[1]["id"]
    for sent in (media_id, "123"):
        code, details = error_of(world.send(type="image", image={"id": sent}))
        assert code == 100 and "image['id']" in details
    assert world.ledger() == []


def test_a_lying_type_is_found_out_later(world: Client, receiver: Receiver) -> None:
    media_id = upload(world, b"<html>", "image/jpeg")[1]["id"]
    (failed,) = receiver.statuses(wamid_of(world.send(type="image", image={"id": media_id})), 1)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131053)
    assert "pricing" not in failed


@pytest.mark.parametrize(("link", "status"), [("http://example.com/a.jpg", 400), ("https://example.com/a.jpg", 200)])
def test_a_link_must_be_https(world: Client, link: str, status: int) -> None:
    assert world.send(type="image", image={"link": link})[0] == status


def inbound(world: Client, receiver: Receiver, kind: str, **fields: Any) -> dict[str, Any]:
    status, answer = world.control("inbound", {**GUEST, "type": kind, **fields})
    assert status == 200, answer
    message = receiver.message()
    return dict(message.get(kind, message))


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
def test_a_guest_sends_a_made_file(world: Client, receiver: Receiver, kind: str) -> None:
    media = inbound(world, receiver, kind)
    status, content = download(world, media["url"])
    assert status == 200 and len(content) > 100
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == media["sha256"]
    assert address(world, media["id"])["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_guest_brings_a_file_and_may_lie_about_it(world: Client, receiver: Receiver) -> None:
    wish = {"data": base64.b64encode(b"<svg/>").decode(), "mime_type": "image/jpeg", "caption": "foto"}
    media = inbound(world, receiver, "image", **wish)
    assert (media["mime_type"], media["caption"]) == ("image/jpeg", "foto")
    assert download(world, media["url"])[1] == b"<svg/>"


def test_a_guest_sends_a_named_sample(world: Client, receiver: Receiver) -> None:
    assert inbound(world, receiver, "document", fixture="traversal")["filename"] == "../../etc/passwd.pdf"
    assert inbound(world, receiver, "image", fixture="svg")["mime_type"] == "image/svg+xml"
    assert world.control("inbound", {**GUEST, "type": "image", "fixture": "ufo"})[1]["field"] == "fixture"


def test_a_file_uploaded_before_is_sent(world: Client, receiver: Receiver) -> None:
    path = "/_sandbox/media?phone_number_id=111&filename=conta.pdf"
    _, _, raw = world.call("POST", path, b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    media = inbound(world, receiver, "document", media=json.loads(raw)["media"])
    assert (media["filename"], download(world, media["url"])[1]) == ("conta.pdf", b"%PDF-1.4")


def test_a_hundred_megabytes_pass_and_one_byte_more_does_not(world: Client, receiver: Receiver) -> None:
    largest = 100 * 1024 * 1024
    media = inbound(world, receiver, "document", size=largest)
    assert address(world, media["id"])["file_size"] == largest
    refused = inbound(world, receiver, "document", size=largest + 1)
    assert (refused["type"], refused["errors"][0]["code"]) == ("unsupported", 131052)


def test_webhook_media_live_seven_days(world: Client, receiver: Receiver) -> None:
    media = inbound(world, receiver, "image")
    world.control("clock", {"offset_s": 7 * DAY + MINUTE})
    assert world.graph("GET", media["id"])[0] == 400


def test_a_download_can_fail_or_break_off(world: Client, receiver: Receiver) -> None:
    media = inbound(world, receiver, "image")
    world.control("faults", {"fault": "media_gone"})
    assert download(world, media["url"])[0] == 404
    world.control("faults", {"fault": "media_cut"})
    with pytest.raises(Exception, match="IncompleteRead"):
        download(world, media["url"])
    assert download(world, media["url"])[0] == 200
