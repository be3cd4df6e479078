"""From async pieces to sync ones and back, for jobs that run in threads."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from channels_wa.adapters.cloud_api.graph import wait_for

PIECE = 256 * 1024
STALLED_S = 60.0


def in_pieces(stream: AsyncIterator[bytes]) -> Iterator[bytes]:
    """Read an async stream from a thread: the next piece is asked for when the one before was taken."""
    try:
        while (piece := wait_for(_next(stream), STALLED_S)) is not None:
            yield piece
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            wait_for(close(), STALLED_S)


async def file_pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file's bytes for an upload; the disk is read in a thread."""
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


async def _next(stream: AsyncIterator[bytes]) -> bytes | None:
    return await anext(stream, None)
