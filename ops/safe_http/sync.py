"""The same for threads: the calls run on the process's background loop."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from ops import background
from ops.safe_http.client import Answer, Limits, opened

# Beyond the limits themselves, for the loop to notice.
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    url: str
    body: bytes


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limits: Limits | None = None,
) -> Fetched:
    """Ask and read all of the answer. Raises BadAddress, Forbidden, Failed (TooLarge)."""
    limits = limits or Limits()

    async def ask() -> Fetched:
        async with opened(url, method=method, headers=headers, body=body, limits=limits) as answer:
            return Fetched(answer.status, dict(answer.headers), answer.url, await answer.read())

    return background.start(ask()).result(limits.total_s + GRACE_S)


class Streamed:
    """An answer whose body is read in pieces from a thread."""

    def __init__(self, answer: Answer, wait_s: float) -> None:
        self.status, self.headers, self.url = answer.status, answer.headers, answer.url
        self._pieces, self._wait_s = answer.pieces(), wait_s

    def __iter__(self) -> Iterator[bytes]:
        """The body. Raises TooLarge, Failed."""
        while (piece := background.start(_next(self._pieces)).result(self._wait_s)) is not None:
            yield piece


@contextmanager
def stream(url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None) -> Iterator[Streamed]:
    """Ask, and read the answer in pieces inside the block. Raises BadAddress, Forbidden, Failed (TooLarge)."""
    limits = limits or Limits()
    wait_s = limits.total_s + GRACE_S
    asked: AbstractAsyncContextManager[Answer] = opened(url, headers=headers, limits=limits)
    answer: Any = background.start(_enter(asked)).result(wait_s)
    try:
        yield Streamed(answer, wait_s)
    finally:
        background.start(_leave(asked)).result(wait_s)


async def _enter(asked: AbstractAsyncContextManager[Answer]) -> Answer:
    return await asked.__aenter__()


async def _leave(asked: AbstractAsyncContextManager[Answer]) -> None:
    await asked.__aexit__(None, None, None)


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)
