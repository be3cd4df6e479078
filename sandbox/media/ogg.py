"""Voice as browsers record it, in the wrapping that WhatsApp has: Opus out of WebM into Ogg (RFC 3533, RFC 7845)."""

import struct
from collections.abc import Iterator

_MASTERS = (0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0)  # Segment, Cluster, Tracks, TrackEntry, BlockGroup
_CODEC_PRIVATE, _SIMPLE_BLOCK, _BLOCK = 0x63A2, 0xA3, 0xA1
_SERIAL = 0x5A4E4458
_LACES_MAX = 255
_SILK, _HYBRID = (480, 960, 1920, 2880), (480, 960)
_CELT = (120, 240, 480, 960)


class BadSound(Exception):
    """No Opus in WebM."""


def _number(data: bytes, at: int, *, keeps_mark: bool = False) -> tuple[int, int]:
    """An EBML number and where it ends; -1 for a size that is not known."""
    if at >= len(data) or not data[at]:
        raise BadSound("the recording is cut off")
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if keeps_mark:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), at + length


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The leaves of the tree that are wanted here, in order."""
    while at < end:
        kind, at = _number(data, at, keeps_mark=True)
        size, at = _number(data, at)
        stop = end if size < 0 else min(end, at + size)
        if kind in _MASTERS:
            yield from _elements(data, at, stop)
        else:
            yield kind, data[at:stop]
        at = stop


def _samples(packet: bytes) -> int:
    """How long a packet sounds, at 48 kHz (RFC 6716 §3.1)."""
    config, count = packet[0] >> 3, packet[0] & 3
    frames = {0: 1, 1: 2, 2: 2}.get(count) or (packet[1] & 63 if len(packet) > 1 else 1)
    if config < 12:
        return _SILK[config & 3] * frames
    return (_HYBRID[config & 1] if config < 16 else _CELT[config & 3]) * frames


def _table() -> list[int]:
    found = []
    for number in range(256):
        rest = number << 24
        for _ in range(8):
            rest = (rest << 1) ^ 0x04C11DB7 if rest & 0x80000000 else rest << 1
        found.append(rest & 0xFFFFFFFF)
    return found


_CRC = _table()


def _page(flags: int, position: int, order: int, packets: list[bytes]) -> bytes:
    laces = b"".join(b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)) for packet in packets)
    header = b"OggS" + struct.pack("<BBqIIIB", 0, flags, position, _SERIAL, order, 0, len(laces)) + laces
    page = header + b"".join(packets)
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _CRC[(crc >> 24) ^ byte]
    return page[:22] + struct.pack("<I", crc) + page[26:]


def from_webm(data: bytes) -> bytes:
    """The same sound as Ogg Opus; raises BadSound."""
    head, packets = b"", []
    for kind, content in _elements(data, 0, len(data)):
        if kind == _CODEC_PRIVATE:
            head = content
        elif kind in (_SIMPLE_BLOCK, _BLOCK) and len(content) > 4:
            packets.append(content[4:])  # track, two bytes of time, flags
    if not head.startswith(b"OpusHead") or not packets:
        raise BadSound("the recording has no Opus sound")
    tags = b"OpusTags" + struct.pack("<I", 7) + b"sandbox" + struct.pack("<I", 0)
    pages = [_page(2, 0, 0, [head]), _page(0, 0, 1, [tags])]
    waiting: list[bytes] = []
    laces = position = 0
    for place, packet in enumerate(packets):
        needs = len(packet) // 255 + 1
        if laces + needs > _LACES_MAX:
            pages.append(_page(0, position, len(pages), waiting))
            waiting, laces = [], 0
        waiting.append(packet)
        laces += needs
        position += _samples(packet)
        if place == len(packets) - 1:
            pages.append(_page(4, position, len(pages), waiting))
    return b"".join(pages)
