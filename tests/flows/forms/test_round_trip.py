"""A form that nobody touches leaves a node as it is, whatever stands in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.forms.fields import bind, fields_of
from flows.forms.form import Form
from flows.forms.posted import Posted
from flows.forms.tables import TABLES
from flows.graph import Graph, GraphError
from flows.nodes.base import TYPES
from tests.flows.forms.forms import Nothing, opened, posted_by, rendered

HERE = Path(__file__).parent.parent / "nodes" / "cases"
NODES: dict[str, dict[str, Any]] = {
    f"{file.stem}: {case['it']}": case["node"]
    for file in sorted(HERE.glob("*.json"))
    for case in json.loads(file.read_text())
}


def is_well(node: dict[str, Any]) -> bool:
    nodes = [node] if node["type"] == "start" else [{"id": "start", "type": "start"}, node]
    try:
        Graph.parse({"version": 1, "nodes": nodes, "edges": []})
    except GraphError:
        return False
    return True


@pytest.mark.parametrize("name", NODES)
def test_a_node_comes_back_as_it_went(name: str) -> None:
    """FL-001: node, form, what the browser posts of it, node."""
    node = NODES[name]
    form = opened(node)
    again = Form(node, Nothing(), form.graph, salon="Aurora", posted=posted_by(rendered(form)))
    again.change()
    if is_well(node):
        assert again.node == node
        assert not again.problems
    else:
        assert again.problems or again.node != node


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_every_type_has_a_table_with_all_its_settings(node_type: str) -> None:
    """FL-002: nothing is called by the name of a setting."""
    assert node_type in TABLES
    named = {spec.name for spec in TABLES[node_type]}
    settings = {info.alias or name for name, info in TYPES[node_type].model_fields.items()}
    assert settings <= named
    forgotten = [bound for bound in fields_of(node_type) if not bound.spec.label and bound.kind not in ("id", "hidden")]
    assert not forgotten
    assert not [path for path in untold(fields_of(node_type)) if path]


def untold(fields: Any, where: str = "") -> list[str]:
    """Settings inside of groups and rows that no table names: their label is made of their name."""
    found = []
    for bound in fields:
        named = {spec.name for spec in bound.spec.item}
        found += [
            f"{where}{bound.name}.{child.name}"
            for child in bound.children
            if not bound.is_scalar and child.name not in named
        ]
        found += untold(bound.children, f"{where}{bound.name}.")
    return found


@pytest.mark.parametrize("node_type", sorted(TABLES))
def test_no_table_names_what_is_not_there(node_type: str) -> None:
    model = TYPES[node_type]
    settings = {info.alias or name for name, info in model.model_fields.items()}
    assert {spec.name for spec in TABLES[node_type] if not spec.virtual} <= settings
    assert bind(model, TABLES[node_type]) == fields_of(node_type)


def test_what_cannot_be_read_is_kept() -> None:
    node = {"id": "n", "type": "send_message", "text": 5, "buttons": "no list", "from_the_future": [1]}
    form = Form(node, Nothing(), {}, posted=Posted(opened(node).was))
    assert form.node == node
