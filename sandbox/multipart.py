"""Reads multipart/form-data as it comes: fields in memory, the one file straight to where it is kept (RFC 7578)."""

import re
from collections.abc import AsyncIterator, Callable
from email.message import Message

from sandbox.media.store import Draft

FIELD_MAX = 64 * 1024
HEADERS_MAX = 16 * 1024


class BadForm(Exception):
    """The body is not what its content type says."""


class Form:
    """What came: fields, and at most one file."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.file: Draft | None = None
        self.file_type = ""
        self.file_name = ""


def boundary_of(content_type: bytes) -> bytes:
    """The boundary that a content type names; raises BadForm."""
    message = Message()
    message["content-type"] = content_type.decode("latin-1")
    found = message.get_boundary()
    if message.get_content_type() != "multipart/form-data" or not found or len(found) > 200:
        raise BadForm("the content type must be multipart/form-data with a boundary")
    return found.encode("latin-1")


class Reader:
    """Cuts a stream at the boundary without holding more than a piece of it."""

    def __init__(self, pieces: AsyncIterator[bytes], boundary: bytes) -> None:
        self._pieces = pieces
        self._buffer = b"\r\n"  # so that the first boundary looks like the others
        self._mark = b"\r\n--" + boundary

    async def _more(self) -> None:
        async for piece in self._pieces:
            self._buffer += piece
            return
        raise BadForm("the form ends too early")

    async def _until(self, mark: bytes, most: int) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            if len(self._buffer) > most:
                raise BadForm("a part of the form is too long")
            await self._more()
        found, self._buffer = self._buffer[:end], self._buffer[end + len(mark) :]
        return found

    async def first(self) -> bool:
        """Go to the first part."""
        await self._until(self._mark, FIELD_MAX)
        return await self._goes_on()

    async def _goes_on(self) -> bool:
        while len(self._buffer) < 2:
            await self._more()
        ends = self._buffer[:2] == b"--"
        if not ends:
            await self._until(b"\r\n", 100)
        return not ends

    async def headers(self) -> Message:
        """The headers of a part."""
        while self._buffer[:2] != b"\r\n" and b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEADERS_MAX:
                raise BadForm("a part's headers are too long")
            await self._more()
        raw = await self._until(b"\r\n" if self._buffer[:2] == b"\r\n" else b"\r\n\r\n", HEADERS_MAX)
        message = Message()
        for line in raw.decode("utf-8", "replace").split("\r\n"):
            name, colon, value = line.partition(":")
            if colon:
                message[name.strip()] = value.strip()
        return message

    async def field(self) -> tuple[bytes, bool]:
        """A part's content, and whether another follows."""
        return await self._until(self._mark, FIELD_MAX), await self._goes_on()

    async def file(self, write: Callable[[bytes], None]) -> bool:
        """Hand a part's content on as it comes; whether another part follows."""
        while (end := self._buffer.find(self._mark)) < 0:
            safe = len(self._buffer) - len(self._mark)
            if safe > 0:
                write(self._buffer[:safe])
                self._buffer = self._buffer[safe:]
            await self._more()
        write(self._buffer[:end])
        self._buffer = self._buffer[end + len(self._mark) :]
        return await self._goes_on()


def _names(headers: Message) -> tuple[str, str | None]:
    disposition = str(headers.get("content-disposition", ""))
    name = re.search(r'[; ]name="?([^";]*)"?', disposition)
    file_name = re.search(r'filename="((?:\\.|[^"\\])*)"|filename=([^;\s]+)', disposition)
    return (name[1] if name else "", (file_name[1] or file_name[2] or "") if file_name else None)


async def read_form(pieces: AsyncIterator[bytes], content_type: bytes, new_file: Callable[[], Draft]) -> Form:
    """Read a whole form; raises BadForm, and then leaves no file behind."""
    form = Form()
    reader = Reader(pieces, boundary_of(content_type))
    try:
        goes_on = await reader.first()
        while goes_on:
            headers = await reader.headers()
            name, file_name = _names(headers)
            if file_name is None:
                content, goes_on = await reader.field()
                form.fields[name] = content.decode("utf-8", "replace")
            elif form.file is None:
                form.file, form.file_name, form.file_type = new_file(), file_name, str(headers.get("content-type", ""))
                goes_on = await reader.file(form.file.write)
            else:
                raise BadForm("only one file may come at once")
    except BaseException:
        if form.file is not None:
            form.file.drop()
        raise
    return form
