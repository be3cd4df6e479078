"""What the keeper says is kept is kept, whatever becomes of the database."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from channels_wa.gate import keeper as keeping
from channels_wa.gate.keeper import Kept
from tests.gate.conftest import MakeKeeper, Table
from tests.gate.line import Line

SIGNATURE = b"sha256=" + b"a" * 64


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for the other tasks to bring it about."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_i01_what_it_says_is_stored_is_committed(make_keeper: MakeKeeper, table: Table) -> None:
    keeper = await make_keeper()
    assert await keeper.put(b"\x00raw\xff", SIGNATURE) == Kept.STORED
    assert table.raws() == [b"\x00raw\xff"]
    assert table.one("SELECT signature FROM delivery") == SIGNATURE.decode()
    assert table.one("SELECT abs(extract(epoch FROM now() - received_at)) < 60 FROM delivery")


async def test_the_content_lies_sealed(make_keeper: MakeKeeper, table: Table) -> None:
    await (await make_keeper()).put(b"canary", SIGNATURE)
    assert b"canary" not in table.one("SELECT raw FROM delivery")


async def test_many_share_a_commit_and_keep_their_order(make_keeper: MakeKeeper, table: Table, rung: list[str]) -> None:
    keeper = await make_keeper()
    raws = [b"%03d" % n for n in range(300)]
    assert set(await asyncio.gather(*(keeper.put(raw, SIGNATURE) for raw in raws))) == {Kept.STORED}
    assert table.raws() == raws
    assert table.one("SELECT count(DISTINCT xmin::text) FROM delivery") == len(rung) <= 4


async def test_a_broken_line_is_mended_without_a_loss(make_keeper: MakeKeeper, table: Table) -> None:
    async with Line(table.url) as line:
        keeper = await make_keeper(line.url)
        await keeper.put(b"before", SIGNATURE)
        line.reset()
        assert await keeper.put(b"after", SIGNATURE) == Kept.STORED
    assert table.raws() == [b"before", b"after"]


async def test_i06_the_spool_takes_over_and_is_emptied_by_itself(
    make_keeper: MakeKeeper, table: Table, tmp_path: Path, rung: list[str]
) -> None:
    async with Line(table.url) as line:
        keeper = await make_keeper(line.url, tmp_path)
        await keeper.put(b"1", SIGNATURE)
        await line.cut()
        assert await keeper.put(b"2", SIGNATURE) == Kept.SPOOLED
        assert table.raws() == [b"1"]
        assert keeper.health() == {"database": "down", "spool": "holds deliveries"}
        rung.clear()
        await line.mend()
        await until(lambda: table.raws() == [b"1", b"2"] and not list(tmp_path.iterdir()))
        assert rung


async def test_a_silent_database_is_given_up_in_time(make_keeper: MakeKeeper, table: Table, tmp_path: Path) -> None:
    async with Line(table.url) as line:
        keeper = await make_keeper(line.url, tmp_path)
        await keeper.put(b"1", SIGNATURE)
        line.silence()
        async with asyncio.timeout(keeping.STORE_S + 1):
            assert await keeper.put(b"2", SIGNATURE) == Kept.SPOOLED
            assert await keeper.put(b"3", SIGNATURE) == Kept.SPOOLED


async def test_a_late_commit_and_the_spool_make_one_row(make_keeper: MakeKeeper, table: Table, tmp_path: Path) -> None:
    """I1: the statement reached the server and its answer was lost."""
    async with Line(table.url) as line:
        keeper = await make_keeper(line.url, tmp_path)
        await keeper.put(b"1", SIGNATURE)
        with psycopg.connect(table.url) as locker:
            locker.execute("LOCK TABLE delivery")
            putting = asyncio.create_task(keeper.put(b"2", SIGNATURE))
            waits = "SELECT 1 FROM pg_locks WHERE NOT granted"
            await until(lambda: table.one(waits))
            line.silence()
        await until(lambda: len(table.ids()) == 2)
        assert await putting == Kept.SPOOLED
        await line.cut()
        await line.mend()
        await until(lambda: not list(tmp_path.iterdir()))
        assert table.raws() == [b"1", b"2"]


async def test_a_locked_table_sends_to_the_spool(make_keeper: MakeKeeper, table: Table, tmp_path: Path) -> None:
    keeper = await make_keeper(spool=tmp_path)
    with psycopg.connect(table.url) as locker:
        locker.execute("LOCK TABLE delivery")
        async with asyncio.timeout(keeping.STORE_S + 1):
            assert await keeper.put(b"1", SIGNATURE) == Kept.SPOOLED
    await until(lambda: table.raws() == [b"1"])


async def test_a_table_that_refuses_sends_to_the_spool(make_keeper: MakeKeeper, table: Table, tmp_path: Path) -> None:
    table.connection.execute("ALTER TABLE delivery ADD CHECK (signature = 'x') NOT VALID")
    keeper = await make_keeper(spool=tmp_path)
    assert await keeper.put(b"1", SIGNATURE) == Kept.SPOOLED


async def test_i02_without_database_and_spool_nothing_is_promised(make_keeper: MakeKeeper, table: Table) -> None:
    async with Line(table.url) as line:
        keeper = await make_keeper(line.url)
        await keeper.put(b"1", SIGNATURE)
        await line.cut()
        answers = await asyncio.gather(*(keeper.put(b"2", SIGNATURE) for _ in range(1000)))
        assert set(answers) == {None}
        await line.mend()
        await until(lambda: keeper.health()["database"] == "ok")
        assert await keeper.put(b"3", SIGNATURE) == Kept.STORED


async def test_i02_with_a_full_disk_nothing_is_promised(
    make_keeper: MakeKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels_wa.gate.spool._FREE_BYTES", 1 << 60)
    keeper = await make_keeper("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    assert await keeper.put(b"1", SIGNATURE) is None


async def test_what_waits_is_bounded(make_keeper: MakeKeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MAX_QUEUED_BYTES", 1000)
    keeper = await make_keeper()
    answers = await asyncio.gather(*(keeper.put(b"x" * 600, SIGNATURE) for _ in range(3)))
    assert answers == [Kept.STORED, None, None]
    assert await keeper.put(b"x" * 600, SIGNATURE) == Kept.STORED


async def test_it_takes_over_what_a_dead_gate_left(make_keeper: MakeKeeper, table: Table, tmp_path: Path) -> None:
    dead = await make_keeper("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    assert await dead.put(b"left", SIGNATURE) == Kept.SPOOLED
    await dead.stop()
    await make_keeper(spool=tmp_path)
    await until(lambda: table.raws() == [b"left"])


async def test_stopping_keeps_what_was_queued(make_keeper: MakeKeeper, table: Table) -> None:
    keeper = await make_keeper()
    putting = asyncio.create_task(keeper.put(b"1", SIGNATURE))
    await asyncio.sleep(0)
    await keeper.stop()
    assert await putting == Kept.STORED
    assert await keeper.put(b"2", SIGNATURE) is None
    assert table.raws() == [b"1"]


async def test_one_guest_who_hangs_up_takes_nobody_along(make_keeper: MakeKeeper, table: Table) -> None:
    keeper = await make_keeper()
    gone = asyncio.create_task(keeper.put(b"1", SIGNATURE))
    stays = asyncio.create_task(keeper.put(b"2", SIGNATURE))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == Kept.STORED
    assert table.raws() == [b"1", b"2"]
