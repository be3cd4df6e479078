"""A message template and how Graph tells it."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from sandbox.asgi import JSON

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_PLAIN = ("name", "parameter_format", "components", "language", "status", "category", "id")


def variables(text: str) -> list[str]:
    """The names of a text's variables, each once, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


@dataclass(slots=True)
class Template:
    """One language of a template."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[JSON]
    made_at: float
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    reason: str = "NONE"
    previous_category: str = ""
    correct_category: str = ""
    pauses: int = 0
    until: float = 0.0  # the end of a pause, or of the review
    edits: list[float] = field(default_factory=list)  # while it was approved

    def of(self, kind: str) -> JSON:
        """A component by its type; empty when it has none."""
        return next((one for one in self.components if str(one.get("type")).upper() == kind), {})

    @property
    def buttons(self) -> list[JSON]:
        """Its buttons in order."""
        return list(self.of("BUTTONS").get("buttons") or ())

    def texts(self) -> Iterator[str]:
        """All that can be read in it."""
        for component in self.components:
            yield str(component.get("text") or "")
            yield from (str(button.get("text") or "") for button in component.get("buttons") or ())

    def as_graph(self, fields: str, base: str) -> JSON:
        """As GET tells it; `base` is where the samples of headers can be seen."""
        known: JSON = {
            "name": self.name,
            "parameter_format": self.parameter_format,
            "components": [_with_addresses(component, base) for component in self.components],
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "id": self.id,
            "quality_score": {"score": self.quality, "date": int(self.made_at)},
            "rejected_reason": self.reason,
            "previous_category": self.previous_category or None,
            "correct_category": self.correct_category or None,
            "message_send_ttl_seconds": 600 if self.category == "AUTHENTICATION" else 2_592_000,
            "last_updated_time": str(int(max([self.made_at, *self.edits]))),
        }
        wanted = [name.split("{")[0].strip() for name in fields.split(",")] if fields else list(_PLAIN)
        return {name: known[name] for name in dict.fromkeys([*wanted, "id"]) if known.get(name) is not None}

    def as_saved(self) -> JSON:
        """What is kept over a restart."""
        return asdict(self)


def sample_of(handle: str) -> str:
    """The id of the file behind an upload handle; empty for one that was not given here."""
    parts = handle.split(":")
    return parts[3] if len(parts) == 5 and parts[0] == "4" else ""


def _with_addresses(component: JSON, base: str) -> JSON:
    example = component.get("example")
    handles = example.get("header_handle") if isinstance(example, dict) else None
    if not isinstance(handles, list):
        return component
    addresses = [f"{base}/scontent/{sample_of(str(handle))}" for handle in handles]
    return {**component, "example": {**component["example"], "header_handle": addresses}}
