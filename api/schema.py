"""What drf-spectacular cannot see by itself: keys, problems, headers. Loaded by api.apps."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent, build_basic_type
from drf_spectacular.types import OpenApiTypes

from api.errors import PROBLEM, WORDS, problem

_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string", "description": "urn:cadeira:problem:<word>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string", "description": "Its path, e.g. `identities.0.value`."},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "trace_id": {"type": "string", "description": "Also in the header X-Trace-Id."},
    },
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "The same key and body give the first answer again for a day (`Idempotency-Replayed: true`).",
}
_READS = (400, 401, 403, 404, 429)
_WRITES = (400, 401, 403, 404, 409, 413, 415, 422, 429)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """`Authorization: Api-Key <key>`."""

    target_class = "api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """As OpenAPI writes it."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Api-Key <key>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """The portal's session."""

    target_class = "api.authentication.SessionAuthentication"
    name = "Session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """As OpenAPI writes it."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-session",
            "description": "On the salon's host; writes need the X-CSRFToken header.",
        }


class PublicIdScheme(OpenApiSerializerFieldExtension):  # type: ignore[misc]
    """An id in a body."""

    target_class = "api.fields.PublicIdField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """A UUID."""
        return dict(build_basic_type(OpenApiTypes.UUID) or {})


class PartScheme(OpenApiSerializerFieldExtension):  # type: ignore[misc]
    """A part of a message, as its models describe it."""

    target_class = "api.v1.message_content.PartField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """References to the models; several mean any of them."""
        found = [self._component(auto_schema, model) for model in self.target.models]
        schema = found[0] if len(found) == 1 else {"anyOf": found}
        return {"type": "array", "items": schema} if self.target.many else schema

    def _component(self, auto_schema: Any, model: Any) -> dict[str, Any]:
        schema = model.model_json_schema(ref_template="#/components/schemas/Message{model}")
        for name, part in {**schema.pop("$defs", {}), model.__name__: schema}.items():
            component = ResolvedComponent(f"Message{name}", ResolvedComponent.SCHEMA, schema=part, object=name)
            auto_schema.registry.register_on_missing(component)
        return {"$ref": f"#/components/schemas/Message{model.__name__}"}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: errors of every operation, and the key of every write."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            writes = method in ("post", "patch")
            if writes:
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
            for code in _WRITES if writes else _READS:
                # One thing is found or not; a list can only be asked wrongly.
                if writes or code != (400 if "{id}" in path else 404):
                    operation["responses"].setdefault(str(code), _answer(code))
    return result


def _answer(code: int) -> dict[str, Any]:
    example = problem(code, detail="…", errors=[], trace_id="6f1c0f3e5b8a4d0c9e7a2b1c3d4e5f60")
    return {
        "description": WORDS[code][1],
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
