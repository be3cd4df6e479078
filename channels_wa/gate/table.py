"""The `delivery` table as the gate writes it: many rows, one statement, one commit."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from channels_wa.gate.delivery import SealedDelivery

# COPY knows no ON CONFLICT, and a delivery may come twice: from a late commit and from the spool.
_INSERT = """
    INSERT INTO public.delivery (id, received_at, signature, raw)
    SELECT * FROM unnest(%b, %b, %b, %b) ON CONFLICT DO NOTHING
"""
_UUID, _BYTEA, _TEXT, _TIMESTAMPTZ = 2950, 17, 25, 1184
_ARRAY_HEAD = struct.Struct(">iiiii")
_LENGTH = struct.Struct(">i")
_MOMENT = struct.Struct(">q")
_SECONDS_1970_TO_2000 = 946_684_800

type_of_array = {_UUID: 2951, _BYTEA: 1001, _TEXT: 1009, _TIMESTAMPTZ: 1185}


class _PackedArray(bytes):
    """An array in PostgreSQL's own binary form. psycopg's array dumper is Python and cost more than the INSERT."""


class _UuidArray(_PackedArray): ...


class _ByteaArray(_PackedArray): ...


class _TextArray(_PackedArray): ...


class _MomentArray(_PackedArray): ...


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: _PackedArray) -> bytes:
        return obj


class _UuidArrayDumper(_PackedDumper):
    oid = type_of_array[_UUID]


class _ByteaArrayDumper(_PackedDumper):
    oid = type_of_array[_BYTEA]


class _TextArrayDumper(_PackedDumper):
    oid = type_of_array[_TEXT]


class _MomentArrayDumper(_PackedDumper):
    oid = type_of_array[_TIMESTAMPTZ]


async def connect(url: str, *, statement_timeout_ms: int) -> psycopg.AsyncConnection[Any]:
    """A connection on which every statement is a transaction of its own. Raises psycopg.Error."""
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=2, application_name="cadeira gate"
    )
    try:
        await connection.execute(f"SET statement_timeout = {statement_timeout_ms:d}")
    except BaseException:
        await connection.close()
        raise
    adapters = connection.adapters
    adapters.register_dumper(_UuidArray, _UuidArrayDumper)
    adapters.register_dumper(_ByteaArray, _ByteaArrayDumper)
    adapters.register_dumper(_TextArray, _TextArrayDumper)
    adapters.register_dumper(_MomentArray, _MomentArrayDumper)
    return connection


async def insert(connection: psycopg.AsyncConnection[Any], deliveries: Sequence[SealedDelivery]) -> None:
    """Put them into the table and commit; those that are there already stay as they are. Raises psycopg.Error."""
    count = len(deliveries)
    await connection.execute(
        _INSERT,
        (
            _UuidArray(_packed(_UUID, count, [d.id for d in deliveries])),
            _MomentArray(_packed(_TIMESTAMPTZ, count, [_moment(d.received_us) for d in deliveries])),
            _TextArray(_packed(_TEXT, count, [d.signature for d in deliveries])),
            _ByteaArray(_packed(_BYTEA, count, [d.raw for d in deliveries])),
        ),
        prepare=True,
    )


def _moment(received_us: int) -> bytes:
    return _MOMENT.pack(received_us - _SECONDS_1970_TO_2000 * 1_000_000)


def _packed(element: int, count: int, values: Iterable[bytes]) -> bytes:
    chunks = [_ARRAY_HEAD.pack(1, 0, element, count, 1)]
    for value in values:
        chunks.append(_LENGTH.pack(len(value)))
        chunks.append(value)
    return b"".join(chunks)
