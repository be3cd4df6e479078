"""Writing to a guest: words, a quoted message, emoji, a file, a template; and what the guest sees of the reader."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from channels_wa.adapters import ADAPTERS
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.media.models import Media
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Message
from crm.inbox import receipts
from crm.inbox.models import Conversation
from ops import background, clock
from ops.ids import uuid7
from ops.salon import inside
from tests.portal.conftest import Guest
from tests.world import Browser

HTMX = {"hx-request": "true", "accept-language": "en"}


def send(person: Browser, guest: Guest, **form: str) -> Any:
    return person.post(f"/inbox/{guest.conversation.public_id}/send/", form, headers=HTMX)


def sent(guest: Guest) -> list[Message]:
    with inside(guest.salon_id):
        return list(Message.objects.filter(direction="out").order_by("pk"))


@pytest.fixture
def heard(guest: Guest) -> Message:
    """What the guest wrote, as WhatsApp names it."""
    return guest.wrote("Tem horário amanhã?", wamid="wamid.guest")


@pytest.fixture
def late(guest: Guest) -> Guest:
    """The guest wrote more than a day ago."""
    at = clock.now() - timedelta(hours=25)
    with inside(guest.salon_id):
        Message.objects.update(at=at)
        Conversation.objects.update(last_inbound_at=at)
    return guest


def test_words_go_out_as_an_answer(alice: Browser, guest: Guest) -> None:
    assert send(alice, guest, text=" Tem sim! ").headers["HX-Trigger"] == "message-sent"
    [message] = sent(guest)
    assert (message.type, message.text, message.purpose, message.status) == ("text", "Tem sim!", "reply", "queued")


@pytest.mark.parametrize("text", ["", "  ", "x" * 4097])
def test_what_cannot_be_sent_stays_in_the_field_with_a_reason(alice: Browser, guest: Guest, text: str) -> None:
    answer = send(alice, guest, text=text)
    assert answer.status_code == 422
    assert 'id="composer-error"' in answer.content.decode()
    assert not sent(guest)


def test_fr_wa_003_an_answer_quotes_the_message_one_chose(alice: Browser, guest: Guest, heard: Message) -> None:
    line = alice.get(f"/inbox/messages/{heard.public_id}/quote/", headers=HTMX).content.decode()
    assert "Tem horário amanhã?" in line and f'value="{heard.public_id}"' in line
    send(alice, guest, text="Tem sim!", reply_to=str(heard.public_id))
    assert sent(guest)[0].reply_to == "wamid.guest"


def test_a_refused_answer_still_quotes(alice: Browser, guest: Guest, heard: Message) -> None:
    answer = send(alice, guest, text="x" * 4097, reply_to=str(heard.public_id)).content.decode()
    assert f'value="{heard.public_id}"' in answer


def test_what_whatsapp_does_not_know_is_not_quoted(alice: Browser, guest: Guest) -> None:
    waiting = guest.wrote("Um momento", direction="out", status="queued")
    assert alice.get(f"/inbox/messages/{waiting.public_id}/quote/", headers=HTMX).status_code == 409
    send(alice, guest, text="Oi", reply_to=str(waiting.public_id))
    assert sent(guest)[-1].reply_to == ""


def test_fr_wa_003_an_emoji_is_put_on_a_message_and_taken_back(alice: Browser, guest: Guest, heard: Message) -> None:
    address = f"/inbox/messages/{heard.public_id}/react/"
    for emoji in ("👍", "❤️", "❤️"):
        assert alice.post(address, {"emoji": emoji}, headers=HTMX).status_code == 204
    assert [one.payload for one in sent(guest)] == [
        {"to": "wamid.guest", "emoji": "👍"}, {"to": "wamid.guest", "emoji": "❤️"}, {"to": "wamid.guest", "emoji": ""},
    ]  # fmt: skip
    alice.post(address, {"emoji": ""}, headers=HTMX)
    assert len(sent(guest)) == 3


def test_an_emoji_leaves_the_guest_waiting(alice: Browser, guest: Guest, heard: Message) -> None:
    alice.post(f"/inbox/messages/{heard.public_id}/react/", {"emoji": "👍"}, headers=HTMX)
    with inside(guest.salon_id):
        assert Conversation.objects.get().last_direction == "in"


def test_words_are_no_emoji(alice: Browser, guest: Guest, heard: Message) -> None:
    assert alice.post(f"/inbox/messages/{heard.public_id}/react/", {"emoji": "ok"}, headers=HTMX).status_code == 422
    assert not sent(guest)


@pytest.mark.parametrize("act", ["quote", "react"])
def test_others_answer_nothing(vera: Browser, charlie: Browser, heard: Message, guest: Guest, act: str) -> None:
    address = f"/inbox/messages/{heard.public_id}/{act}/"
    for person, status in ((vera, 403), (charlie, 404)):
        ask = person.get if act == "quote" else person.post
        assert ask(address, {"emoji": "👍"}, headers=HTMX).status_code == status
    assert not sent(guest)


@pytest.fixture
def photo(guest: Guest) -> Media:
    """A file that was uploaded for this guest."""
    with inside(guest.salon_id):
        return Media.objects.create(
            direction="out", kind="image", mime_type="image/jpeg", size=1000, state="ready", name="antes.jpg"
        )


def test_a_file_goes_out_with_its_words(alice: Browser, guest: Guest, photo: Media) -> None:
    send(alice, guest, text="Antes", media=str(photo.public_id))
    [message] = sent(guest)
    assert (message.type, message.text) == ("image", "Antes")
    assert message.payload == {"media": str(photo.public_id), "caption": "Antes"}


def test_words_beside_a_voice_message_are_a_message_of_their_own(alice: Browser, guest: Guest, photo: Media) -> None:
    with inside(guest.salon_id):
        Media.objects.update(kind="audio", mime_type="audio/ogg", is_voice=True)
    send(alice, guest, text="Ouça", media=str(photo.public_id))
    assert [(one.type, one.text) for one in sent(guest)] == [("audio", ""), ("text", "Ouça")]
    assert sent(guest)[0].payload["voice"] is True


def test_a_file_that_is_not_the_salons_is_refused(alice: Browser, guest: Guest) -> None:
    assert send(alice, guest, text="a", media=str(uuid7())).status_code == 422
    assert not sent(guest)


def test_fr_wa_007_after_the_window_the_composer_takes_templates_only(alice: Browser, late: Guest) -> None:
    page = alice.get_page(f"/inbox/{late.conversation.public_id}/")
    assert 'id="composer-text"' not in page
    assert "Window closed" in page or "Janela fechada" in page
    send(alice, late, text="Oi")
    [message] = sent(late)
    assert (message.status, message.reason) == ("cancelled", "window_closed")


def test_a_template_is_sent_as_the_form_fills_it(alice: Browser, late: Guest) -> None:
    with inside(late.salon_id):
        template = MessageTemplate.objects.create(
            waba_id=late.number.waba_id, name="lembrete", language="pt_BR", status="approved", meta_id="1",
            components=[{"type": "BODY", "text": "Oi, {{1}}! Até logo."}],
        )  # fmt: skip
    form = {"type": "template", "template": str(template.public_id)}
    refused = send(alice, late, **form, **{"parameter.body.1": ""})
    assert refused.status_code == 422 and "toast" in refused.headers["HX-Trigger"]
    send(alice, late, **form, **{"parameter.body.1": "Bia"})
    [message] = sent(late)
    assert (message.type, message.text, message.status) == ("template", "Oi, Bia! Até logo.", "queued")


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [(3, "Closes in 20 h 59 min", "bg-green-lt"), (22.5, "Closes in 1 h 29 min", "bg-yellow-lt")],
)
def test_the_chip_says_when_it_closes(alice: Browser, guest: Guest, hours: float, words: str, tone: str) -> None:
    with inside(guest.salon_id):
        Conversation.objects.update(last_inbound_at=clock.now() - timedelta(hours=hours))
    page = alice.get(f"/inbox/{guest.conversation.public_id}/", headers={"accept-language": "en"}).content.decode()
    assert words in page
    assert f"badge {tone} talk__window" in page


Told = Callable[[], list[tuple[str, bool]]]


@pytest.fixture
def told(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What was told to the guest of reading and typing, once all that was begun has ended."""
    cache.clear()
    adapter = ADAPTERS["memory"]
    assert isinstance(adapter, MemoryAdapter)
    begun: list[Future[Any]] = []
    start = background.start
    monkeypatch.setattr(receipts, "PATIENCE_S", 0.05)
    monkeypatch.setattr(background, "start", lambda work: begun.append(start(work)))
    type(guest.number).objects.filter(pk=guest.number.pk).update(adapter="memory", sealed_token=b"")

    def look() -> list[tuple[str, bool]]:
        for one in begun:
            one.result(5)
        return list(adapter.read)

    yield look
    adapter.forget()


def test_fr_wa_003_opening_marks_the_newest_message_as_read_once(
    alice: Browser, guest: Guest, heard: Message, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            alice.post(f"/inbox/{guest.conversation.public_id}/read/", headers=HTMX)
    assert told() == [("wamid.guest", False)]
    assert not sent(guest)


def test_five_lines_in_a_row_are_one_mark(
    alice: Browser, guest: Guest, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    for number in range(5):
        guest.wrote("a", wamid=f"wamid.{number}")
        with django_capture_on_commit_callbacks(execute=True):
            alice.post(f"/inbox/{guest.conversation.public_id}/read/", headers=HTMX)
    assert told()[-1] == ("wamid.4", False)
    assert len(told()) < 5


def test_wa_020_writing_shows_as_typing_and_is_not_said_too_often(
    alice: Browser, vera: Browser, guest: Guest, heard: Message, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    address = f"/inbox/{guest.conversation.public_id}/typing/"
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            assert alice.post(address, headers=HTMX).status_code == 204
    assert vera.post(address, headers=HTMX).status_code == 403
    assert told() == [("wamid.guest", True)]


def test_a_stopped_number_tells_nobody(
    alice: Browser, guest: Guest, heard: Message, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    type(guest.number).objects.update(state="stopped")
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(f"/inbox/{guest.conversation.public_id}/read/", headers=HTMX)
    assert told() == []
