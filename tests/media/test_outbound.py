"""Files of ours on their way out: one upload for each number, used again until it ends (FR-WA-006)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker, Settings

from channels_wa.adapters import ADAPTERS
from channels_wa.adapters.base import ProviderError
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.media import doubts, uploading
from channels_wa.media.models import Media, MediaUpload
from channels_wa.media.outbound import meta_ids
from channels_wa.media.sending import problems_of
from channels_wa.media.uploads import MARGIN
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from channels_wa.outbox import dispatcher
from channels_wa.outbox.actions import enqueue
from channels_wa.outbox.message import Enqueued, NewMessage
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import inside, run_in_salon
from ops.timers import errands
from tests.committed import forgotten
from tests.media import files
from tests.world import Browser, Salons

Said = Callable[..., tuple[str, str]]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Only the check of this part, and results recorded in the test's own transaction."""
    settings.OUTBOUND_CHECKS = ["channels_wa.media.outbound.check"]
    made = dispatcher.Dispatcher(dispatcher.REPLIES, records_aside=False)
    monkeypatch.setattr(dispatcher, "dispatcher_of", lambda _group: made)


@pytest.fixture
def photo(alice: Browser, meta: MemoryAdapter) -> str:
    """The public id of a photo that Alice uploaded."""
    file = SimpleUploadedFile("a.jpg", files.jpeg(), "image/jpeg")
    return str(alice.post("/media/upload/", {"file": file}).json()["id"])


def number_of(salons: Salons) -> Number:
    return Number.objects.get(salon_id=salons.aurora.pk)


def send(salons: Salons, payload: dict[str, Any], kind: str = "template", contact: int = 7) -> Enqueued:
    """A template passes the 24-hour window; what it carries is the same."""
    message = NewMessage(
        contact_id=contact, conversation_id=contact, number_id=number_of(salons).pk, recipient_kind="phone",
        recipient=f"551199000{contact:04d}", type=kind, text="", payload=payload, purpose="service",
    )  # fmt: skip
    with inside(salons.aurora.pk):
        return enqueue(message)


def shown(salons: Salons, one: Enqueued) -> tuple[str, str]:
    with inside(salons.aurora.pk):
        found = Message.objects.get(pk=one.message_id)
        return found.status, found.reason


def run(seconds: float = 3) -> None:
    dispatcher.run_replies(clock.real() + timedelta(seconds=seconds))


def header(public_id: str) -> dict[str, Any]:
    """A template with a photo in its header."""
    parameter = {"type": "image", "image": {"media": public_id}}
    return {"name": "ola", "language": {"code": "pt_BR"},
            "components": [{"type": "header", "parameters": [parameter]}]}  # fmt: skip


def test_a_message_waits_for_its_file_and_leaves_with_metas_id(salons: Salons, meta: MemoryAdapter, photo: str) -> None:
    one = send(salons, header(photo))
    assert shown(salons, one) == ("queued", "media_uploading")
    run()
    assert not meta.sent
    errands.work()
    run()
    (media_id,) = meta.files
    assert meta.files[media_id] == files.jpeg()
    assert meta.sent[0].payload["components"][0]["parameters"][0]["image"] == {"id": media_id}
    assert shown(salons, one)[0] == "sent"


def test_an_upload_that_ends_while_its_message_is_written_lets_it_go(
    salons: Salons, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two sessions: the message is not committed when Meta has its file."""
    with django_db_blocker.unblock(), forgotten(salons.aurora.pk, Message, OutboxItem, MediaUpload, Media):
        monkeypatch.setitem(ADAPTERS, number_of(salons).adapter, MemoryAdapter())
        file = SimpleUploadedFile("a.jpg", files.jpeg(), "image/jpeg")
        photo = Browser(salons.aurora, "alice@example.com").post("/media/upload/", {"file": file}).json()["id"]

        def bring() -> None:
            try:
                run_in_salon(salons.aurora.pk, lambda: uploading.upload(UUID(photo), number_of(salons).pk))
            finally:
                connection.close()

        with inside(salons.aurora.pk), transaction.atomic():
            one = send(salons, header(photo))
            thread = Thread(target=bring)
            thread.start()
            thread.join(timeout=0.3)
        thread.join(timeout=10)
        assert OutboxItem.objects.get(message_id=one.message_id).reason == ""


def test_the_second_message_uses_the_same_upload(salons: Salons, meta: MemoryAdapter, photo: str) -> None:
    send(salons, header(photo))
    errands.work()
    second = send(salons, header(photo), contact=8)
    assert shown(salons, second) == ("queued", "")
    errands.work()
    assert len(meta.files) == 1


def test_an_upload_that_ends_soon_is_made_anew(salons: Salons, meta: MemoryAdapter, photo: str) -> None:
    send(salons, header(photo))
    errands.work()
    with inside(salons.aurora.pk):
        MediaUpload.objects.update(expires_at=clock.now() + MARGIN - timedelta(minutes=1))
    assert shown(salons, send(salons, header(photo), contact=8)) == ("queued", "media_uploading")
    errands.work()
    assert len(meta.files) == 2


def test_an_id_belongs_to_one_number(salons: Salons, meta: MemoryAdapter, photo: str) -> None:
    send(salons, header(photo))
    errands.work()
    with inside(salons.aurora.pk):
        assert list(meta_ids(number_of(salons).pk, [photo])) == [photo]
        assert meta_ids(number_of(salons).pk + 1, [photo]) == {}


def test_a_file_that_is_not_there_cancels_the_message(salons: Salons, meta: MemoryAdapter) -> None:
    assert shown(salons, send(salons, header(str(uuid4())))) == ("cancelled", "media_missing")


def test_i22_a_file_of_another_salon_is_not_there(salons: Salons, charlie: Browser, meta: MemoryAdapter) -> None:
    file = SimpleUploadedFile("a.jpg", files.jpeg(), "image/jpeg")
    theirs = charlie.post("/media/upload/", {"file": file}).json()["id"]
    assert shown(salons, send(salons, header(theirs))) == ("cancelled", "media_missing")


def failing(error_class: ErrorClass) -> Callable[..., Any]:
    async def upload(*_args: Any, **_more: Any) -> str:
        raise ProviderError("no", error_class=error_class)

    return upload


def test_a_file_that_meta_refuses_cancels_the_message(
    salons: Salons, meta: MemoryAdapter, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "upload_media", failing(ErrorClass.CONTENT))
    one = send(salons, header(photo))
    errands.work()
    run()
    assert shown(salons, one) == ("cancelled", "media_not_taken")


@pytest.mark.parametrize("error_class", [ErrorClass.TRANSIENT, ErrorClass.NOT_SENT, ErrorClass.ACCOUNT_STOP])
def test_a_problem_of_the_moment_lets_it_wait(
    salons: Salons, meta: MemoryAdapter, photo: str, monkeypatch: pytest.MonkeyPatch, error_class: ErrorClass
) -> None:
    monkeypatch.setattr(meta, "upload_media", failing(error_class))
    one = send(salons, header(photo))
    errands.work()
    assert shown(salons, one) == ("queued", "media_uploading")
    with inside(salons.aurora.pk):
        assert not MediaUpload.objects.exclude(error="").exists()


def test_an_id_that_meta_does_not_know_any_more_is_not_used_again(
    salons: Salons, meta: MemoryAdapter, photo: str
) -> None:
    one = send(salons, header(photo))
    errands.work()
    told = Heard(1, uuid4(), "message.failed", one.public_id, 1, {"class": "media", "code": 131053}, clock.now())
    with inside(salons.aurora.pk):
        doubts.on_failed([told])
        assert meta_ids(number_of(salons).pk, [photo]) == {}


def test_a_message_names_a_file_so_it_is_kept(salons: Salons, meta: MemoryAdapter, photo: str) -> None:
    send(salons, header(photo))
    with inside(salons.aurora.pk):
        assert Media.objects.get(public_id=photo).used_at is not None


@pytest.mark.parametrize(
    ("kind", "link", "is_good"),
    [
        ("image", "https://example.com/a.jpg", True),
        ("image", "http://example.com/a.jpg", False),
        ("image", "https://127.0.0.1/a.jpg", False),
        ("image", "https://localhost/a.jpg", False),
        ("image", "https://0x7f.1/a.jpg", False),
        ("image", "https://[::ffff:10.0.0.1]/a.jpg", False),
        ("image", "https://169.254.169.254/a.jpg", False),
        ("image", "https://user@example.com/a.jpg", False),
    ],
)
def test_i24_a_link_that_nobody_outside_could_reach_is_refused(
    salons: Salons, kind: str, link: str, is_good: bool
) -> None:
    with inside(salons.aurora.pk):
        found = problems_of(kind, {"link": link})
    assert [problem.field for problem in found] == ([] if is_good else ["media.link"])


def test_a_photo_cannot_be_sent_as_a_video(salons: Salons, photo: str) -> None:
    with inside(salons.aurora.pk):
        assert not problems_of("image", {"media": photo})
        assert [problem.field for problem in problems_of("video", {"media": photo})] == ["media"]
        assert [problem.field for problem in problems_of("image", {"media": "nothing"})] == ["media"]
