"""What steps caused outside: requests to other programs, messages to the guest and what became of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from crm.inbox import kinds
from crm.inbox.reasons import words_of
from flows.console.reasons import explain
from flows.console.words import shown
from flows.models import FlowCall, FlowStep
from ops.salon import current_salon_id

# The run and the number of its step.
Place = tuple[int, int]
LONGEST_BODY = 20_000
# Types of nodes that call without waiting; those that wait say so (`requested`).
CALLING = frozenset({"http_request", "webhook"})
# Headers that carry a key, also where somebody typed it in instead of keeping it as a secret.
KEYS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
MASK = "•••"


@dataclass(frozen=True)
class Call:
    """One request to another program."""

    public_id: UUID
    method: str
    host: str
    state: str
    status: int | None
    words: str
    attempts: int
    duration_ms: float | None

    @property
    def is_bad(self) -> bool:
        """Whether it did not go well."""
        return self.state == "failed" or (self.status or 0) >= 400


@dataclass(frozen=True)
class Sent:
    """One message to the guest."""

    text: str
    status: str
    reason: str


def calls_of(steps: Sequence[FlowStep]) -> dict[Place, list[Call]]:
    """The calls of these steps; nothing is asked where none of them calls anybody."""
    steps = [one for one in steps if one.type in CALLING or one.event == "requested"]
    if not steps:
        return {}
    rows = FlowCall.objects.filter(
        execution_id__in={one.execution_id for one in steps}, seq__in={one.seq for one in steps}
    )
    found: dict[Place, list[Call]] = {}
    for one in rows.order_by("pk").defer("response"):
        found.setdefault((one.execution_id, one.seq), []).append(_call(one))
    return found


def sent_of(steps: Sequence[FlowStep]) -> dict[Place, list[Sent]]:
    """The messages of these steps, found by the name under which they were written once (I9)."""
    places = {f"flow:{one.execution_id}:{one.seq}": (one.execution_id, one.seq) for one in steps}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.dedupe_key, m.type, m.text, m.status, m.reason FROM public.outbox_item o "
            "JOIN message m ON m.id = o.message_id WHERE o.salon_id = %s AND o.dedupe_key = ANY(%s) ORDER BY m.id",
            [current_salon_id(), list(places)],
        )
        found: dict[Place, list[Sent]] = {}
        for key, kind, text, status, reason in cursor.fetchall():
            words = shown(text, 300) or str(kinds.shown(kinds.kind_of(kind, {}, is_ours=True)).words)
            found.setdefault(places[key], []).append(Sent(words, status, words_of(reason) or reason))
    return found


def details(call: FlowCall) -> dict[str, str]:
    """What was asked and what came back, as text; keys are masked."""
    request, response = dict(call.request or {}), dict(call.response or {})
    return {
        "asked": f"{request.get('method', 'POST')} {_open(request.get('url', ''))}",
        "asked_headers": _headers(request.get("headers")),
        "asked_body": _body(request.get("body")),
        "got_headers": _headers(response.get("headers")),
        "got_body": _body(response.get("json") or response.get("body") or response.get("text")),
    }


def _call(one: FlowCall) -> Call:
    request = dict(one.request or {})
    why = explain(one.error)
    return Call(
        public_id=one.public_id,
        method=str(request.get("method", "POST")),
        host=_host(str(request.get("url", ""))),
        state=one.state,
        status=one.status_code,
        words=why.words if why else _("waits for the answer") if one.state == FlowCall.State.PENDING else "",
        attempts=one.attempts,
        duration_ms=one.duration_ms,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or shown(url, 60)
    except ValueError:
        return shown(url, 60)


def _headers(headers: Any) -> str:
    if not isinstance(headers, Mapping):
        return ""
    lines = [f"{name}: {MASK if str(name).lower() in KEYS else _open(value)}" for name, value in headers.items()]
    return "\n".join(lines)


def _body(body: Any) -> str:
    if body in (None, "", {}, []):
        return ""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    return _open(shown(text, LONGEST_BODY))


def _open(text: Any) -> str:
    """A secret stands in a request by its name only; the name is shown."""
    return str(text).replace("⟦secret:", f"{MASK} ").replace("⟧", "")
