"""The form's pages: who may, what comes back, and that nothing is written down."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from channels_wa.media.models import Media
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from flows import actions
from flows.models import Flow, FlowSecret
from ops.salon import inside
from tenants.members.models import Member
from tests.flows.flow import drawing, say
from tests.world import Browser, Salons

CANARY = "</script><img src=x onerror=alert(1)>"
NODE = {"id": "hi", "type": "send_message", "text": "Oi, {{ contact.first_name }}!"}


@pytest.fixture
def flow(salons: Salons, db: None, alice: Browser) -> Flow:
    """A published flow of Aurora."""
    with inside(salons.aurora.pk):
        return actions.create("Welcome", drawing(say("hi", "Oi!"), edges="start.done>hi"))


def post(who: Browser, flow: Flow, path: str = "form/", **data: Any) -> HttpResponse:
    node = data.pop("node", NODE)
    given = node if isinstance(node, str) else json.dumps(node)
    return who.post(f"/flows/{flow.public_id}/{path}", {"node": given, **data})  # type: ignore[return-value]


def patch_in(answer: HttpResponse) -> Any:
    """The node that the page's drawing gets."""
    html = answer.content.decode()
    _before, _sep, after = html.partition('<script id="ff-patch" type="application/json">')
    return json.loads(after.partition("</script>")[0])


def test_it_shows_the_form_of_a_node(alice: Browser, flow: Flow) -> None:
    """FL-001."""
    html = post(alice, flow).content.decode()
    assert "Oi, {{ contact.first_name }}!</textarea>" in html
    assert "Oi, Ana!" in html


def test_it_gives_the_changed_node_back(alice: Browser, flow: Flow) -> None:
    """FL-001: and writes nothing, the page saves its drawing itself."""
    answer = post(alice, flow, "form/save/", **{"@kind": "text", "text": "Olá!"})
    assert patch_in(answer) == {**NODE, "text": "Olá!"}
    with inside(alice.salon.pk):
        assert Flow.objects.get(pk=flow.pk).draft is None


def test_what_is_wrong_is_kept_and_told(alice: Browser, flow: Flow) -> None:
    answer = post(alice, flow, "form/save/", **{"@kind": "text", "text": "Oi {{ nix("})
    assert patch_in(answer)["text"] == "Oi {{ nix("
    assert 'data-position="3"' in answer.content.decode()


@pytest.mark.parametrize("path", ["form/", "form/save/", "form/try/"])
def test_a_viewer_may_not(vera: Browser, flow: Flow, path: str) -> None:
    assert post(vera, flow, path).status_code == 403


@pytest.mark.parametrize("path", ["form/", "form/save/", "form/try/"])
def test_another_salon_finds_nothing(charlie: Browser, flow: Flow, path: str) -> None:
    assert post(charlie, flow, path).status_code == 404


def test_the_help_is_for_those_who_draw(alice: Browser, vera: Browser, charlie: Browser, flow: Flow) -> None:
    path = f"/flows/{flow.public_id}/form/formulas/"
    assert "format_date(" in alice.get_page(path)
    assert vera.get(path).status_code == 403
    assert charlie.get(path).status_code == 404


@pytest.mark.parametrize("node", ["", "[]", "{", '{"id": "a", "type": "none_such"}', '{"id": "a b", "type": "end"}'])
def test_what_is_no_node_is_told(alice: Browser, flow: Flow, node: str) -> None:
    assert post(alice, flow, node=node).status_code == 422
    assert post(alice, flow, "form/save/", node=node).status_code == 400


def test_nothing_typed_becomes_code(alice: Browser, flow: Flow) -> None:
    """A canary in the node, in the drawing's variables, and in what is tried."""
    with inside(alice.salon.pk):
        graph = drawing(
            {"id": "q", "type": "ask", "text": CANARY, "variable": "v", "choices": []}, edges="start.done>q"
        )
        Flow.objects.filter(pk=flow.pk).update(draft=graph)
        FlowSecret.objects.create(name="KEY", sealed=b"x")
    for kind, settings in CANARIES.items():
        html = post(alice, flow, node={"id": "n", "type": kind, **settings}).content.decode()
        assert "<img src=x" not in html, kind
    saved = post(alice, flow, "form/save/", **{"@kind": "text", "text": CANARY, "buttons": CANARY})
    assert "<img src=x" not in saved.content.decode()
    tried = post(alice, flow, "form/try/", formula=f"'{CANARY}'")
    assert "<img src=x" not in tried.content.decode()


CANARIES: dict[str, dict[str, Any]] = {
    "send_message": {"text": CANARY, "footer": CANARY, "buttons": [{"id": CANARY, "title": CANARY}]},
    "ask": {"text": CANARY, "variable": CANARY, "answer": CANARY, "retry_text": CANARY, "choices": [{"title": CANARY}]},
    "condition": {"branches": [{"id": CANARY, "when": CANARY, "label": CANARY}]},
    "set_variable": {"variable": CANARY, "value": f"'{CANARY}"},
    "start": {"trigger": CANARY, "keywords": [CANARY], "also": [{"trigger": CANARY}]},
    "send_template": {"name": CANARY, "language": CANARY, "values": {CANARY: CANARY}},
    "http_request": {"url": CANARY, "headers": {CANARY: CANARY}, "body": {CANARY: CANARY}, "body_type": "json"},
    "wait": {"amount": CANARY, "unit": CANARY},
    "assign": {"member": CANARY},
    "tag_contact": {"add": [CANARY]},
    "switch": {"value": CANARY, "cases": [{"id": CANARY, "is": [CANARY], "label": CANARY}]},
}


def test_a_formula_is_tried_with_anas_values(alice: Browser, flow: Flow) -> None:
    """FL-005."""
    assert "ANA" in post(alice, flow, "form/try/", formula="upper(contact.first_name)").content.decode()


def test_a_formula_that_fails_is_marked_at_its_character(alice: Browser, flow: Flow) -> None:
    html = post(alice, flow, "form/try/", formula="1 + nix").content.decode()
    assert "<mark>n</mark>" in html


def test_a_formula_that_costs_too_much_is_stopped(alice: Browser, flow: Flow) -> None:
    """I25."""
    bomb = "size(split('" + "a," * 900 + "', ','))"
    assert post(alice, flow, "form/try/", formula=bomb + " + 1").status_code == 200
    assert "alert-circle" in post(alice, flow, "form/try/", formula="1" + "+1" * 1500).content.decode()


def test_a_template_brings_its_values_and_its_state(alice: Browser, flow: Flow, salons: Salons) -> None:
    """FL-002."""
    with inside(salons.aurora.pk):
        number = Number.objects.get(salon_id=salons.aurora.pk)
        MessageTemplate.objects.create(
            waba_id=number.waba_id, name="lembrete", language="pt_BR", status="approved",
            components=[{"type": "BODY", "text": "Oi {{1}}, até {{2}}!", "example": {"body_text": [["Ana", "9h"]]}}],
        )  # fmt: skip
    node = {"id": "t", "type": "send_template", "name": "", "language": "pt_BR"}
    html = post(alice, flow, node=node).content.decode()
    assert 'value="lembrete|pt_BR"' in html
    answer = post(alice, flow, "form/save/", node=node, **{"@template": "lembrete|pt_BR"})
    assert patch_in(answer) == {**node, "name": "lembrete", "values": {"body.1": "", "body.2": ""}}
    chosen = {**node, "name": "lembrete", "values": {"body.1": "{{ contact.first_name }}", "body.2": "9h"}}
    html = post(alice, flow, node=chosen).content.decode()
    assert "Oi Ana, até 9h!" in html
    assert "bg-green-lt" in html


def test_people_flows_and_secrets_are_offered_by_name(alice: Browser, flow: Flow) -> None:
    with inside(alice.salon.pk):
        other = actions.create("Other flow", drawing(say("hi", "Oi!"), edges="start.done>hi"))
        member = Member.objects.create(user_id=77, name="Bruna")
        FlowSecret.objects.create(name="SHOP_KEY", sealed=b"never shown")
    members = post(alice, flow, node={"id": "a", "type": "assign", "member": None}).content.decode()
    flows = post(alice, flow, node={"id": "a", "type": "subflow", "flow": ""}).content.decode()
    secrets = post(alice, flow, node={"id": "a", "type": "webhook", "url": "https://a.example/", "body": {}})
    assert f'value="{member.public_id}"' in members
    assert f'value="{other.public_id}"' in flows
    assert str(flow.public_id) not in flows.replace(f"/flows/{flow.public_id}/", "")
    assert "secret.SHOP_KEY" in secrets.content.decode()
    assert "never shown" not in secrets.content.decode()


def test_somebody_who_is_gone_is_still_named(alice: Browser, flow: Flow) -> None:
    gone = str(uuid4())
    html = post(alice, flow, node={"id": "a", "type": "assign", "member": gone}).content.decode()
    assert f'value="{gone}" selected' in html


def test_a_start_tells_who_wants_the_same(alice: Browser, flow: Flow) -> None:
    """FL-003: before it is published."""
    with inside(alice.salon.pk):
        graph = drawing(say("hi", "Oi!"), edges="start.done>hi")
        graph["nodes"][0] |= {"trigger": "keywords", "keywords": ["oi"]}
        actions.create("Rival", graph)
    node = {"id": "start", "type": "start", "trigger": "keywords", "keywords": ["Oi!"]}
    assert "Rival" in post(alice, flow, node=node).content.decode()
    assert "Rival" not in post(alice, flow, node={**node, "keywords": ["tchau"]}).content.decode()


def test_a_file_that_a_step_names_is_kept(alice: Browser, flow: Flow) -> None:
    """WA-011: uploads that nobody sends are swept away after a day; this one is in use."""
    with inside(alice.salon.pk):
        media = Media.objects.create(direction="out", kind="image", state="ready", mime_type="image/png", size=9)
    node = {"id": "m", "type": "send_message", "media": {"kind": "image", "file": ""}}
    answer = post(
        alice, flow, "form/save/", node=node,
        **{"@kind": "media", "media.kind": "image", "media.@from": "file", "media.file": str(media.public_id)},
    )  # fmt: skip
    assert patch_in(answer)["media"]["file"] == str(media.public_id)
    with inside(alice.salon.pk):
        media.refresh_from_db()
    assert media.used_at is not None
