"""Files of what was written on the salon's phone, and of imported talks."""

from typing import Any

import pytest

from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.inbound.steps import steps
from channels_wa.media.models import Media
from channels_wa.messages.models import Message
from ops.salon import inside
from ops.timers import errands
from tests.inbound import talks
from tests.media import files
from tests.world import Salons


@pytest.fixture(autouse=True)
def fresh_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    talks.read_routes_anew(monkeypatch)
    steps.cache_clear()


def only(salons: Salons) -> tuple[Media, Message]:
    errands.work()
    with inside(salons.aurora.pk):
        return Media.objects.get(), Message.objects.latest("pk")


def test_a_file_that_was_sent_from_the_phone_is_fetched_too(salons: Salons, meta: MemoryAdapter) -> None:
    meta.files["4711"] = files.jpeg()
    talks.echo(type="image", wamid="wamid.i", image={"id": "4711", "mime_type": "image/jpeg"})
    media, message = only(salons)
    assert (media.state, media.direction, media.message_id) == ("ready", "out", message.pk)


def history(*messages: dict[str, Any]) -> None:
    threads = [{"id": talks.GUEST, "messages": list(messages)}]
    told = {"metadata": {"phase": 0, "chunk_order": 1, "progress": 100}, "threads": threads}
    talks.change("history", history=[told])


def test_a_file_that_follows_an_imported_message_is_fetched(salons: Salons, meta: MemoryAdapter) -> None:
    meta.files["4712"] = files.jpeg()
    said = {"from": talks.GUEST, "id": "wamid.h", "timestamp": "1780000000"}
    history({**said, "type": "media_placeholder"})
    with inside(salons.aurora.pk):
        assert not Media.objects.exists()
    talks.change("history", messages=[{**said, "type": "image", "image": {"id": "4712", "mime_type": "image/jpeg"}}])
    media, message = only(salons)
    assert (media.state, media.message_id, message.type) == ("ready", message.pk, "image")
