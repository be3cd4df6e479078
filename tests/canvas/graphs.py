"""Graphs to draw."""

from typing import Any

JSON = dict[str, Any]
COLUMN, ROW = 330, 190


def blank() -> JSON:
    """A flow of which there is only the start."""
    return {"version": 1, "nodes": [{"id": "start", "type": "start", "position": {"x": 0, "y": 0}}], "edges": []}


def small() -> JSON:
    """Start, question, two messages."""
    return {
        "version": 1,
        "nodes": [
            {"id": "start", "type": "start", "position": {"x": 0, "y": 0}},
            {"id": "ask", "type": "ask", "text": "Qual dia?", "position": {"x": 0, "y": 190}},
            {"id": "good", "type": "send_message", "text": "Até lá!", "position": {"x": -180, "y": 420}},
            {"id": "bad", "type": "send_message", "text": "Não entendi.", "position": {"x": 180, "y": 420}},
        ],
        "edges": [
            {"id": "e1", "from": "start", "exit": "done", "to": "ask"},
            {"id": "e2", "from": "ask", "exit": "answered", "to": "good"},
            {"id": "e3", "from": "ask", "exit": "invalid", "to": "bad"},
        ],
    }


def large(count: int = 500, width: int = 20) -> JSON:
    """As many steps as a flow may have: a start and rows of messages and conditions, each joined to the row above."""
    nodes: list[JSON] = [{"id": "start", "type": "start", "position": {"x": 0, "y": -ROW}}]
    edges: list[JSON] = []
    for number in range(count - 1):
        kind = "condition" if number % 3 == 0 else "send_message"
        place = {"x": number % width * COLUMN, "y": number // width * ROW}
        nodes.append({"id": f"n{number}", "type": kind, "text": f"Mensagem {number} para a cliente", "position": place})
        leaving = "yes" if kind == "condition" else "done"
        if number + width < count - 1:
            edges.append({"id": f"e{number}", "from": f"n{number}", "exit": leaving, "to": f"n{number + width}"})
        if kind == "condition" and number + width + 1 < count - 1 and (number + 1) % width:
            edges.append({"id": f"f{number}", "from": f"n{number}", "exit": "else", "to": f"n{number + width + 1}"})
    edges.append({"id": "e_start", "from": "start", "exit": "done", "to": "n0"})
    return {"version": 1, "nodes": nodes, "edges": edges}
