"""Stores: whole or nothing, keys by chance, no way out of a folder (FR-WA-006)."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from ops.storage import Missing, Storage, StorageError, new_key, salon_of, storage_at
from ops.storage.s3 import PART

BIG = bytes(range(256)) * (PART // 256 + 5000)


class FakeS3(BaseHTTPRequestHandler):
    """As much of S3 as is used, in a dictionary."""

    objects: ClassVar[dict[str, bytes]] = {}
    parts: ClassVar[dict[int, bytes]] = {}
    aborted: ClassVar[list[str]] = []
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        data, query = self.rfile.read(int(self.headers["Content-Length"])), parse_qs(urlsplit(self.path).query)
        if "partNumber" in query:
            self.parts[int(query["partNumber"][0])] = data
        else:
            self.objects[self.key] = data
        self.tell(200, b"", ETag='"e"')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "uploads" in urlsplit(self.path).query:
            self.tell(200, b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
        else:
            self.objects[self.key] = b"".join(self.parts[number] for number in sorted(self.parts))
            self.parts.clear()
            self.tell(200, b"<CompleteMultipartUploadResult/>")

    def do_GET(self) -> None:
        data = self.objects.get(self.key)
        if data is None:
            return self.tell(404, b"<Error><Code>NoSuchKey</Code></Error>")
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        assert found
        return self.tell(206, data[int(found[1]) : int(found[2]) + 1 if found[2] else len(data)])

    def do_HEAD(self) -> None:
        data = self.objects.get(self.key)
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()

    def do_DELETE(self) -> None:
        if "uploadId" in urlsplit(self.path).query:
            self.aborted.append(self.key)
            self.parts.clear()
        self.objects.pop(self.key, None)
        self.tell(204, b"")

    @property
    def key(self) -> str:
        return urlsplit(self.path).path.removeprefix("/salons/")

    def tell(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture
def s3() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeS3)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for kept in (FakeS3.objects, FakeS3.parts, FakeS3.aborted):
        kept.clear()  # type: ignore[attr-defined]
    yield f"s3+http://key:se%2Fcret@127.0.0.1:{server.server_port}/salons?region=sa-east-1"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return storage_at(tmp_path.as_uri() if request.param == "folder" else request.getfixturevalue("s3"))


def put(store: Storage, data: bytes) -> str:
    key = new_key(7)
    with store.writing(key) as out:
        for start in range(0, len(data), 100_000):
            out.write(data[start : start + 100_000])
    return key


@pytest.mark.parametrize("data", [b"", b"small", BIG], ids=["empty", "small", "in parts"])
def test_what_was_written_is_read(store: Storage, data: bytes) -> None:
    key = put(store, data)
    assert b"".join(store.read(key)) == data
    assert store.size(key) == len(data)


def test_a_part_is_read(store: Storage) -> None:
    key = put(store, BIG)
    assert b"".join(store.read(key, 5, 10)) == BIG[5:15]
    assert b"".join(store.read(key, len(BIG) - 3)) == BIG[-3:]
    assert b"".join(store.read(key, 3, 0)) == b""


def test_what_was_deleted_is_missing(store: Storage) -> None:
    key = put(store, b"small")
    store.delete(key)
    store.delete(key)
    for ask in (lambda: list(store.read(key)), lambda: store.size(key)):
        with pytest.raises(Missing):
            ask()


@pytest.mark.parametrize("data", [b"small", BIG], ids=["small", "in parts"])
def test_what_was_not_finished_is_not_there(store: Storage, data: bytes) -> None:
    key = new_key(7)
    with pytest.raises(RuntimeError), store.writing(key) as out:
        out.write(data)
        raise RuntimeError("the guest's connection broke")
    with pytest.raises(Missing):
        store.size(key)


def test_an_unfinished_upload_in_parts_is_given_up(s3: str) -> None:
    with pytest.raises(RuntimeError), storage_at(s3).writing(new_key(7)) as out:
        out.write(BIG)
        raise RuntimeError
    assert len(FakeS3.aborted) == 1


def test_a_store_that_is_away_says_so() -> None:
    away = storage_at("s3+http://key:secret@127.0.0.1:1/salons")
    with pytest.raises(StorageError), away.writing(new_key(7)) as out:
        out.write(b"a")
    with pytest.raises(StorageError):
        away.size(new_key(7))


def test_a_folder_keeps_nothing_of_what_was_not_finished(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), storage_at(tmp_path.as_uri()).writing(new_key(7)) as out:
        out.write(b"secret")
        raise RuntimeError
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_files_of_a_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    key = put(storage_at(tmp_path.as_uri()), b"a")
    assert (tmp_path / key).stat().st_mode & 0o077 == 0


BAD_KEYS = [
    "../../etc/passwd", "/etc/passwd", "7/../8/x", "7/aa/" + "a" * 47 + "/", "7/aa/..", "", "7", "0/aa/" + "a" * 48,
    "7/aa/" + "a" * 48 + "\n", "7/AA/" + "A" * 48, "7//" + "a" * 48, "..%2f", "7/aa/" + "a" * 47 + "\0",
]  # fmt: skip


@pytest.mark.parametrize("key", BAD_KEYS)
def test_only_keys_made_here_lead_anywhere(store: Storage, key: str) -> None:
    for ask in (lambda: list(store.read(key)), lambda: store.size(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="no key"):
            ask()
    with pytest.raises(ValueError, match="no key"), store.writing(key):
        pass


def test_a_key_says_whose_it_is_and_nothing_else() -> None:
    keys = {new_key(42) for _ in range(100)}
    assert len(keys) == 100
    assert {salon_of(key) for key in keys} == {42}


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://host/bucket", "s3://key:secret@host/", "file://host/x", "media"])
def test_an_address_of_nothing_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL"):
        storage_at(url)
