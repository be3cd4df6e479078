"""A WhatsApp business account at Meta, in memory."""

from collections.abc import Iterator
from typing import Any

from channels_wa.adapters.cloud_api.graph import GraphError
from channels_wa.adapters.outcome import ErrorClass

JSON = dict[str, Any]


class Account:
    """What `channels_wa.adapters.cloud_api.templates` would ask Meta."""

    def __init__(self) -> None:
        self.templates: dict[str, JSON] = {}
        self.calls: list[tuple[str, Any]] = []
        self.refusals: list[GraphError] = []
        # Takes what it is given, but the answer is lost.
        self.loses_answers = 0
        self.files: list[bytes] = []

    def refuse(self, code: int, subcode: int | None = None, *, words: str = "") -> None:
        """The next write is refused."""
        self.refusals.append(GraphError("refused", code=code, subcode=subcode, user_message=words))

    def fail(self) -> None:
        """The next write gets no answer."""
        self.refusals.append(GraphError("no answer", error_class=ErrorClass.TRANSIENT))

    def has(self, name: str, language: str = "pt_BR", **more: Any) -> JSON:
        """Put a template there without anybody asking."""
        meta_id = str(700 + len(self.templates))
        found = {
            "id": meta_id, "name": name, "language": language, "category": "UTILITY", "status": "APPROVED",
            "components": [{"type": "BODY", "text": "Oi, tudo bem?"}], "parameter_format": "POSITIONAL",
            "rejected_reason": "NONE", **more,
        }  # fmt: skip
        self.templates[meta_id] = found
        return found

    # The names and arguments of the module that this stands in for.

    def each(self, client: Any, waba_id: str, *, name: str = "") -> Iterator[JSON]:
        self.calls.append(("each", name))
        yield from (dict(one) for one in self.templates.values() if not name or one["name"] == name)

    def one(self, client: Any, meta_id: str) -> JSON:
        return dict(self.templates[meta_id])

    def create(self, client: Any, waba_id: str, template: JSON) -> JSON:
        self._write("create", template)
        if any(
            (one["name"], one["language"]) == (template["name"], template["language"])
            for one in self.templates.values()
        ):
            raise GraphError("exists", code=100, subcode=2388024)
        made = self.has(**{**template, "status": "PENDING"})
        if self.loses_answers:
            self.loses_answers -= 1
            raise GraphError("no answer", error_class=ErrorClass.TRANSIENT)
        return {"id": made["id"], "status": "PENDING", "category": made["category"]}

    def edit(self, client: Any, meta_id: str, changes: JSON) -> JSON:
        self._write("edit", (meta_id, changes))
        self.templates[meta_id].update(changes, status="PENDING")
        return {"success": True}

    def delete(self, client: Any, waba_id: str, name: str, meta_id: str) -> JSON:
        self._write("delete", (name, meta_id))
        self.templates.pop(meta_id)
        return {"success": True}

    def upload_sample(self, client: Any, file: Any) -> str:
        self.calls.append(("upload", (file.name, file.mime_type, file.size)))
        return "4::handle"

    def _write(self, name: str, what: Any) -> None:
        self.calls.append((name, what))
        if self.refusals:
            raise self.refusals.pop(0)
