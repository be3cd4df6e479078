"""A type that this release does not know: a message in the talk, and an item for the operator (FR-WA-001, I4)."""

import pytest

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.parse.kinds import READERS, read_text
from channels_wa.inbound.replaying import bytes_of, replay
from channels_wa.messages.models import Message
from ops.salon import inside
from tests.inbound import talks
from tests.incoming import delivery
from tests.world import Salons

HOLOGRAM = {"from": talks.GUEST, "id": "wamid.holo", "type": "hologram", "hologram": {"depth": 3}}


@pytest.fixture
def hologram(talk: Salons) -> Salons:
    talks.take(delivery(talks.PNID, HOLOGRAM))
    return talk


def again() -> None:
    """An operator tries it again."""
    assert replay(list(InboxItem.objects.filter(state="quarantined"))) == 1
    InboxItem.objects.update(due_at="2020-01-01T00:00:00Z")
    drain.run()


def test_fr_wa_001_it_is_kept_in_the_talk_and_shown_to_the_operator(hologram: Salons) -> None:
    with inside(hologram.aurora.pk):
        message = Message.objects.get()
    item = InboxItem.objects.get()
    assert (message.type, message.payload["of"]) == ("unsupported", "hologram")
    assert (item.state, item.message_id) == ("quarantined", message.pk)
    assert "hologram" in item.error and b'"depth": 3' in bytes_of(item)


def test_i04_trying_again_changes_nothing_while_it_stays_unknown(hologram: Salons) -> None:
    again()
    with inside(hologram.aurora.pk):
        assert Message.objects.count() == 1
    assert InboxItem.objects.get().state == "quarantined"


def test_a_release_that_knows_it_shows_it_without_answering_it_late(
    hologram: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, "hologram", lambda item: read_text({"text": {"body": "3D"}}))
    again()
    with inside(hologram.aurora.pk):
        message = Message.objects.get()
        assert (message.type, message.text) == ("hologram", "3D")
        assert not Message.objects.filter(direction="out").exists()
    assert InboxItem.objects.get().state == "done"


def test_i03_a_second_delivery_of_it_is_a_duplicate(hologram: Salons) -> None:
    talks.take(delivery(talks.PNID, HOLOGRAM))
    assert sorted(InboxItem.objects.values_list("state", flat=True)) == ["duplicate", "quarantined"]
