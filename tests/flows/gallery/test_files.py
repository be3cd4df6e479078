"""A flow out as a file and in again."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from flows.actions import draw
from flows.gallery.ready import ready_flow
from flows.models import FlowExecution
from ops.salon import inside, run_in_salon
from tests.flows.gallery.conftest import flows_of
from tests.world import Browser


def upload(browser: Browser, raw: bytes | str) -> tuple[int, str]:
    content = raw if isinstance(raw, bytes) else raw.encode()
    answer = browser.post("/flows/import/", {"file": SimpleUploadedFile("fluxo.json", content)})
    return answer.status_code, answer.content.decode()


def drawn(salon_id: int, name: str = "Agendar") -> str:
    return run_in_salon(salon_id, lambda: str(draw(name, ready_flow("booking_request").graph).public_id))


def test_what_goes_out_comes_in_as_a_draft(alice: Browser, charlie: Browser, aurora: int, other: int) -> None:
    answer = alice.get(f"/flows/{drawn(aurora)}/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="agendar.json"'
    assert upload(charlie, answer.content)[0] == 303
    (made,) = flows_of(other)
    assert (made.name, made.draft, made.published) == ("Agendar", ready_flow("booking_request").graph, None)


def test_importing_runs_nothing(alice: Browser, aurora: int) -> None:
    """I12: import of a flow executes nothing."""
    graph = ready_flow("welcome").graph
    assert upload(alice, json.dumps(graph))[0] == 303
    with inside(aurora):
        assert FlowExecution.objects.count() == 0
    assert flows_of(aurora)[0].published is None


def test_a_file_that_cannot_be_read_says_why_and_makes_nothing(alice: Browser, aurora: int) -> None:
    status, page = upload(alice, '{"version": 1, "nodes": [{"id": "x", "type": "<b>bold"}], "edges": []}')
    assert status == 422
    assert "there is no kind of step “&lt;b&gt;bold” here" in page
    assert flows_of(aurora) == []


def test_a_foreign_secret_and_flow_are_told(alice: Browser, aurora: int) -> None:
    nodes = [
        {"id": "start", "type": "start"},
        {"id": "call", "type": "http_request", "url": "https://a.example/?k={{ secret.crm }}"},
        {"id": "sub", "type": "subflow", "flow": "019a1f60-0d52-7a31-8f02-64a1f0c7e911"},
    ]
    edges = [{"id": "e1", "from": "start", "exit": "done", "to": "call"}]
    alice.post("/flows/import/", {"file": SimpleUploadedFile("f.json", _file(nodes, edges))}, follow=False)
    (flow,) = flows_of(aurora)
    page = alice.get_page(f"/flows/{flow.public_id}/")
    assert "A secret named crm" in page
    assert "Another flow that it calls" in page


def test_an_export_holds_no_secret_and_no_guest(alice: Browser, aurora: int) -> None:
    data = json.loads(alice.get(f"/flows/{drawn(aurora)}/export/").content)
    assert data.keys() == {
        "format",
        "version",
        "name",
        "description",
        "language",
        "graph",
        "settings",
        "tests",
        "templates",
    }


def test_who_may_not_edit_neither_reads_nor_writes_files(vera: Browser, aurora: int) -> None:
    assert vera.get(f"/flows/{drawn(aurora)}/export/").status_code == 403
    assert upload(vera, "{}")[0] == 403


def test_the_other_salon_finds_no_such_flow(charlie: Browser, aurora: int) -> None:
    assert charlie.get(f"/flows/{drawn(aurora)}/export/").status_code == 404


def _file(nodes: list[dict[str, str]], edges: list[dict[str, str]]) -> bytes:
    return json.dumps({"version": 1, "nodes": nodes, "edges": edges}).encode()
