"""FL-008: a real run becomes a test that says nothing of who the guest is."""

import json

import pytest

from flows.models import Flow, FlowStep, FlowTest
from flows.simulator.anonymising import Anonymiser
from flows.simulator.of_run import script_of_run
from flows.simulator.publishing import check
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, say, wait
from tests.world import Browser

NODES = [
    ask("who", "Como você se chama?", "who"),
    ask("mail", "E o seu e-mail?", "mail", answer="email"),
    say("thanks", "Obrigado, {{ vars.who }}! Escrevo para {{ vars.mail }}.",
        buttons=[{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]),
    wait("later", 2, "days"),
    say("again", "Oi, {{ contact.first_name }}, até já!"),
]  # fmt: skip
EDGES = ["start>who", "who.answered>mail", "mail.answered>thanks", "thanks.yes>later", "later>again"]
SAID = ("oi, aqui é a Beatriz Mendonça, (11) 98765-4321", "Beatriz Mendonça", "bia.mendonca@salao.com.br")


@pytest.fixture
def lived(chat: Chat) -> Chat:
    """A guest who told all of herself."""
    chat.publish("Cadastro", *NODES, edges=EDGES)
    for said in SAID:
        chat.says(said)
    chat.taps("Sim")
    chat.later(days=3)
    assert chat.executions[0].status == "completed"
    return chat


def test_nothing_of_the_guest_remains(lived: Chat) -> None:
    with inside(lived.salon_id):
        found = script_of_run(lived.executions[0])
    kept = json.dumps(found.script, ensure_ascii=False)
    for secret in ("bia.mendonca", "Mendonça", "Beatriz", "98765", "5511990000001"):
        assert secret not in kept
    assert dict(found.replaced)["bia.mendonca@salao.com.br"] == "guest1@example.com"
    assert {"say": "guest1@example.com"} in found.script["steps"]


def test_it_goes_as_written(lived: Chat, alice: Browser) -> None:
    run = lived.executions[0]
    url = f"/flows/{run.flow.public_id}/executions/{run.public_id}/test/"
    page = alice.get_page(url)
    assert "guest1@example.com" in page and "Replaced" in page
    assert alice.post(url, {"title": "Cadastro da Bia"}).status_code == 303
    with inside(lived.salon_id):
        kept = FlowTest.objects.get()
        assert kept.result == {"passed": True, "failures": [], "revision": Flow.objects.get().draft_revision}
        assert {"expect": "ended"} in kept.script["steps"]
        assert any(step.get("time") for step in kept.script["steps"])
        assert check(run.flow, run.version.graph) == []


def test_one_whose_inputs_are_gone_makes_no_test(lived: Chat, alice: Browser) -> None:
    run = lived.executions[0]
    with inside(lived.salon_id):
        FlowStep.objects.filter(execution=run).update(input=None)
    url = f"/flows/{run.flow.public_id}/executions/{run.public_id}/test/"
    assert "not kept any more" in alice.get_page(url)


def test_who_may_not(lived: Chat, vera: Browser, charlie: Browser) -> None:
    run = lived.executions[0]
    url = f"/flows/{run.flow.public_id}/executions/{run.public_id}/test/"
    assert vera.get(url).status_code == vera.post(url).status_code == 403
    assert charlie.get(url).status_code == charlie.post(url).status_code == 404
    with inside(lived.salon_id):
        assert not FlowTest.objects.exists()


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("sou a bia", "sou a Ana"),
        ("Beatriz", "Beatriz"),
        ("liga 11 98765-4321", "liga 11 90000-0001"),
        ("cpf 123.456.789-01", "cpf 119.000.000-01"),
        ("dia 24/12/2026 às 15h", "dia 24/12/2026 às 15h"),
        ("2026-12-24", "2026-12-24"),
        ("R$ 1.234,50", "R$ 1.234,50"),
        ("a@b.com e a@b.com", "guest1@example.com e guest1@example.com"),
    ],
)
def test_what_is_replaced_in_a_text(text: str, now: str) -> None:
    assert Anonymiser({"name": "Bia"}).said(text, is_personal=False) == now


def test_a_personal_answer_and_a_long_story_are_replaced_whole() -> None:
    clean = Anonymiser({"name": "Bia Lima", "phone": "+5511987654321"})
    assert clean.said("moro na rua das flores", is_personal=True) == "text 1"
    assert clean.said("moro na rua das flores", is_personal=True) == "text 1"
    assert clean.said("x" * 80, is_personal=False) == "text 2"
    assert clean.said("Bia Lima", is_personal=True) == "Ana Souza"
    assert clean.said("11987654321", is_personal=True) == "11990000000"
    contact = {"name": "Bia Lima", "fields": {"birthday": "1985-03-02", "city": "Santos"}, "tags": ["vip"]}
    assert clean.contact(contact) == {
        "name": "Ana Souza", "language": "", "tags": ["vip"], "phone": "",
        "fields": {"birthday": "1990-01-01", "city": "field 1"},
    }  # fmt: skip
