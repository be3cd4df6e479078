"""What may stand in a text or a formula of a drawing: what is known of guest, salon and message, and its variables."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from flows.console.drawing import described
from flows.engine.expressions import Expression, ExpressionError, Scope
from flows.forms.booking_samples import is_for_us, kept_by
from flows.forms.errors import NOT_SETTINGS
from flows.forms.fields import JSON, Words
from flows.forms.samples import SAMPLES, moment, world
from flows.nodes.base import TYPES

MOST: Final = 300


@dataclass(frozen=True)
class Variable:
    """A name, what it is, what it may hold, and who sets it."""

    name: str
    label: str
    sample: str
    group: str

    def to_json(self) -> JSON:
        """For the page's script."""
        return asdict(self)


GROUPS: Final[dict[str, Words]] = {
    "contact": gettext_lazy("The guest"),
    "salon": gettext_lazy("The salon"),
    "message": gettext_lazy("What the guest wrote"),
    "trigger": gettext_lazy("What began the flow"),
    "event": gettext_lazy("What happened"),
    "vars": gettext_lazy("Variables of this flow"),
}
KNOWN: Final[dict[str, Words]] = {
    "contact.first_name": gettext_lazy("First name"),
    "contact.name": gettext_lazy("Whole name"),
    "contact.phone": gettext_lazy("Phone number"),
    "contact.language": gettext_lazy("Language"),
    "contact.tags": gettext_lazy("Tags, a list"),
    "salon.name": gettext_lazy("Name of the salon"),
    "message.text": gettext_lazy("Text of the newest message"),
    "message.kind": gettext_lazy("Kind of the newest message: text, image, audio …"),
    "trigger.kind": gettext_lazy("What made the flow begin"),
    "trigger.keyword": gettext_lazy("The word that it heard"),
    "event.kind": gettext_lazy("Kind of what a waiting step heard"),
}


def variables_of(graph: JSON, *, salon: str, contact_fields: list[str]) -> list[Variable]:
    """All of them, those of the drawing with the step that sets each."""
    facts = world(salon)
    found = [
        Variable(name, str(words), sample_at(facts, name), str(GROUPS[name.partition(".")[0]]))
        for name, words in KNOWN.items()
    ]
    fields = [name for name in contact_fields if name.isidentifier() and name.isascii()]
    found[5:5] = [
        Variable(f"contact.fields.{name}", _("Field %(name)s") % {"name": name}, "", str(GROUPS["contact"]))
        for name in fields
    ]
    nodes = [node for node in graph.get("nodes", []) if isinstance(node, dict) and isinstance(node.get("id"), str)]
    steps = described({"nodes": [node for node in nodes if isinstance(node.get("type"), str)], "edges": []})
    for name, (node, sample) in set_in(graph).items():
        title = steps[node].title if node in steps else node
        label = _("Set by “%(step)s”") % {"step": title}
        found.append(Variable(f"vars.{name}", label, shown_sample(sample), str(GROUPS["vars"])))
        for part, value in sample.items() if isinstance(sample, dict) else ():
            found.append(Variable(f"vars.{name}.{part}", label, shown_sample(value), str(GROUPS["vars"])))
    return found[:MOST]


def set_in(graph: JSON) -> dict[str, tuple[str, Any]]:
    """The variables of a drawing: which step sets each first, and something it might hold."""
    found: dict[str, tuple[str, Any]] = {}
    for node in graph.get("nodes", []):
        if isinstance(node, dict) and isinstance(node.get("id"), str):
            for name in (name for name in names_in(node) if not is_for_us(node, name)):
                found.setdefault(name, (node["id"], kept_by(node, name) or sample_of(node, found)))
    return found


def names_in(node: JSON) -> list[str]:
    """The variables that a node sets; of one that is not complete yet, those that it names as `variable`."""
    kind = TYPES.get(str(node.get("type")))
    if kind is None:
        return []
    try:
        made = kind.model_validate({key: value for key, value in node.items() if key not in NOT_SETTINGS})
    except ValidationError:
        return [str(node["variable"])] if str(node.get("variable") or "").isidentifier() else []
    return list(made.sets())


def sample_of(node: JSON, before: dict[str, tuple[str, Any]]) -> Any:
    """What a variable might hold after this node."""
    if node.get("type") == "ask":
        choices = node.get("choices") or [{}]
        title = choices[0].get("title") if isinstance(choices[0], dict) else ""
        return (
            title if node.get("answer") == "choice" else SAMPLES.get(str(node.get("answer", "text")), SAMPLES["text"])
        )
    if node.get("type") == "set_variable":
        try:
            known = {name: sample for name, (_node, sample) in before.items()}
            return Expression(str(node.get("value", ""))).json(Scope({**world(""), "vars": known}, moment(), 1))
        except ExpressionError:
            return ""
    return SAMPLES["text"] if node.get("type") == "wait_for" else ""


def sample_at(facts: JSON, name: str) -> str:
    """The sample at a path."""
    value: Any = facts
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return shown_sample(value)


def shown_sample(value: Any) -> str:
    """A sample in few words."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None or isinstance(value, dict) else str(value)[:60]


def sample_vars(graph: JSON) -> JSON:
    """The variables of a drawing with samples, for previews."""
    return {name: sample for name, (_node, sample) in set_in(graph).items()}
