"""Settings of nodes that speak to other people's servers."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from flows.engine.context import Context, NodeFailed
from flows.engine.expressions import ExpressionError
from flows.engine.expressions.compiled import as_json
from flows.engine.expressions.outside import SIGNS, OutsideTemplate, as_it_is, in_address, in_line, without_signs
from flows.engine.limits import MAX_SENT_CHARS
from flows.nodes.settings import misread, text_of

MAX_URL: Final = 2_000
MAX_HEADER: Final = 4_000
MAX_BODY: Final = 16_000
MAX_PARTS: Final = 200  # texts of a body, in each other included
MAX_DEPTH: Final = 8
# Blanks come after the host only: who is called must not depend on what a guest wrote.
ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.\-]{1,253}(?::[0-9]{1,5})?(?:[/?][^\s#]*)?")
HOST: Final = re.compile(r"https?://[^/?{}]+")
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, token
# The call itself sees to these.
OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})


def outside(most: int, shown: Callable[[str], str] = as_it_is) -> Callable[[object], OutsideTemplate]:
    """A validator for texts that may hold secrets."""

    def read(source: object) -> OutsideTemplate:
        try:
            return OutsideTemplate(text_of(source, most), shown)
        except ExpressionError as error:
            raise misread(error) from error

    return read


def address(source: object) -> OutsideTemplate:
    """A validator for addresses: the host is written out, what comes after may hold blanks."""
    template = outside(MAX_URL, in_address)(source)
    host = HOST.match(template.source)
    written = "".join("x" if evaluate else text for text, evaluate, _ in template.parts)
    for mark in template.secrets:
        written = written.replace(f"⟦secret:{mark}⟧", "x")
    begins = template.parts[0][0]
    if host is None or not begins.startswith(host[0]) or not ADDRESS.fullmatch(written):
        raise PydanticCustomError(
            "address", "must be a web address whose host is written out, as https://example.com/a"
        )
    if template.parts[0][0] == host[0] and len(template.parts) > 1:
        raise PydanticCustomError("address", "the host must end with / before a blank begins")
    return template


def _headers(values: dict[str, OutsideTemplate]) -> dict[str, OutsideTemplate]:
    for name in values:
        if not HEADER.fullmatch(name) or name.lower() in OURS:
            raise PydanticCustomError("header", "{name} cannot be set", {"name": name[:100]})
    return values


Url = Annotated[OutsideTemplate, PlainValidator(address)]
HeaderText = Annotated[OutsideTemplate, PlainValidator(outside(MAX_HEADER, in_line))]
Text = Annotated[OutsideTemplate, PlainValidator(outside(MAX_BODY))]
Headers = Annotated[dict[str, HeaderText], Field(max_length=30), AfterValidator(_headers)]


def check_sent(*texts: str | None, **named: dict[str, str]) -> None:
    """Refuse a call that would carry more than others should be asked to read."""
    size = sum(len(text or "") for text in texts)
    size += sum(len(name) + len(text) for part in named.values() for name, text in part.items())
    if size > MAX_SENT_CHARS:
        raise NodeFailed("too_large", f"a call carries at most {MAX_SENT_CHARS} characters")


class JsonBody:
    """A JSON value whose texts are templates. A text that is one blank and nothing else becomes the value itself, so
    that a number stays one."""

    __slots__ = ("parts", "secrets", "source")

    def __init__(self, source: Any) -> None:
        self.source = source
        self.secrets: set[str] = set()
        self.parts = 0
        self.source = self.read(source, 0)

    def read(self, value: Any, depth: int) -> Any:
        """The value with templates in place of its texts."""
        self.parts += 1
        if self.parts > MAX_PARTS or depth > MAX_DEPTH:
            raise PydanticCustomError("large", "this body has too many parts")
        if isinstance(value, dict):
            return {str(key).translate(SIGNS): self.read(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.read(item, depth + 1) for item in value]
        if isinstance(value, str):
            if not value:
                return value
            try:
                template = OutsideTemplate(value)
            except ExpressionError as error:
                raise misread(error) from error
            self.secrets |= template.secrets
            return value if template.constant == value else template
        return value

    def text(self, ctx: Context) -> str:
        """The body as JSON for this guest; raises ExpressionError."""
        return as_json(self.filled(ctx, self.source))

    def filled(self, ctx: Context, value: Any) -> Any:
        """The value with its blanks worked out."""
        if isinstance(value, OutsideTemplate):
            if (alone := value.alone) is not None:
                return without_signs(ctx.work_out(alone))
            return ctx.render(value)
        if isinstance(value, dict):
            return {key: self.filled(ctx, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(ctx, item) for item in value]
        return value


Json = Annotated[JsonBody, PlainValidator(JsonBody)]
