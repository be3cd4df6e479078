"""What `make up` reads from the environment, and the sentences when it cannot follow."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.services.ports import LOOPBACK, PRIVATE_PORTS, free_port, is_free, port_for
from ops.services.trouble import Trouble
from ops.up import envfile, wanted


@pytest.fixture
def taken() -> Iterator[int]:
    """A port someone listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_given_port_that_is_taken_is_named_with_the_remedy(taken: int) -> None:
    with pytest.raises(Trouble, match=rf"PORT {taken} is in use.*PORT=\d+ make up"):
        wanted.choose_ports({"PORT": taken})


def test_a_port_that_is_not_given_and_taken_is_replaced(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(wanted.DEFAULT_PORTS, "PORT", taken)
    chosen = wanted.choose_ports({})
    assert chosen["PORT"] != taken
    assert is_free(chosen["PORT"])


def test_chosen_ports_differ_even_from_given_ones() -> None:
    usual = free_port()
    chosen = wanted.choose_ports({"GATE_PORT": usual})
    assert chosen["GATE_PORT"] == usual
    assert len(set(chosen.values())) == 3


def test_free_ports_lie_outside_of_the_range_of_outgoing_connections() -> None:
    assert free_port() in PRIVATE_PORTS


def test_a_server_whose_port_is_known_to_others_waits_for_it(taken: int) -> None:
    with pytest.raises(Trouble, match="taken by another program"):
        port_for("postgres", taken, keep=True)
    assert port_for("postgres", taken, keep=False) != taken


@pytest.mark.parametrize("said", ["abc", "0", "70000", "-1", "8000.5"])
def test_a_port_that_is_no_port_is_refused(said: str) -> None:
    with pytest.raises(Trouble, match=r"PORT=.* is not a number from 1 to 65535"):
        wanted.read({"PORT": said})


def test_equal_ports_are_refused() -> None:
    with pytest.raises(Trouble, match="must differ"):
        wanted.read({"PORT": "8000", "GATE_PORT": "8000"})


def wishes(state_dir: Path) -> wanted.Wanted:
    return wanted.read({"STATE_DIR": str(state_dir)})


PORTS = {"PORT": 8100, "SANDBOX_PORT": 8101, "GATE_PORT": 8102}
URLS = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://y"}


def test_secrets_stay_from_run_to_run_and_ports_follow(tmp_path: Path) -> None:
    first = envfile.write(wishes(tmp_path), PORTS, URLS, {})
    second = envfile.write(wishes(tmp_path), PORTS | {"PORT": 8200}, URLS, {})
    for name in ("SECRET_KEY", "SALON_KEYS", "META_APP_SECRETS", "META_VERIFY_TOKEN"):
        assert second[name] == first[name]
    assert second["PUBLIC_HOST"] == "cadeira.localhost:8200"


def test_only_we_may_read_the_secrets(tmp_path: Path) -> None:
    envfile.write(wishes(tmp_path), PORTS, URLS, {})
    assert (tmp_path / envfile.FILE).stat().st_mode & 0o777 == 0o600


def test_the_environment_comes_first(tmp_path: Path) -> None:
    values = envfile.write(wishes(tmp_path), PORTS, URLS, {"META_VERIFY_TOKEN": "mine", "SECRET_KEY": ""})
    assert values["META_VERIFY_TOKEN"] == "mine"
    assert len(values["SECRET_KEY"]) > 40
