"""A flow as a file (FL-013): what is read, and what is refused with which words."""

import json
from typing import Any

import pytest

from flows.gallery.exchange import MAX_BYTES, CannotRead, FlowFile, read

GRAPH: dict[str, Any] = {
    "version": 1,
    "nodes": [{"id": "start", "type": "start"}, {"id": "hi", "type": "send_message", "text": "Oi"}],
    "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "hi"}],
}


def refused(raw: bytes) -> tuple[str, ...]:
    with pytest.raises(CannotRead) as error:
        read(raw)
    return error.value.reasons


def graph_of(**changes: Any) -> bytes:
    return json.dumps({**GRAPH, **changes}).encode()


def test_what_was_written_is_read_again() -> None:
    written = FlowFile("Boas-vindas", GRAPH, "Diz oi", "pt_BR", {"may_interrupt": True}, [{"name": "t", "script": []}])
    assert read(json.dumps(written.to_json()).encode()) == written


def test_a_drawing_alone_is_named_after_its_file() -> None:
    found = read(graph_of(), file_name="agendar.json")
    assert (found.name, found.graph) == ("agendar", GRAPH)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + graph_of()).graph == GRAPH


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "no JSON: look at line 1, character 2"),
        (b'{\n "a": tru}', "line 2, character 7"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"[1]", "a flow is a JSON object"),
        (b'{"a": NaN}', "a number that cannot be kept"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format": "n8n", "graph": {}}', "“format” must be “cadeira.flow”"),
        (b'{"format": "cadeira.flow", "version": 9, "graph": {}}', "a newer release"),
        (b'{"format": "cadeira.flow", "version": 1, "graph": {}, "tests": 3}', "“tests” is not of the kind"),
        (b'{"format": "cadeira.flow", "version": 1}', "a flow is a JSON object"),
        (b" " * (MAX_BYTES + 1), "more than 2 MB"),
    ],
)
def test_what_is_no_flow_is_refused_with_the_reason(raw: bytes, words: str) -> None:
    assert words in " ".join(refused(raw))


def test_each_unknown_kind_of_step_is_named() -> None:
    nodes = [*GRAPH["nodes"], {"id": "x", "type": "typebot_input"}, {"id": "y", "type": "javascript"}]
    reasons = refused(graph_of(nodes=nodes))
    assert ["typebot_input" in reasons[0], "javascript" in reasons[1]] == [True, True]


def test_a_hundred_thousand_steps_are_refused_by_their_number() -> None:
    nodes = [{"id": f"n{n}"} for n in range(60_000)]
    (reason,) = refused(graph_of(nodes=nodes))
    assert "60000 steps" in reason


def test_a_cycle_is_read_and_left_to_the_builder() -> None:
    """It cannot be published, and is drawn so that it can be mended."""
    edges = [*GRAPH["edges"], {"id": "e2", "from": "hi", "exit": "done", "to": "hi"}]
    assert read(graph_of(edges=edges)).graph["edges"] == edges


def test_texts_that_cannot_be_stored_are_refused() -> None:
    nodes = [GRAPH["nodes"][0], {"id": "hi", "type": "send_message", "text": "a\0b"}]
    assert "cannot be stored" in " ".join(refused(graph_of(nodes=nodes)))
