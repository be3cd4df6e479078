"""A voice that a browser recorded, from WebM to the Ogg that WhatsApp takes: the Opus packets stay as they are.

WebM is Matroska (RFC 9559), Ogg is RFC 3533, Opus in Ogg is RFC 7845, a packet's length stands in its first bytes
(RFC 6716 §3.1).
"""

import struct
from collections.abc import Iterator, Sequence

from channels_wa.media.judging import Refused

# Elements that hold others; recorders leave their length open, so one goes into them instead of over them.
_HOLDERS = frozenset({0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0})
_CODEC, _CODEC_HEAD, _SIMPLE_BLOCK, _BLOCK = 0x86, 0x63A2, 0xA3, 0xA1
_LACED = 0x06
_SERIAL = 0x43616465
_PACKETS_A_PAGE = 50  # a second of sound
_LONGEST_PACKET = 61_440  # RFC 6716 §3.4: 120 ms; and a page has 255 segments


def ogg_of(webm: bytes) -> bytes:
    """The same sound as Ogg. Raises Refused for what is no recording of Opus."""
    try:
        head, packets = _read(webm)
    except (IndexError, struct.error):
        raise Refused("unreadable") from None
    if not packets:
        raise Refused("empty")
    return b"".join(_pages(head, packets))


def _read(webm: bytes) -> tuple[bytes, list[bytes]]:
    head, packets = b"", []
    for name, data in _elements(webm):
        if name == _CODEC and data.rstrip(b"\0") != b"A_OPUS":
            raise Refused("not_sendable")
        if name == _CODEC_HEAD:
            head = data
        if name in (_SIMPLE_BLOCK, _BLOCK):
            _track, place = _number(data, 0)
            if data[place + 2] & _LACED:
                raise Refused("unreadable")
            packet = data[place + 3 :]
            if not 0 < len(packet) <= _LONGEST_PACKET:
                raise Refused("unreadable")
            packets.append(packet)
    if head[:8] != b"OpusHead" or len(head) < 19:
        raise Refused("unreadable")
    # One channel, whatever was recorded: a decoder mixes the packets down to what the head says.
    return head[:9] + b"\x01" + head[10:18] + b"\x00", packets


def _elements(webm: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(webm):
        name, place = _name(webm, place)
        size, place = _number(webm, place)
        if name in _HOLDERS:
            continue
        if size is None:
            raise Refused("unreadable")
        # What was cut off at the end is left out.
        if place + size > len(webm):
            return
        yield name, webm[place : place + size]
        place += size


def _name(data: bytes, place: int) -> tuple[int, int]:
    length = 9 - data[place].bit_length()
    if length > 4:
        raise Refused("unreadable")
    return int.from_bytes(data[place : place + length], "big"), place + length


def _number(data: bytes, place: int) -> tuple[int | None, int]:
    """A number of variable length and the place behind it; None stands for "not known"."""
    length = 9 - data[place].bit_length()
    if length > 8:
        raise Refused("unreadable")
    value = int.from_bytes(data[place : place + length], "big") & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), place + length


def _pages(head: bytes, packets: Sequence[bytes]) -> Iterator[bytes]:
    tags = b"OpusTags" + struct.pack("<I", 7) + b"cadeira" + struct.pack("<I", 0)
    yield _page([head], granule=0, number=0, kind=2)
    yield _page([tags], granule=0, number=1, kind=0)
    number, granule, waiting, segments = 2, 0, list[bytes](), 0
    for place, packet in enumerate(packets):
        waiting.append(packet)
        granule += samples_of(packet)
        segments += len(packet) // 255 + 1
        is_last = place == len(packets) - 1
        following = 0 if is_last else len(packets[place + 1]) // 255 + 1
        if is_last or len(waiting) >= _PACKETS_A_PAGE or segments + following > 255:
            yield _page(waiting, granule=granule, number=number, kind=4 if is_last else 0)
            number, waiting, segments = number + 1, [], 0


def samples_of(packet: bytes) -> int:
    """How long a packet sounds, in samples of 48 kHz."""
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        frame = (480, 960)[config & 1]
    else:
        frame = (120, 240, 480, 960)[config & 3]
    frames = {0: 1, 1: 2, 2: 2}.get(code) or (packet[1] & 0x3F if len(packet) > 1 else 0)
    return frame * frames


def _page(packets: Sequence[bytes], *, granule: int, number: int, kind: int) -> bytes:
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    head = struct.pack("<4sBBqII", b"OggS", 0, kind, granule, _SERIAL, number)
    body = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", _sum(head + b"\0\0\0\0" + body)) + body


def _table() -> list[int]:
    made = []
    for value in range(256):
        rest = value << 24
        for _ in range(8):
            rest = ((rest << 1) ^ (0x04C11DB7 if rest & 0x80000000 else 0)) & 0xFFFFFFFF
        made.append(rest)
    return made


_SUMS = _table()


def _sum(data: bytes) -> int:
    rest = 0
    for byte in data:
        rest = ((rest << 8) & 0xFFFFFFFF) ^ _SUMS[(rest >> 24) ^ byte]
    return rest
