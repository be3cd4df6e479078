"""The production shape agrees with the product: names, paths, ports and limits. No container is started."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from channels_wa.gate.app import MAX_DELIVERY_BYTES, PATH
from config.env import MONEY, SECRETS, Env
from config.schedule import SCHEDULE
from ops.bell import BELLS

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
ENTRYPOINT = (DOCKER / "entrypoint").read_text()
NGINX = (DOCKER / "nginx.conf").read_text()
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
PRODUCT = {name: service for name, service in COMPOSE["services"].items() if "cadeira" in service["image"]}
WORDS = set(re.findall(r"^    ([a-z-]+)\)$", ENTRYPOINT, re.MULTILINE))


def setting_of(name: str) -> str:
    return name.removesuffix("_FILE").lower()


@pytest.mark.parametrize("name", PRODUCT)
def test_every_service_runs_what_the_entrypoint_knows(name: str) -> None:
    assert PRODUCT[name]["command"][0] in WORDS


@pytest.mark.parametrize("name", PRODUCT)
def test_every_environment_name_is_a_setting(name: str) -> None:
    unknown = {key for key in PRODUCT[name]["environment"] if setting_of(key) not in Env.model_fields}
    assert unknown == set()


@pytest.mark.parametrize("name", PRODUCT)
def test_every_service_gets_every_secret(name: str) -> None:
    given = {setting_of(key) for key in PRODUCT[name]["environment"]}
    assert {*SECRETS, *MONEY} <= given


@pytest.mark.parametrize("name", PRODUCT)
def test_no_secret_stands_in_the_environment(name: str) -> None:
    environment, mounted = PRODUCT[name]["environment"], set(PRODUCT[name]["secrets"])
    files = {key: value for key, value in environment.items() if key.endswith("_FILE")}
    assert set(files.values()) == {f"/run/secrets/{secret}" for secret in mounted}
    assert not {key for key in environment if setting_of(key) in {*SECRETS, *MONEY}} - files.keys()


def test_every_secret_is_made_or_asked_for() -> None:
    script = (DOCKER / "make-secrets").read_text()
    assert {name for name in COMPOSE["secrets"] if name not in script} == set()


@pytest.mark.parametrize("name", PRODUCT)
def test_a_process_cannot_change_its_image(name: str) -> None:
    service = PRODUCT[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)


def test_the_workers_hear_every_bell() -> None:
    heard = set(re.findall(r"^        work \S+ (\S+) ", ENTRYPOINT, re.MULTILINE))
    assert {queue for _task, queue in BELLS.values()} | {queue for _task, _s, queue in SCHEDULE.values()} <= heard


def test_every_application_and_program_is_there() -> None:
    applications = re.findall(r"serve (\S+):(\w+)", ENTRYPOINT)
    assert len(applications) == 2
    for module, attribute in applications:
        assert re.search(rf"^{attribute} = ", (ROOT / f"{module.replace('.', '/')}.py").read_text(), re.MULTILINE)
    for program in re.findall(r"python (\S+\.py)", ENTRYPOINT):
        assert (ROOT / program).is_file()


def test_every_file_that_is_mounted_is_there() -> None:
    bound = [volume for service in COMPOSE["services"].values() for volume in service.get("volumes", ())]
    files = [volume.partition(":")[0] for volume in bound if volume.startswith("./") and "tls" not in volume]
    assert files and all((DOCKER / file).is_file() for file in files)


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    for source in re.findall(r"^COPY (?!--)(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists()
        assert not any(fnmatch(source, pattern) for pattern in ignored)


@pytest.mark.parametrize("needed", ["manage.py", "docker/entrypoint", "locale", "static/vendor/htmx", "templates"])
def test_what_runs_is_not_ignored(needed: str) -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert not any(fnmatch(needed, pattern) or needed.startswith(f"{pattern}/") for pattern in ignored)


def test_nothing_secret_gets_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", ".state", "docker/secrets", "docker/tls"} <= set(ignored)


def test_nginx_knows_the_services_and_their_ports() -> None:
    ports = dict(re.findall(r"serve (?:\S+) \"\$\{(\w+):-(\d+)\}\"", ENTRYPOINT))
    assert dict(re.findall(r"server (\w+):(\d+)", NGINX)) == {"gate": ports["GATE_PORT"], "web": ports["PORT"]}


def test_nginx_brings_deliveries_to_the_gate() -> None:
    assert re.search(rf"location = {re.escape(PATH)} {{\s+proxy_pass http://gate;", NGINX)


def test_nginx_lets_pass_what_the_gate_takes() -> None:
    found = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert found and int(found[1]) << 20 == MAX_DELIVERY_BYTES


def test_servers_believe_nginx_alone() -> None:
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    for name in ("gate", "web"):
        assert PRODUCT[name]["environment"]["TRUSTED_PROXIES"] == subnet
    on_front = {name for name, service in COMPOSE["services"].items() if "front" in service["networks"]}
    assert on_front == {"nginx", "gate", "web"}


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_entrypoint_says_what_it_knows() -> None:
    done = subprocess.run(["sh", DOCKER / "entrypoint", "wbe"], capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "worker-background" in done.stderr
