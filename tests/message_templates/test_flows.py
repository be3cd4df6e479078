"""Flows send templates, and say which of theirs WhatsApp does not take (FR-WA-004, FL-002)."""

from typing import Any

from channels_wa.numbers.models import Number
from flows.models import Flow, FlowVersion
from flows.runtime.bodies import said
from ops.salon import inside
from tests.message_templates.conftest import Make
from tests.world import Browser

GRAPH: dict[str, Any] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "t", "type": "send_template", "name": "lembrete", "language": "pt_BR", "values": {"body.1": "x"}},
    ],
    "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "t"}],
}
BODY: Any = {"type": "template", "text": "", "name": "lembrete", "language": "pt_BR"}


def flow(number: Number) -> Flow:
    with inside(number.salon_id):
        flow = Flow.objects.create(name="Lembrete")
        flow.published = FlowVersion.objects.create(flow=flow, number=1, graph=GRAPH)
        flow.save()
    return flow


def test_a_flow_says_what_the_template_says(number: Number, make: Make) -> None:
    make()
    with inside(number.salon_id):
        body: Any = {**BODY, "values": {"body.1": "Ana\n", "body.2": "15h"}}
        kind, text, payload = said(body, number.pk)
    assert (kind, text) == ("template", "Oi Ana, o seu horário é 15h. Até lá!")
    assert payload["components"][0]["parameters"][0] == {"type": "text", "text": "Ana"}


def test_a_flow_whose_template_is_paused_is_marked(alice: Browser, number: Number, make: Make) -> None:
    made = flow(number)
    template = make()
    pages = ("/flows/", f"/flows/{made.public_id}/")
    words = "lembrete (pt_BR)"
    assert all("row-item__why" not in alice.get_page(page) for page in pages[:1])
    with inside(number.salon_id):
        template.status = "paused"
        template.save()
    for page in pages:
        assert words in alice.get_page(page)
    assert "row-item__why" in alice.get_page("/flows/")
