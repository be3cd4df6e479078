"""The memory adapter keeps the contract."""

from collections.abc import Sequence

import pytest

from channels_wa.adapters.error_classes import class_of
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.adapters.outcome import Rejected, Unknown
from tests.adapters.contract import AdapterContract, Provider


class InMemory(Provider):
    """What the memory adapter remembers."""

    def __init__(self, adapter: MemoryAdapter) -> None:
        self.adapter, self.refused = adapter, 0

    def accepted(self) -> Sequence[str]:
        return [one.recipient for one in self.adapter.sent[self.refused :]]

    def refuse(self, code: int) -> None:
        self.adapter.answers.append(Rejected(code, class_of(code), ""))
        self.refused += 1

    def guest_writes(self) -> str:
        return "wamid.guest"

    def was_read(self, wamid: str) -> bool:
        return (wamid, True) in self.adapter.read

    def be_unreadable(self) -> None:
        self.adapter.answers.append(Unknown("no answer"))


class TestMemory(AdapterContract):
    """See the contract."""

    @pytest.fixture
    def adapter(self) -> MemoryAdapter:
        return MemoryAdapter()

    @pytest.fixture
    def provider(self, adapter: MemoryAdapter) -> Provider:
        return InMemory(adapter)
