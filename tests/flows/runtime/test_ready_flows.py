"""The two flows of the demo, from the guest's message to the answer in the outbox."""

import pytest

from channels_wa.outbox.models import OutboxItem
from crm.bookings import demo
from crm.bookings.models import Booking
from crm.inbox.models import Conversation
from flows.gallery.install import install_demo_flows
from flows.models import Flow
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, pending, say, states
from tests.world import Salons

pytestmark = pytest.mark.usefixtures("demo_flows")


@pytest.fixture
def demo_flows(chat: Chat) -> None:
    with inside(chat.salon_id):
        install_demo_flows()


def test_a_first_oi_is_answered_once_with_three_buttons(chat: Chat) -> None:
    chat.says("oi")
    assert len(chat.answers) == 1
    assert chat.answers[0].startswith("Oi, Ana! Aqui é do Aurora.")
    assert [button["title"] for button in chat.message().payload["buttons"]] == [
        "Horários", "Preços", "Falar com alguém",
    ]  # fmt: skip
    item = OutboxItem.objects.get()
    assert (item.state, item.purpose, item.certainty, item.lane) == ("queued", "reply", "at_most_once", 0)
    assert states() == ["done"]


def test_the_answer_stands_in_the_conversation(chat: Chat) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        talk = Conversation.objects.get()
        assert chat.message().conversation_id == talk.pk
        assert (talk.last_direction, talk.last_text) == ("out", chat.answers[0])


def test_a_tapped_button_leads_on(chat: Chat) -> None:
    chat.says("oi")
    chat.taps("Preços")
    assert chat.answers[1].startswith("Corte a partir de R$ 80")
    (run,) = chat.executions
    assert (run.status, run.listens, run.ended_at is not None) == ("completed", False, True)
    assert chat.steps(run) == [
        ("inicio", "passed"), ("ola", "waiting"), ("ola", "answered"), ("precos", "passed"), ("fim", "passed"),
    ]  # fmt: skip
    assert pending() == []


def test_the_choice_may_be_typed(chat: Chat) -> None:
    chat.says("oi")
    chat.says("horarios")
    assert chat.answers[1].startswith("Atendemos de terça a sábado")


def rows_of(chat: Chat) -> list[str]:
    return [row["title"] for row in chat.message().payload["rows"]]


def choose(chat: Chat, title: str) -> None:
    row = next(one for one in chat.message().payload["rows"] if one["title"] == title)
    chat.sends("interactive", {"type": "list_reply", "list_reply": row})


def test_the_demos_guest_books_by_taps(chat: Chat) -> None:
    """FL-013: from "oi" to a visit in the calendar."""
    with inside(chat.salon_id):
        demo.fill()
    chat.says("oi")
    chat.taps("Horários")
    assert rows_of(chat) == ["Corte", "Escova", "Coloração", "Manicure"]
    choose(chat, "Coloração")
    choose(chat, rows_of(chat)[0])
    with inside(chat.salon_id):
        [made] = Booking.objects.all()
    assert (made.state, made.source) == ("booked", "flow")
    assert chat.answers[-1].startswith("Marcado! Coloração com Ana Lima")


def test_the_demos_guest_books_in_words_and_moves(chat: Chat) -> None:
    """The flow of the gallery: service, professional, time, held, confirmed; then another time."""
    with inside(chat.salon_id):
        demo.fill()
    chat.says("quero marcar")
    chat.says("manicure")
    chat.says("depois de amanhã às 11h")
    chat.taps("Sim, marcar")
    chat.says("mudar")
    chat.taps("Outro horário")
    chat.says("depois de amanhã às 16h")
    with inside(chat.salon_id):
        [made] = Booking.objects.all()
    assert (made.state, made.wall_clock[-5:]) == ("booked", "16:00")
    assert chat.answers[-1].startswith("Pronto, sua visita agora é")


def test_a_button_of_an_old_message_is_not_taken_for_another(chat: Chat) -> None:
    chat.says("oi")
    chat.sends("interactive", {"type": "button_reply", "button_reply": {"id": "elsewhere:precos", "title": "Preços"}})
    assert chat.answers[1].startswith("Recebemos a sua mensagem")


def test_anything_else_goes_out_by_other(chat: Chat) -> None:
    chat.says("oi")
    chat.says("vocês fazem noivas?")
    assert chat.answers[1].startswith("Recebemos a sua mensagem")


def test_nobody_chooses_and_the_time_runs_out(chat: Chat) -> None:
    chat.says("oi")
    assert chat.later(hours=11) == 0
    assert chat.later(hours=2) == 1
    assert [run.status for run in chat.executions] == ["completed"]
    assert chat.steps(chat.executions[0])[2] == ("ola", "timed_out")
    chat.says("voltei")
    assert len(chat.executions) == 2


def test_a_wrong_answer_is_asked_again_then_taken(chat: Chat) -> None:
    chat.says("retorno")
    chat.says("não sei")
    chat.says("99")
    assert chat.answers[1:] == ["Não entendi. Escreva só o número de semanas, de 1 a 12."] * 2
    chat.says("6")
    assert chat.answers[3] == "Anotado: 6 semanas. A equipe chama você quando estiver perto."
    assert chat.executions[0].state["variables"]["semanas"] == 6


def test_the_condition_goes_the_other_way_and_the_wait_fires_once(chat: Chat) -> None:
    chat.says("quero um lembrete")
    chat.says("2")
    assert chat.answers[1].startswith("Combinado, 2 semana(s)")
    assert chat.executions[0].status == "waiting"
    assert chat.later(hours=19) == 0
    assert chat.later(hours=2) == 1
    assert chat.later(days=30) == 0
    assert chat.answers[2].startswith("Oi, Ana! Passando para lembrar")
    assert len(chat.answers) == 3
    assert chat.executions[0].status == "completed"


def test_an_answer_takes_the_time_out_back(chat: Chat) -> None:
    """I10: a wait answered before its time-out never fires."""
    chat.says("retorno")
    assert len(pending()) == 1
    chat.says("6")
    assert pending() == []
    assert chat.later(days=2) == 0
    assert len(chat.answers) == 2


def test_two_guests_have_runs_of_their_own(chat: Chat, salons: Salons) -> None:
    beto = Chat(chat.salon_id, "5511990000002", chat.monkeypatch)
    chat.says("oi")
    beto.says("retorno")
    chat.taps("Preços")
    beto.says("3")
    assert [len(chat.answers), len(beto.answers)] == [2, 2]
    assert {run.status for run in chat.executions} == {"completed"}


def test_the_other_salon_hears_nothing(chat: Chat, salons: Salons) -> None:
    chat.says("oi")
    assert Chat(salons.other.pk).executions == []


def test_a_conversation_with_the_bot_off_is_left_to_people(chat: Chat) -> None:
    chat.says("oi")
    with inside(chat.salon_id):
        Conversation.objects.update(bot_on=False)
    chat.taps("Preços")
    assert len(chat.answers) == 1
    assert states() == ["done", "done"]


@pytest.mark.parametrize("text", ["{{ contact.phone }}", "{{ 1/0 }}", "{% include 'x' %}", "${7*7}", "{{"])
def test_a_guests_text_is_never_parsed(chat: Chat, text: str) -> None:
    """I25: it may be shown by a flow, and stays what was written."""
    with inside(chat.salon_id):
        Flow.objects.update(is_active=False)
    chat.publish(
        "echo",
        ask("ask", "Nome?", "name"),
        say("echo", "Oi, {{ vars.name }}!"),
        edges=["start>ask", "ask.answered>echo"],
    )
    chat.says("oi")
    chat.says(text)
    assert chat.answers[1] == f"Oi, {text}!"
