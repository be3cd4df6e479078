"""How long a sound or a video is, as far as its first and last bytes tell."""

import struct

from channels_wa.media.look import Look

_LONGEST_MS = 24 * 3600 * 1000


def duration_ms(mime_type: str, look: Look) -> int | None:
    """In milliseconds; None where it cannot be told."""
    try:
        found = _of_ogg(look) if mime_type == "audio/ogg" else _of_mp4(look.head) or _of_mp4(look.tail)
    except struct.error:
        return None
    return found if found and 0 < found < _LONGEST_MS else None


def _of_ogg(look: Look) -> int | None:
    """The last page says after how many samples it ends (RFC 7845 §4)."""
    start, last = look.head.find(b"OpusHead"), look.tail.rfind(b"OggS")
    if start < 0 or last < 0:
        return None
    (skipped,) = struct.unpack_from("<H", look.head, start + 10)
    (samples,) = struct.unpack_from("<q", look.tail, last + 6)
    return (int(samples) - int(skipped)) * 1000 // 48_000


def _of_mp4(data: bytes) -> int | None:
    """The box `mvhd` of ISO 14496-12."""
    place = data.find(b"mvhd")
    if place < 4:
        return None
    if data[place + 4] == 1:
        scale, length = struct.unpack_from(">IQ", data, place + 24)
    else:
        scale, length = struct.unpack_from(">II", data, place + 16)
    return int(length) * 1000 // int(scale) if scale else None
