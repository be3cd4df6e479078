"""The one door into a salon's schema.

Outside of a request nothing reaches a salon's rows but `run_in_salon`. A query made while this context and the
connection disagree raises TenantMismatch before it is sent.
"""

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
PUBLIC = "public"

# django-tenants' connection, of which Django's types know nothing.
tenant_connection: Any = connection
_current: ContextVar[int | None] = ContextVar("salon", default=None)
_schema_work: ContextVar[bool] = ContextVar("schema_work", default=False)


class TenantMismatch(RuntimeError):
    """A query was about to run in another salon than the code believes to be in."""


def schema_of(salon_id: int) -> str:
    """The name of a salon's schema. Made from a number only, so it needs no quoting."""
    return f"salon_{int(salon_id)}"


def current_salon_id() -> int | None:
    """The salon this code runs in, None on the public side."""
    return _current.get()


def run_in_salon(salon_id: int, fn: Callable[[], T]) -> T:
    """Call `fn` inside a salon and give back its plain result.

    Raises TypeError for a result that would still query after the door has closed, and TenantMismatch when a
    transaction of another salon is open.
    """
    with inside(salon_id):
        result = fn()
        if _is_lazy(result):
            raise TypeError(f"run_in_salon returns plain values, not {type(result).__name__}")
        return result


@contextmanager
def inside(salon_id: int) -> Iterator[None]:
    """The door itself, for the request middleware and tests; other code calls run_in_salon."""
    before, schema_before = _current.get(), tenant_connection.schema_name
    if before == salon_id and schema_before == schema_of(salon_id):
        yield  # we are there: another SET search_path would cost a round trip
        return
    if connection.in_atomic_block and before is not None and before != salon_id:
        raise TenantMismatch(f"a transaction of salon {before} is open; salon {salon_id} cannot be entered in it")
    token = _current.set(salon_id)
    tenant_connection.set_schema(schema_of(salon_id))
    try:
        yield
    finally:
        _current.reset(token)
        tenant_connection.set_schema(schema_before)


@contextmanager
def schema_work() -> Iterator[None]:
    """For code that opens, migrates or measures schemas and sets the connection itself."""
    token = _schema_work.set(True)
    try:
        yield
    finally:
        _schema_work.reset(token)


def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Refuse a query whose connection stands in another schema than the context says (I23)."""
    if not _schema_work.get():
        salon_id = _current.get()
        expected = PUBLIC if salon_id is None else schema_of(salon_id)
        actual = context["connection"].schema_name
        if actual != expected:
            raise TenantMismatch(f"the code is in {expected}, the connection in {actual}")
    return execute(sql, params, many, context)


def install_guard(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Put the guard on a connection; called for each new one."""
    if guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)


def _is_lazy(value: object) -> bool:
    if isinstance(value, list | tuple | set):
        return any(_is_lazy(one) for one in value)
    if isinstance(value, dict):
        return any(_is_lazy(one) for one in value.values())
    return isinstance(value, models.QuerySet | models.Model | models.Manager | types.GeneratorType)
