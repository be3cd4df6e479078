"""Requests made of an OpenAPI document: most nearly right, each with something in it that is not."""

import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

from tests.security.hostile import INNER, TEXTS, anything

JSON = dict[str, Any]
DEEPEST = 6
DATES = ["2026-12-03", "2026-12-04", "2027-01-02"]
MOMENTS = ["2026-12-04T15:00:00Z", "2026-12-04T12:00:00-03:00", "2026-12-05T13:30:00Z"]
PLAIN = [
    "a",
    "Ana",
    "Corte",
    "+5511988887777",
    "pt_BR",
    "BRL",
    "en",
    "text",
    "phone",
    "10:00",
    "hello_sparrow",
    "marketing",
]
KINDS = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
]


@dataclass(slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Asker:
    """Makes requests with the ids of `own` and of `foreign` things; the same seed makes the same ones."""

    def __init__(self, document: JSON, own: Mapping[str, str], foreign: Mapping[str, str], seed: int) -> None:
        self.document, self.rng = document, random.Random(seed)
        self.own, self.foreign = dict(own), dict(foreign)
        self.operations = [
            (path, method, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if isinstance(operation, dict)
        ]

    def request(self, number: int) -> Asked:
        """The next one; the number names the operation, so that all have their turn."""
        path, method, operation = self.operations[number % len(self.operations)]
        rng = self.rng
        filled = path.replace("{id}", quote(self._id_in_path(path), safe=""))
        query = self._query(operation)
        asked = Asked(method.upper(), filled + (f"?{query}" if query else ""))
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            schema = content.get("application/json", {}).get("schema", {})
            body = self._body(schema, content.get("application/json", {}).get("examples"))
            asked.body = self._written(body)
            if rng.random() < 0.04:
                asked.kind = rng.choice(KINDS)
        if rng.random() < 0.1:
            asked.headers["Idempotency-Key"] = rng.choice(["k1", "k2", "é".encode().decode("latin-1"), "x" * 300])
        if rng.random() < 0.05:
            asked.headers |= {"X-HTTP-Method-Override": "DELETE", "X-Forwarded-Host": "evil.example", "X-Salon": "1"}
        return asked

    def _id_in_path(self, path: str) -> str:
        rng, resource = self.rng, path.split("/")[3]
        own = [value for name, value in self.own.items() if _names(resource, name)]
        luck = rng.random()
        if luck < 0.55 and own:
            return rng.choice(own)
        if luck < 0.9:
            return rng.choice(list(self.foreign.values()))
        return rng.choice([one for one in TEXTS if 0 < len(one) < 300 and one.isprintable() and "\ud800" not in one])

    def _query(self, operation: JSON) -> str:
        rng, pairs = self.rng, []
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and (parameter.get("required") or rng.random() < 0.35):
                name = parameter["name"]
                value = self._cursor() if name == "cursor" else self.value(parameter.get("schema", {}), name, 0)
                pairs += [(name, one) for one in (value if isinstance(value, list) else [value])][:5]
        if rng.random() < 0.03:
            pairs.append((rng.choice([*INNER, "id__gt", "contact__name", "order", "format"]), rng.choice(TEXTS)))
        text = [(name, str(value).encode("utf-8", "surrogatepass")[:4000]) for name, value in pairs]
        return urlencode(text)

    def _cursor(self) -> str:
        rng = self.rng
        place = rng.choice(["1", "-1", "9" * 30, "2026-12-01 10:00:00+00:00", "'; --", "\0", "NaN", "٣", ""])
        inner = urlencode({rng.choice("pro"): place, rng.choice("pro"): rng.choice(["1", place, "9" * 12])})
        return rng.choice([base64.b64encode(inner.encode()).decode(), inner, "%%%", "é", "A" * 9000])

    def _body(self, schema: JSON, examples: JSON | None) -> Any:
        rng = self.rng
        if examples and rng.random() < 0.6:
            body = json.loads(json.dumps(rng.choice(list(examples.values()))["value"]))
            body = self._with_ids(body)
        else:
            body = self.value(schema, "", 0)
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            self._spoil(body)
        return body

    def _with_ids(self, value: Any) -> Any:
        """The example with ids that are there."""
        if isinstance(value, dict):
            return {name: self._with_ids(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._with_ids(one) for one in value]
        if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
            return self._id("")
        return value

    def _spoil(self, value: Any) -> None:
        rng = self.rng
        while isinstance(value, dict | list) and value:
            key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
            inner = value[key]
            if isinstance(inner, dict | list) and inner and rng.random() < 0.7:
                value = inner
                continue
            how = rng.random()
            if how < 0.35:
                value[key] = rng.choice(list(self.foreign.values()))
            elif how < 0.5 and isinstance(value, dict):
                value[rng.choice(INNER)] = rng.choice([*self.foreign.values(), 1, "owner", None])
            elif how < 0.55 and isinstance(value, dict):
                del value[key]
            else:
                value[key] = anything(rng)
            return

    def _written(self, body: Any) -> bytes:
        try:
            raw = json.dumps(body).encode()
        except (ValueError, RecursionError):
            raw = b"{}"
        luck = self.rng.random()
        if luck < 0.01:
            return raw[: len(raw) // 2]
        if luck < 0.02:
            return self.rng.choice(
                [b"", b"null", b"[]", b'"a"', b"\xff\xfe", b"[" * 50_000, b'{"a":NaN}', b'{"a":1,"a":2}']
            )
        return raw

    def value(self, schema: JSON, name: str, depth: int) -> Any:
        """Something that the schema mostly allows."""
        rng = self.rng
        if "$ref" in schema:
            return self.value(self.document["components"]["schemas"][schema["$ref"].split("/")[-1]], name, depth)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.value(rng.choice(schema[several]), name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = rng.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            return self._object(schema, name, depth)
        if kind == "array":
            many = rng.choice([0, 1, 1, 2]) if depth < DEEPEST else 0
            return [
                self.value(schema.get("items", {}), name, depth + 1)
                for _ in range(max(many, schema.get("minItems", 0)))
            ]
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
            return rng.choice([low, high, rng.randint(int(low), max(int(high), int(low)))])
        if kind in ("boolean", "null"):
            return None if kind == "null" else rng.random() < 0.5
        return self._text(schema, name)

    def _object(self, schema: JSON, name: str, depth: int) -> JSON:
        rng, needed = self.rng, set(schema.get("required", ()))
        if name in ("graph", "draft"):
            return self.graph()
        if depth > DEEPEST:
            return {}
        found = {
            one: self.value(inner, one, depth + 1)
            for one, inner in schema.get("properties", {}).items()
            if one in needed or rng.random() < 0.5
        }
        if not found and schema.get("additionalProperties"):
            return {rng.choice(PLAIN): rng.choice([*PLAIN, *self.own.values()])}
        return found

    def _text(self, schema: JSON, name: str) -> str:
        rng, form = self.rng, schema.get("format")
        if form == "uuid" or name in self.own:
            return self._id(name)
        if form in ("date", "date-time"):
            return rng.choice(DATES if form == "date" else MOMENTS)
        if form == "uri":
            return rng.choice(["https://example.com/a.jpg", "http://127.0.0.1/x", "https://169.254.169.254/"])
        if form == "decimal":
            return rng.choice(["0", "1.5", "100.00"])
        return rng.choice(PLAIN) if rng.random() < 0.85 else rng.choice(TEXTS)

    def _id(self, name: str) -> str:
        rng = self.rng
        if rng.random() < 0.5:
            return self.own.get(name) or rng.choice(list(self.own.values()))
        return self.foreign.get(name) or rng.choice(list(self.foreign.values()))

    def graph(self) -> JSON:
        """A drawing that names things of the other salon wherever a drawing can."""
        rng = self.rng
        of = self.foreign if rng.random() < 0.7 else self.own
        nodes: list[JSON] = [
            {"id": "start", "type": "start"},
            {"id": "a", "type": "subflow", "flow": of["flow"]},
            {"id": "b", "type": "assign", "member": of["member"]},
            {"id": "c", "type": "send_message", "text": "x", "media": {"id": of["media"], "kind": "image"}},
            {"id": "d", "type": "send_template", "name": "hello_canary", "language": "pt_BR"},
            {"id": "e", "type": "http_request", "url": rng.choice(TEXTS), "method": "GET"},
            {"id": "f", "type": "condition", "when": rng.choice(TEXTS)},
        ]
        chosen = [nodes[0], *rng.sample(nodes[1:], rng.randint(0, 3))]
        edges = [
            {"id": f"e{n}", "from": one["id"], "exit": "done", "to": two["id"]}
            for n, (one, two) in enumerate(pairwise(chosen))
        ]
        drawn = {"version": 1, "nodes": chosen, "edges": edges}
        self._spoil(drawn) if rng.random() < 0.3 else None
        return drawn


def _names(resource: str, name: str) -> bool:
    known = {"connections": "number", "messages": "inbound", "message-templates": "template", "custom-fields": "field"}
    return name == known.get(resource, resource.removesuffix("s"))
