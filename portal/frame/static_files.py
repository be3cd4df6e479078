"""Static files: WhiteNoise, and in the demo compressed by ourselves.

Production collects hashed and compressed files at build time. The demo serves the folder as it is: nothing has to be
collected at `make up`, and a changed file shows at once. There each text is compressed when it is first asked for.
"""

import gzip
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

TEXTS = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
SMALLEST = 500
NOT_COPIED = {"content-length", "content-encoding", "vary"}


class StaticFiles(WhiteNoiseMiddleware):
    """Answers for addresses under /static/."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """The file; a text that is not compressed yet goes out compressed to who takes it."""
        answer: Any = WhiteNoiseMiddleware.serve(static_file, request)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code != 200 or "Content-Encoding" in answer.headers or not kind.startswith(TEXTS):
            return answer  # type: ignore[no-any-return]
        if int(answer.headers.get("Content-Length", 0)) < SMALLEST or not answer.file_to_stream:
            return answer  # type: ignore[no-any-return]
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            answer.headers["Vary"] = "Accept-Encoding"
            return answer  # type: ignore[no-any-return]
        file = answer.file_to_stream
        body = compressed(file.name, os.fstat(file.fileno()).st_mtime_ns)
        answer.close()
        small = HttpResponse(body, headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
        for name, value in answer.headers.items():
            if name.lower() not in NOT_COPIED:
                small.headers[name] = value
        return small


@lru_cache(maxsize=128)
def compressed(path: str, changed_ns: int) -> bytes:
    """The file's bytes as gzip; `changed_ns` is when it was written, so that a changed file is compressed anew."""
    return gzip.compress(Path(path).read_bytes(), compresslevel=9, mtime=0)
