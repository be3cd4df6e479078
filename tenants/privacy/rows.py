"""Rows of a contact, by what the apps declare: counted, read, erased. Inside the salon."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from ops.failpoint import failpoint
from tenants.privacy.declaring import Table
from tenants.privacy.whom import Person

AT_ONCE = 500
# No column of ours that is sealed leaves by an export.
_SEALED = frozenset({"raw", "sealed", "sealed_key", "sealed_person"})


def name_of(one: Table) -> str:
    """As SQL calls it from inside a salon."""
    return f"public.{one.name}" if one.is_public else one.name


def count(one: Table, person: Person) -> int:
    """How many rows an erasure would touch."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name_of(one)} t WHERE {_left(one)}", person.params())
        return int(cursor.fetchone()[0])


def erase(one: Table, person: Person, *, step: Any) -> int:
    """Delete or overwrite all rows of the person, a batch in a transaction; how many.

    `step(n)` is called in each transaction, so that what is counted is what was committed.
    """
    keys, gone = _keys(one, person), 0
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        with transaction.atomic(), connection.cursor() as cursor:
            if one.blank:
                sets = ", ".join(f"{column} = {value}" for column, value in one.blank.items())
                cursor.execute(
                    f"UPDATE {name_of(one)} t SET {sets} WHERE {one.key} = ANY(%(keys)s) AND {_left(one)}",
                    {**person.params(), "keys": some},
                )
            else:
                cursor.execute(f"DELETE FROM {name_of(one)} WHERE {one.key} = ANY(%s)", [some])
            went = int(cursor.rowcount)
            step(went)
            failpoint("privacy.in_batch")
        gone += went
        failpoint("privacy.after_batch")
    return gone


def read(one: Table, person: Person) -> Iterator[dict[str, Any]]:
    """The rows for an export, a page at a time; what is sealed or only ours is left out."""
    columns = [column for column in one.columns if column not in _SEALED]
    if not columns:
        return
    shown = ", ".join(f't."{column}"' for column in columns)
    keys = _keys(one, person, of_all=True)
    for start in range(0, len(keys), AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {shown} FROM {name_of(one)} t WHERE t.{one.key} = ANY(%s) ORDER BY t.{one.key}",
                [keys[start : start + AT_ONCE]],
            )
            for row in cursor.fetchall():
                yield dict(zip(columns, row, strict=True))


def _keys(one: Table, person: Person, *, of_all: bool = False) -> list[Any]:
    where = one.where if of_all else _left(one)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.{one.key} FROM {name_of(one)} t WHERE {where} ORDER BY 1", person.params())
        return [key for (key,) in cursor.fetchall()]


def _left(one: Table) -> str:
    """Those that are still to be done: a row that was overwritten already is not."""
    if not one.blank:
        return f"({one.where})"
    changed = " OR ".join(f"t.{column} IS DISTINCT FROM {value}" for column, value in one.blank.items())
    return f"({one.where}) AND ({changed})"
