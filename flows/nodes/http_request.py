"""Ask another server something."""

import json
import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import quote_plus

from pydantic import Field, PlainValidator, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.context import Context, NodeFailed
from flows.engine.events import NodeEvent, VariableSet
from flows.engine.expressions.outside import OutsideTemplate
from flows.engine.inputs import Answered
from flows.engine.json_path import MISSING, Path, PathError, found_in, path_of
from flows.nodes.base import Ask, Node, Step, register
from flows.nodes.outside import MAX_BODY, Headers, JsonBody, Text, Url, check_sent, outside
from flows.nodes.settings import Name, Settings, wrong

MOST_BYTES: Final = 262_144  # of an answer
# Beside the call's own time: a worker may be busy, or be replaced by a newer one.
SPARE_TIME: Final = timedelta(minutes=10)
MARK: Final = re.compile("(⟦secret:[A-Za-z_][A-Za-z0-9_]*⟧)")
FormName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Body = JsonBody | OutsideTemplate | dict[str, OutsideTemplate] | None


class Retries(Settings):
    """{"times": 3, "wait_s": 10}: how often more, and how long before the first; each wait is twice the last."""

    times: int = Field(default=0, ge=0, le=5, strict=True)
    wait_s: int = Field(default=5, ge=1, le=600, strict=True)


def _path(source: object) -> tuple[str, Path]:
    if not isinstance(source, str):
        raise PydanticCustomError("text", "must be a text")
    try:
        return source, path_of(source.strip())
    except PathError as error:
        raise PydanticCustomError("path", "{reason}", {"reason": str(error)}) from error


class Kept(Settings):
    """{"path": "data.items[0].id", "variable": "order"}; `$` is the whole answer."""

    path: Annotated[tuple[str, Path], PlainValidator(_path)]
    variable: Name


def read_body(source: object, info: ValidationInfo) -> Body:
    """The body, as its type needs it. JSON may also stand there as a text, as people write it into a form."""
    kind = info.data.get("body_type", "none")
    if source in (None, "", {}) or kind == "none":
        if source in (None, "", {}):
            return None
        raise PydanticCustomError("body", "there is a body, but its type says that there is none")
    if kind == "text":
        return outside(MAX_BODY)(source)
    if kind == "form":
        if not isinstance(source, dict) or len(source) > 50 or not all(isinstance(name, str) for name in source):
            raise PydanticCustomError("body", "a form has up to 50 names with their texts")
        return {name: outside(MAX_BODY)(text) for name, text in source.items() if text != ""}
    if isinstance(source, str):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            hint = '; a blank stands in quotes, as in {"name": "{{ contact.name }}"}'
            raise PydanticCustomError("body", "{why}", {"why": f"this is no JSON{place}{hint}"}) from error
    return JsonBody(source)


@register("http_request")
class HttpRequest(Node):
    """Ask another server and keep parts of its answer; what guests write is put in so that it stays a value.

    {"id": "n6", "type": "http_request", "method": "POST", "url": "https://api.example.com/orders/{{ vars.order }}",
     "headers": {"Authorization": "Bearer {{ secret.SHOP_KEY }}"}, "query": {"lang": "pt"},
     "body_type": "json", "body": {"name": "{{ contact.name }}", "guests": "{{ vars.guests }}"},
     "response": [{"path": "data.items[0].id", "variable": "item"}], "status_variable": "status",
     "timeout_s": 10, "retries": {"times": 2, "wait_s": 5}}
    body_type: none, json (a text that is one blank keeps its kind: a number stays one), form ({"name": "text"}), text
    secrets: `{{ secret.NAME }}` in url, headers, query and body, for the hosts that the secret names
    response: a path that leads nowhere sets null and leaves a note; status_variable: keeps 200, 404, …
    exits: done (200 to 299), failed (another status; without an edge it counts as an error), error (no answer)
    A loop may lead through it, as over the pages of an answer; how often is limited (flows.engine.limits).
    """

    goes_on_at_once = False

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Url
    headers: Headers = {}
    query: Annotated[dict[FormName, Text], Field(max_length=50)] = {}
    body_type: Literal["none", "json", "form", "text"] = "none"
    body: Annotated[Any, PlainValidator(read_body)] = None
    response: tuple[Kept, ...] = Field(default=(), max_length=30)
    status_variable: Name | None = None
    timeout_s: int = Field(default=10, ge=1, le=30, strict=True)
    retries: Retries = Retries()

    @model_validator(mode="after")
    def a_body_where_it_belongs(self) -> Self:
        """What is only read has none."""
        if self.body is not None and self.method == "GET":
            raise wrong("body", "a GET has no body; use query, or another method")
        names = [kept.variable for kept in self.response] + ([self.status_variable] if self.status_variable else [])
        if len(set(names)) < len(names):
            raise wrong("response", "a variable stands there twice")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("done", "failed", "error")

    def sets(self) -> tuple[str, ...]:
        names = tuple(kept.variable for kept in self.response)
        return (*names, self.status_variable) if self.status_variable else names

    def secrets(self) -> frozenset[str]:
        """The names of the secrets that it needs."""
        body = self.body
        found = set(self.url.secrets)
        for template in (
            *self.headers.values(),
            *self.query.values(),
            *(body.values() if isinstance(body, dict) else ()),
        ):
            found |= template.secrets
        return frozenset(found | (body.secrets if isinstance(body, JsonBody | OutsideTemplate) else set()))

    def run(self, ctx: Context) -> Step:
        payload: dict[str, Any] = {
            "method": self.method,
            "url": ctx.render(self.url),
            "headers": {name: ctx.render(text) for name, text in self.headers.items()},
            "query": {name: ctx.render(text) for name, text in self.query.items()},
            "body": self.body_text(ctx),
            "body_type": self.body_type,
            "timeout_s": self.timeout_s,
            "retries": {"times": self.retries.times, "wait_s": self.retries.wait_s},
            "secrets": sorted(self.secrets()),
            "most_bytes": MOST_BYTES,
        }
        check_sent(payload["url"], payload["body"], headers=payload["headers"], query=payload["query"])
        return Step(ask=Ask("http", payload, ctx.now + self.longest() + SPARE_TIME))

    def longest(self) -> timedelta:
        """How long the call may take with all its retries."""
        waits = sum(self.retries.wait_s * 2**number for number in range(self.retries.times))
        return timedelta(seconds=self.timeout_s * (1 + self.retries.times) + waits)

    def body_text(self, ctx: Context) -> str | None:
        """What is sent, with the marks of secrets in it."""
        body: Body = self.body
        if isinstance(body, JsonBody):
            return body.text(ctx)
        if isinstance(body, dict):
            return "&".join(
                f"{quote_plus(name, errors='replace')}={in_form(ctx.render(text))}" for name, text in body.items()
            )
        return ctx.render(body) if body is not None else None

    def resume(self, ctx: Context) -> Step:
        said = ctx.input
        if not isinstance(said, Answered):
            raise NodeFailed("timeout", "no answer came")
        if said.error:
            raise NodeFailed(said.error, str(said.answer.get("detail", ""))[:500])
        status = said.answer.get("status")
        events: list[NodeEvent] = [VariableSet(self.status_variable, status)] if self.status_variable else []
        if not isinstance(status, int) or not 200 <= status <= 299:
            return Step("failed", events, note=f"the answer was {status}")
        missing = []
        for kept in self.response:
            source, path = kept.path
            answer = said.answer.get("json")
            value = found_in(said.answer.get("text") if not path and answer is None else answer, path)
            if value is MISSING:
                missing.append(source)
            events.append(VariableSet(kept.variable, None if value is MISSING else value))
        return Step("done", events, note=f"not in the answer: {', '.join(missing)}"[:500] if missing else None)


def in_form(text: str) -> str:
    """As a value of a form; the marks of secrets stay as they are."""
    return "".join(part if MARK.fullmatch(part) else quote_plus(part, errors="replace") for part in MARK.split(text))
