"""The ways to reach guests, by kind."""

from channels_wa.adapters.base import ChannelAdapter
from channels_wa.adapters.cloud_api.adapter import CloudApiAdapter
from channels_wa.adapters.memory.adapter import MemoryAdapter

ADAPTERS: dict[str, ChannelAdapter] = {
    CloudApiAdapter.kind: CloudApiAdapter(),
    MemoryAdapter.kind: MemoryAdapter(),
}


def adapter_of(kind: str) -> ChannelAdapter:
    """The adapter of this kind. Raises KeyError."""
    return ADAPTERS[kind]
