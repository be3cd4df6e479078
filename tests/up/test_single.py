"""One `make up` per STATE_DIR, and what demo.json and the other files of it hold."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ops.services.clean import clean
from ops.services.files import LOG_LIMIT_BYTES, open_log, read_json
from ops.services.place import make_state_dir
from ops.services.process import ProcessRef
from ops.services.trouble import Trouble
from ops.up import demo, fingerprint
from ops.up.single import Single

URL = "http://cadeira.localhost:8000"
HOLDER = """
import signal, sys
from pathlib import Path
from ops.up.single import Single
single = Single(Path(sys.argv[1]))
single.take()
single.tell(sys.argv[2], sys.argv[3])
print("held", flush=True)
signal.pause()
"""
ROOT = Path(__file__).resolve().parents[2]


def hold(state_dir: Path, state: str) -> "subprocess.Popen[str]":
    arguments: list[str | Path] = [sys.executable, "-c", HOLDER, state_dir, state, URL]
    holder = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_one_is_told_where_the_first_is(tmp_path: Path) -> None:
    holder = hold(make_state_dir(tmp_path), "ready")
    try:
        with pytest.raises(Trouble, match=f"already runs .* process {holder.pid}: READY {URL}"):
            Single(tmp_path).take()
        with pytest.raises(Trouble, match="Stop it with Ctrl-C"):
            clean(tmp_path)
    finally:
        holder.kill()
        holder.communicate()


def test_one_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    holder = hold(make_state_dir(tmp_path), "ready")
    holder.kill()
    holder.communicate()
    Single(tmp_path).take()


def test_one_that_is_stopping_is_waited_for(tmp_path: Path) -> None:
    holder = hold(make_state_dir(tmp_path), "stopping")
    killer = subprocess.Popen(["sh", "-c", f"read line; kill -9 {holder.pid}"], stdin=subprocess.PIPE, text=True)
    assert killer.stdin is not None
    killer.stdin.write("\n")
    killer.stdin.close()
    Single(tmp_path).take()
    killer.wait()
    holder.communicate()


def test_what_prepare_printed_once_is_kept(tmp_path: Path) -> None:
    output, kept = tmp_path / "out", tmp_path / "prepared.json"
    output.write_text('migrating\n{"salon_slug": "demo", "owner_password": "s3cret"}\n')
    demo.read_prepared(output, kept)
    output.write_text('{"salon_slug": "demo", "owner_password": null}\n')
    assert demo.read_prepared(output, kept) == {"salon_slug": "demo", "owner_password": "s3cret"}


def test_demo_json_names_every_process_and_is_ours_alone(tmp_path: Path) -> None:
    values = {
        **{"PUBLIC_HOST": "cadeira.localhost:8000", "GATE_PORT": "8002", "SANDBOX_PORT": "8001"},
        **{"META_APP_SECRETS": "new,old", "META_VERIFY_TOKEN": "t", "DATABASE_URL": "d", "REDIS_URL": "r"},
    }
    demo.write(tmp_path, values, {"api_key": "k"}, lambda kind: [1, 2] if kind == "worker" else [3])
    written = json.loads((tmp_path / demo.FILE).read_text())
    assert written["app_secret"] == "new"
    assert written["public_url"] == URL
    assert written["pids"]["worker"] == [1, 2]
    assert set(written["pids"]) == {"gate", "web", "worker", "beat", "sandbox", "postgres", "valkey"}
    assert (tmp_path / demo.FILE).stat().st_mode & 0o777 == 0o600


def test_a_torn_file_reads_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"half": ')
    assert read_json(tmp_path / "x.json") == {}


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
    open_log(log).close()
    assert log.stat().st_size == 0
    assert (tmp_path / "web.log.1").stat().st_size == LOG_LIMIT_BYTES + 1


def test_a_new_migration_or_another_database_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "crm" / "migrations").mkdir(parents=True)
    before = fingerprint.of_migrations(tmp_path, "postgresql://a")
    assert fingerprint.of_migrations(tmp_path, "postgresql://b") != before
    (tmp_path / "crm" / "migrations" / "0002_more.py").write_text("")
    assert fingerprint.of_migrations(tmp_path, "postgresql://a") != before


def test_clean_spares_what_was_there_before_us(tmp_path: Path) -> None:
    (tmp_path / "letters.json").write_text("{}")
    make_state_dir(tmp_path)
    (tmp_path / "env.json").write_text("{}")
    clean(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letters.json"]


def test_a_zombie_counts_as_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = ProcessRef.of(child.pid)
    assert process.alive
    process.stop(signal.SIGKILL)
    assert not process.alive  # though nobody has reaped it yet
    child.communicate()
