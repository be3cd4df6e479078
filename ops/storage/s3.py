"""A bucket of an S3-compatible store."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.storage.base import PIECE, Missing, StorageError, Writer, check_key

# S3's smallest part. What is smaller as a whole goes in one request.
PART = 5 * 1024 * 1024
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_TAKEN = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict", "409"})


class Bucket:
    """Objects in one bucket; path-style addresses, which every store knows."""

    def __init__(self, *, endpoint: str | None, bucket: str, access_key: str, secret_key: str, region: str) -> None:
        if not bucket or not access_key or not secret_key:
            raise ValueError("STORAGE_URL must name key, secret and bucket: s3://key:secret@host/bucket?region=…")
        self._bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                # Checksum trailers are newer than many a store.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    @contextmanager
    def writing(self, key: str) -> Iterator[Writer]:
        """In parts, put together at the end."""
        writer = _Parts(self._client, self._bucket, check_key(key))
        try:
            yield writer
            with _told():
                writer.complete()
        except BaseException:
            with contextlib.suppress(Exception):  # what went wrong first is what is told
                writer.abort()
            raise

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """One request for the range."""
        if length == 0:
            return
        end = "" if length is None else start + length - 1
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=check_key(key), Range=f"bytes={start}-{end}")
        except (BotoCoreError, ClientError) as error:
            raise self._said(error, key) from None
        body = answer["Body"]
        try:
            yield from body.iter_chunks(PIECE)
        finally:
            body.close()

    def size(self, key: str) -> int:
        """By a request without a body."""
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=check_key(key))["ContentLength"])
        except (BotoCoreError, ClientError) as error:
            raise self._said(error, key) from None

    def delete(self, key: str) -> None:
        """S3 says yes either way."""
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=check_key(key))

    def listed(self, prefix: str) -> Iterator[str]:
        """A page of a thousand after the other."""
        with _told():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for one in page.get("Contents", []):
                    yield str(one["Key"])

    def create(self, key: str, data: bytes) -> bool:
        """A conditional write, which the store decides."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=check_key(key), Body=data, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _TAKEN:
                return False
            raise StorageError(type(error).__name__) from None
        except BotoCoreError as error:
            raise StorageError(type(error).__name__) from None
        return True

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """Page by page; S3 lists in the order of the keys."""
        pages = self._client.get_paginator("list_objects_v2")
        with _told():
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{folder}/", StartAfter=after or folder):
                yield from (one["Key"] for one in page.get("Contents", []))

    @staticmethod
    def _said(error: Any, key: str) -> Exception:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
        return Missing(key) if code in _ABSENT else StorageError(f"the store answered {code}")


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the library as ours; without its texts, in which keys may stand."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageError(type(error).__name__) from None


class _Parts:
    """Gathers pieces into parts of S3's size; one part is in memory at a time."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client, self._names = client, {"Bucket": bucket, "Key": key}
        self._gathered = bytearray()
        self._upload = ""
        self._done: list[dict[str, Any]] = []

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        self._gathered += piece
        if len(self._gathered) >= PART:
            self._send()

    def complete(self) -> None:
        """The object is there from now on."""
        if not self._upload:
            self._client.put_object(**self._names, Body=bytes(self._gathered))
            return
        if self._gathered:
            self._send()
        self._client.complete_multipart_upload(
            **self._names, UploadId=self._upload, MultipartUpload={"Parts": self._done}
        )

    def abort(self) -> None:
        """Parts that nobody puts together cost money."""
        if self._upload:
            self._client.abort_multipart_upload(**self._names, UploadId=self._upload)

    def _send(self) -> None:
        with _told():
            self._send_part()

    def _send_part(self) -> None:
        if not self._upload:
            self._upload = self._client.create_multipart_upload(**self._names)["UploadId"]
        part, self._gathered = bytes(self._gathered), bytearray()
        number = len(self._done) + 1
        answer = self._client.upload_part(**self._names, UploadId=self._upload, PartNumber=number, Body=part)
        self._done.append({"PartNumber": number, "ETag": answer["ETag"]})
