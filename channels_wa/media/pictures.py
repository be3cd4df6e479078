"""Small pictures of pictures, and pictures that WhatsApp takes out of those that it does not."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channels_wa.media.judging import Refused
from channels_wa.media.kinds import MOST_PIXELS

SMALL_EDGE = 640  # twice the width of a bubble, for fine screens
LARGE_EDGE = 4096
TIMEOUT_S = 30
FORMATS = {
    "image/jpeg": ["JPEG"],
    "image/png": ["PNG"],
    "image/webp": ["WEBP"],
    "image/gif": ["GIF"],
    "image/bmp": ["BMP"],
    "image/tiff": ["TIFF"],
    "image/avif": ["AVIF"],
}
_SCRIPT = Path(__file__).with_name("picture_process.py")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that could be opened, and another made of it."""

    width: int
    height: int
    is_animated: bool
    made: bytes
    made_width: int
    made_height: int


def small_of(pieces: Iterable[bytes], mime_type: str) -> Picture:
    """A small WebP of a picture. Raises Refused for one that cannot or must not be opened."""
    return _made(pieces, mime_type, edge=SMALL_EDGE, save_as="WEBP", quality=72)


def jpeg_of(pieces: Iterable[bytes], mime_type: str) -> Picture:
    """The same picture as a JPEG, which WhatsApp takes. Raises Refused."""
    return _made(pieces, mime_type, edge=LARGE_EDGE, save_as="JPEG", quality=86)


def _made(pieces: Iterable[bytes], mime_type: str, *, edge: int, save_as: str, quality: int) -> Picture:
    wanted = {
        "formats": FORMATS[mime_type], "edge": edge, "save_as": save_as, "quality": quality, "most_pixels": MOST_PIXELS
    }  # fmt: skip
    # Isolated: neither this folder nor the environment leads it to other code.
    process = subprocess.Popen(
        [sys.executable, "-I", str(_SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    with process:
        assert process.stdin is not None  # noqa: S101 - asked for above
        try:
            process.stdin.write(json.dumps(wanted).encode() + b"\n")
            for piece in pieces:
                process.stdin.write(piece)
            answer, _nothing = process.communicate(timeout=TIMEOUT_S)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            raise Refused("unreadable") from None
        except BaseException:
            process.kill()
            raise
    line, _newline, made = answer.partition(b"\n")
    told: dict[str, Any] = json.loads(line) if process.returncode == 0 and line else {"refused": "unreadable"}
    if "refused" in told:
        raise Refused(told["refused"])
    return Picture(
        told["width"], told["height"], told["is_animated"], made, told["made_width"], told["made_height"]
    )  # fmt: skip
