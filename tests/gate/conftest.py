"""A database with nothing but the delivery table, and a keeper on it."""

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from channels_wa.gate.delivery import delivery_box
from channels_wa.gate.keeper import Keeper
from channels_wa.gate.spool import Spool
from config.env import env

KEYS = [base64.b64encode(b"k" * 32).decode()]
TABLE = """
    CREATE TABLE delivery (id uuid PRIMARY KEY, received_at timestamptz NOT NULL, signature text NOT NULL,
        raw bytea NOT NULL, split_at timestamptz, items int, problem text) PARTITION BY RANGE (id);
    CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;
"""


class Table:
    """The delivery table as a test looks at it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)

    def raws(self) -> list[bytes]:
        """The bodies that are kept, opened, in the order of their ids."""
        rows = self.connection.execute("SELECT id, raw FROM delivery ORDER BY id").fetchall()
        return [delivery_box(KEYS).open(raw, identifier.bytes) for identifier, raw in rows]

    def ids(self) -> list[UUID]:
        """Their ids in order."""
        return [row[0] for row in self.connection.execute("SELECT id FROM delivery ORDER BY id").fetchall()]

    def one(self, query: str) -> Any:
        """The first value of a query."""
        row = self.connection.execute(query.encode()).fetchone()
        return row and row[0]


@pytest.fixture(scope="session")
def gate_database() -> Iterator[str]:
    """A database of its own, because what the keeper commits no test's rollback takes away."""
    name = sql.Identifier(f"gate_{os.getpid()}")
    with psycopg.connect(env.database_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        url = psycopg.conninfo.conninfo_to_dict(env.database_url)
        where = f"postgresql://{url.get('user')}:{url.get('password', '')}@{url['host']}:{url.get('port', 5432)}"
        yield f"{where.replace(':@', '@')}/gate_{os.getpid()}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def table(gate_database: str) -> Iterator[Table]:
    table = Table(gate_database)
    table.connection.execute("DROP TABLE IF EXISTS delivery")
    table.connection.execute(TABLE)
    yield table
    table.connection.close()


@pytest.fixture
def rung() -> list[str]:
    """One entry for each time the bell was rung."""
    return []


MakeKeeper = Callable[..., Awaitable[Keeper]]


@pytest.fixture
async def make_keeper(table: Table, rung: list[str]) -> AsyncIterator[MakeKeeper]:
    made: list[Keeper] = []

    async def make(url: str = table.url, spool: Path | None = None) -> Keeper:
        keeper = Keeper(
            database_url=url,
            box=delivery_box(KEYS),
            spool=Spool(spool) if spool else None,
            ring=lambda: rung.append("inbox"),
        )
        await keeper.start()
        made.append(keeper)
        return keeper

    yield make
    for keeper in made:
        await keeper.stop()
