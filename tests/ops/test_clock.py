"""The clock's offset reaches every process, and only the demo has one."""

import os
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.env import env
from ops import clock

# Follows the database for itself and says what it sees until it is told to end.
FOLLOWER = """
import sys
from ops import clock
for line in sys.stdin:
    wanted = float(line)
    import time
    end = time.monotonic() + 5
    while clock.offset().total_seconds() != wanted and time.monotonic() < end:
        time.sleep(0.01)
    print(clock.offset().total_seconds(), flush=True)
"""


@pytest.fixture
def no_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(0))


@pytest.mark.usefixtures("committed", "no_offset")
def test_another_process_follows_and_comes_back() -> None:
    url = urlsplit(env.database_url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "CLOCK_FOLLOWS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", FOLLOWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        clock.skip(timedelta(hours=24))
        clock.skip(timedelta(hours=1))
        print(25 * 3600.0, file=other.stdin, flush=True)
        assert float(other.stdout.readline()) == 25 * 3600.0
        clock.reset()
        print(0.0, file=other.stdin, flush=True)
        assert float(other.stdout.readline()) == 0.0
        other.stdin.close()


@pytest.mark.usefixtures("db", "no_offset")
def test_the_product_is_ahead_and_the_machine_is_not() -> None:
    clock.skip(timedelta(days=3))
    assert timedelta(days=3) <= clock.now() - clock.real() + timedelta(seconds=1) < timedelta(days=3, seconds=2)
    clock.reset()
    assert abs(clock.now() - clock.real()) < timedelta(seconds=1)


@pytest.mark.usefixtures("db", "no_offset")
def test_outside_of_the_demo_time_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "demo", False)
    with pytest.raises(ValueError, match="demo"):
        clock.skip(timedelta(days=3))
    with pytest.raises(CommandError, match="demo"):
        call_command("demo_clock", "+1h")
    monkeypatch.setattr(clock, "_offset", timedelta(days=3))
    assert clock.now() - clock.real() < timedelta(seconds=1)


@pytest.mark.usefixtures("db", "no_offset")
@pytest.mark.parametrize("by", ["1h", "+1", "-1h", "+1y", "soon", "+1.5h", ""])
def test_a_span_that_is_none_is_refused(by: str) -> None:
    with pytest.raises(CommandError):
        call_command("demo_clock", by)
    assert clock.offset() == timedelta(0)
