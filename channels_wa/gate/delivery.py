"""A delivery on its way from the socket to the table: what the keeper, the spool and the drain agree on."""

from collections.abc import Sequence
from typing import NamedTuple

from ops.sealing import PlatformBox


class SealedDelivery(NamedTuple):
    """One POST of Meta, ready to be kept."""

    id: bytes
    """UUIDv7, 16 bytes; also the additional data of the seal."""
    received_us: int
    """Microseconds since 1970, by the machine's clock."""
    signature: bytes
    """The header's value, so that the stored bytes can be verified again later."""
    raw: bytes
    """The body, sealed."""

    @property
    def size(self) -> int:
        """Bytes that it takes, near enough."""
        return len(self.raw) + 128


def delivery_box(keys: Sequence[str] | None = None) -> PlatformBox:
    """The box that every delivery is sealed in."""
    return PlatformBox("delivery", keys)


def open_delivery(box: PlatformBox, delivery_id: bytes, raw: bytes) -> bytes:
    """The body exactly as it came. Raises ops.sealing.CannotOpen."""
    return box.open(raw, delivery_id)
