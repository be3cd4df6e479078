"""What a node sees while it is visited."""

from datetime import datetime
from typing import Any

from flows.engine.expressions import Expression, Scope, Template
from flows.engine.expressions.compiled import json_of
from flows.engine.expressions.operators import Evaluate
from flows.engine.inputs import Happened, Input, Said, Started
from flows.engine.state import State


class NodeFailed(Exception):
    """A node cannot do what it is for; the execution takes its exit `error`, or fails."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Context:
    """One per input. Nodes only read it; the engine moves `node` and `tries` on from visit to visit."""

    __slots__ = ("input", "node", "now", "roots", "scope", "tries", "trigger", "variables")

    def __init__(self, state: State, said: Input, now: datetime, seed: int) -> None:
        self.node = ""
        self.input = said
        self.now = now
        self.tries = state.tries
        variables = self.variables = dict(state.variables)
        self.trigger = state.trigger
        if isinstance(said, Started):
            variables |= said.variables
            self.trigger = said.trigger
        message = said.message if isinstance(said, Started) else said if isinstance(said, Said) else None
        roots: dict[str, Any] = {
            "contact": said.facts.get("contact"),
            "salon": said.facts.get("salon"),
            "message": message_facts(message) if message else None,
            "vars": variables,
            "trigger": self.trigger or None,
            "event": said.payload if isinstance(said, Happened) else None,
        }
        self.roots = roots
        self.scope = Scope(roots, now, seed)

    def know_contact(self, changes: dict[str, Any]) -> None:
        """From here on expressions see the contact with these changes; the input's own facts stay as they came."""
        self.roots["contact"] = {**self.contact, **changes}

    def render(self, template: Template) -> str:
        """The text for this guest; raises ExpressionError."""
        return template.render(self.scope)

    def evaluate(self, expression: Expression) -> Any:
        """The value as JSON; raises ExpressionError."""
        return expression.json(self.scope)

    def work_out(self, evaluate: Evaluate) -> Any:
        """The same for a blank of a template."""
        return json_of(evaluate, self.scope)

    @property
    def contact(self) -> dict[str, Any]:
        """The contact as expressions see it now."""
        return self.roots["contact"] or {}


def message_facts(message: Said) -> dict[str, Any]:
    """What expressions see as `message`."""
    return {"text": message.text, "kind": message.kind}
