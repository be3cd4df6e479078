"""`Idempotency-Key`: a write that is asked twice happens once.

The key's row is written in the transaction of its effect. A second request with the key waits on the unique index
until the first has committed, then gives the first answer again; if the first failed it left nothing and the second
does the work. So there is no state in which the effect is there and the key is not, or the reverse.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from api.actor import actor_of
from api.errors import Conflict, KeyReused, invalid
from api.models import IdempotencyKey
from ops import clock

KEPT_FOR = timedelta(days=1)
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_WAIT = "5s"
# Old rows go with new ones, a few at a time: nothing periodic visits every salon's schema.
_PRUNED_AT_ONCE = 50
_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")
_KEPT_HEADERS = ("Location",)

Action = TypeVar("Action", bound=Callable[..., Response])


def idempotent(action: Action) -> Action:
    """Make a writing action of a viewset honour the header."""

    @wraps(action)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return action(view, request, *args, **kwargs)
        if not _KEY.match(key):
            raise invalid(HEADER, "Must have 1 to 200 visible ASCII characters, e.g. a UUID.")
        with transaction.atomic():
            row = _reserve(key, request)
            if row.status is not None:
                return _again(row)
            # An exception takes the row with it: a refused request had no effect and may be asked again.
            response = action(view, request, *args, **kwargs)
            _keep(row, response)
        return response

    once.is_idempotent = True  # type: ignore[attr-defined]
    return cast(Action, once)


def _reserve(key: str, request: Request) -> IdempotencyKey:
    """Our row, fresh or answered. Raises KeyReused, Conflict."""
    values = {
        "actor": actor_of(request).key,
        "key": key,
        "method": request.method,
        "path": request.path[:300],
        "body": _hash(request.data),
        "now": clock.real(),
        "old": clock.real() - KEPT_FOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM idempotency_key WHERE actor = %(actor)s AND key = %(key)s AND created_at < %(old)s", values
        )
        _insert(cursor, values)
    row = IdempotencyKey.objects.get(actor=values["actor"], key=key)
    if (row.method, row.path, row.body_hash) != (values["method"], values["path"], values["body"]):
        raise KeyReused
    return row


def _insert(cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
    try:
        cursor.execute(
            "INSERT INTO idempotency_key (actor, key, method, path, body_hash, created_at) "
            "VALUES (%(actor)s, %(key)s, %(method)s, %(path)s, %(body)s, %(now)s) ON CONFLICT DO NOTHING",
            values,
        )
    except OperationalError as error:
        raise Conflict("The first request with this Idempotency-Key is still at work; ask again.") from error
    cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    if cursor.rowcount != 0:
        cursor.execute(
            "DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key WHERE created_at < %s "
            f"ORDER BY created_at LIMIT {_PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)",
            [values["old"]],
        )


def _keep(row: IdempotencyKey, response: Response) -> None:
    row.status = response.status_code
    headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
    # Through JSON once, so that the second answer is made of the same values as the first.
    row.answer = {"data": json.loads(json.dumps(response.data, cls=JSONEncoder)), "headers": headers}
    row.save(update_fields=["status", "answer"])


def _again(row: IdempotencyKey) -> Response:
    kept = row.answer or {}
    return Response(kept.get("data"), status=row.status, headers={**kept.get("headers", {}), REPLAYED: "true"})


def _hash(body: Any) -> str:
    """The same for bodies that say the same, whatever their spacing and order."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
