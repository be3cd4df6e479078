"""Guests who send files, and a Meta in memory that keeps them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from channels_wa.adapters import ADAPTERS
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.inbound import drain
from channels_wa.inbound.steps import steps
from channels_wa.media.models import Media
from channels_wa.numbers.models import Number
from ops.salon import inside
from ops.timers import errands
from tests.incoming import delivery, keep
from tests.world import Salons

PNID = "1" * 15


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder of this test."""
    from config.env import env

    monkeypatch.setattr(env, "storage_url", (tmp_path / "storage").as_uri())
    return tmp_path / "storage"


@pytest.fixture(autouse=True)
def no_answers(settings: Settings) -> Iterator[None]:
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": []}
    steps.cache_clear()
    yield
    steps.cache_clear()


@pytest.fixture
def meta(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> MemoryAdapter:
    """A provider in memory, which both salons' numbers use."""
    adapter = MemoryAdapter()
    monkeypatch.setitem(ADAPTERS, "memory", adapter)
    Number.objects.update(adapter="memory")
    return adapter


Sends = Callable[..., Media]


@pytest.fixture
def sends(salons: Salons, meta: MemoryAdapter) -> Sends:
    """A guest sends a file; its row after everything that was due was done."""

    def send(
        data: bytes | None, kind: str = "image", mime_type: str = "image/jpeg", *, pnid: str = PNID, **more: Any
    ) -> Media:
        media_id = str(9000 + len(meta.files))
        if data is not None:
            meta.files[media_id] = data
        said = {"id": media_id, "mime_type": mime_type, **more}
        wamid = f"wamid.{media_id}.{pnid[0]}"
        keep(
            delivery(pnid, {"from": "5511990000001", "id": wamid, "timestamp": "1790000000", "type": kind, kind: said})
        )
        drain.run()
        errands.work()
        salon = salons.aurora if pnid == PNID else salons.other
        with inside(salon.pk):
            return Media.objects.latest("pk")

    return send
