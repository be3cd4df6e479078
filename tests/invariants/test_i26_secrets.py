"""I26: after a run with faults no secret stands readable in logs, tables, Valkey or files that others may read."""

import base64
import json
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.invariants.guests import sent_to, strangers, wamid_of, write
from tests.load import Log, at_rate
from tests.product import Product, call, until

pytestmark = pytest.mark.processes

SECRET_SETTINGS = (
    *("SECRET_KEY", "SALON_KEYS", "META_APP_SECRETS", "META_VERIFY_TOKEN", "METRICS_TOKEN"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"),
)
SECRET_FIELDS = ("owner_password", "operator_password", "api_key")
# They hold the secrets on purpose; only their owner may read them.
KEEPERS = ("env.json", "demo.json", "demo-secrets.json", "run/prepared.json", "run/prepare.out", "services.json")
SECRETS = 60
HANDED_OUT = Path(__file__).with_name("handed_out.py")
NOBODYS = "9" * 15
LOAD_PER_S, GUESTS = 60, 600
# In the order in which they may be restarted while guests write.
OURS = ("gate", "web", "worker", "beat")


def planted(where: str) -> str:
    """A secret that this test hands in somewhere."""
    return f"canary-secret-{where}"


def secrets_of(product: Product) -> dict[str, str]:
    """Every secret of the installation by its name."""
    settings, demo = product.settings(), product.demo
    found = {name: word for name in SECRET_SETTINGS for word in settings[name].split(",")}
    return {**found, **{name: demo[name] for name in SECRET_FIELDS if demo.get(name)}}


def handed_out(product: Product) -> dict[str, str]:
    """One of every secret that the product gives out or keeps for somebody: keys, codes, addresses, second factors."""
    said = product.manage("shell", "--verbosity", "0", "-c", f"exec(open({str(HANDED_OUT)!r}).read())")
    found: dict[str, str] = json.loads(base64.b64decode(said.partition("HANDED OUT ")[2].split()[0]))
    assert len(found) >= 15
    return found


def misplaced(product: Product, key: str) -> dict[str, tuple[int, bytes]]:
    """What an integrator with a good key writes into the wrong place; the answers."""
    host = {"Host": product.demo["public_url"].removeprefix("http://"), "Authorization": f"Api-Key {key}"}
    answers: dict[str, tuple[int, bytes]] = {}
    for number, (path, name) in enumerate(
        (
            ("contacts", "name_"),
            ("messages", "type"),
            ("connections", "token"),
            ("flows", "graph"),
            ("deals", "pipeline"),
        )
    ):
        word = f"EAA{planted(f'body{number}').replace('-', 'x')}"
        answers[word] = call(product.port, "POST", f"/api/v1/{path}/", {name: word}, host)
        word = f"cad_{planted(f'query-{number}')}"
        answers[word] = call(product.port, "GET", f"/api/v1/{path}/?{name}={word}", None, host)
    assert {status for status, _ in answers.values()} <= {400, 403, 404, 405, 415}
    return answers


def hand_in(product: Product) -> dict[str, tuple[int, bytes]]:
    """Secrets sent wherever a stranger, a guest's browser or a careless integrator might put one; the answers."""
    host = {"Host": product.demo["salon_url"].removeprefix("http://")}
    answers: dict[str, tuple[int, bytes]] = {}

    def ask(where: str, port: int, method: str, path: str, body: object = None, **headers: str) -> None:
        answers[planted(where)] = call(port, method, path, body, {**host, **headers})

    for path in ("contacts", "messages", "conversations", "flows", "executions", "connections", "schema", "docs"):
        word = planted(f"key-{path}")
        ask(f"key-{path}", product.port, "GET", f"/api/v1/{path}/", Authorization=f"Api-Key {word}")
        ask(
            f"bearer-{path}",
            product.port,
            "GET",
            f"/api/v1/{path}/",
            Authorization=f"Bearer {planted(f'bearer-{path}')}",
        )
        ask(f"cookie-{path}", product.port, "GET", f"/{path}/", Cookie=f"sessionid={planted(f'cookie-{path}')}")
    for number, path in enumerate(("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")):
        form = f"login=a%40example.com&email=a%40example.com&password={planted(f'form-{number}')}".encode()
        ask(f"form-{number}", product.port, "POST", path, form, **{"Content-Type": "application/x-www-form-urlencoded"})
    for number, path in enumerate(("/enter/", "/leave/", "/inbox/", "/flows/")):
        ask(f"code-{number}", product.port, "GET", f"{path}?code={planted(f'code-{number}')}")
    word = planted("webhook")
    ask("webhook", product.gate_port, "POST", "/webhooks/whatsapp/", b"{}", **{"X-Hub-Signature-256": f"sha256={word}"})
    word = planted("verify")
    challenge = f"/webhooks/whatsapp/?hub.mode=subscribe&hub.challenge=1&hub.verify_token={word}"
    ask("verify", product.gate_port, "GET", challenge)
    ask(
        "metrics",
        product.port,
        "GET",
        "/metrics",
        Authorization=f"Bearer {planted('metrics')}",
        Forwarded="for=9.9.9.9",
    )
    return answers


def places(product: Product) -> Iterator[tuple[str, str]]:
    """Everything that is written somewhere, as text."""
    yield "logs", product.logs() + product.output.read_text().replace(product.demo["owner_password"], "")
    tables = product.rows(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND (n.nspname = 'public' OR n.nspname LIKE 'salon\\_%')"
    )
    for schema, table in tables:
        rows = product.rows(f'SELECT t::text FROM "{schema}"."{table}" t')
        yield f"{schema}.{table}", "\n".join(row for (row,) in rows)
    valkey = redis.Redis.from_url(product.demo["redis_url"])
    yield "Valkey", "\n".join(repr(valkey.dump(key)) + repr(key) for key in valkey.scan_iter())


def test_i26_no_secret_is_readable_anywhere(product: Product) -> None:
    # Meta refuses the token: the number stops, which is told in logs, events and pages.
    product.sandbox("faults", fault="token_expired", count=1)
    write(product, strangers(5))
    until(lambda: product.one("SELECT count(*) FROM number WHERE state = 'stopped'"), 20, "the number is stopped")
    given = handed_out(product)
    answers = hand_in(product) | misplaced(product, product.demo["api_key"])
    secrets = {**secrets_of(product), **given, **{word: word for word in answers}}
    assert len(secrets) >= SECRETS
    written = [
        *places(product),
        *((f"the answer to {word}", raw.decode(errors="replace")) for word, (_, raw) in answers.items()),
    ]
    hits = [
        (name, place)
        for place, text in written
        for name, secret in secrets.items()
        if secret in text or secret.encode().hex() in text
    ]
    assert not hits, hits
    assert sum(len(text) for _, text in written) > 10_000
    product.rows("UPDATE number SET state = 'active', stopped_reason = '' WHERE state = 'stopped'")
    product.rows("DELETE FROM number WHERE phone_number_id = %s", [NOBODYS])
    product.rows("UPDATE outbox_item SET not_before = now(), reason = '' WHERE state = 'queued'")


def restart_with(product: Product, salon_keys: str) -> None:
    """Each of our processes is restarted with these keys, one kind after another."""
    file = product.state_dir / "env.json"
    values = json.loads(file.read_text()) | {"SALON_KEYS": salon_keys}
    aside = file.with_suffix(".new")
    aside.touch(mode=0o600)
    aside.write_text(json.dumps(values))
    aside.replace(file)
    for kind in OURS:
        restart(product, kind)


def restart(product: Product, kind: str) -> None:
    """Asked to end, not killed: nothing may be left to chance."""
    before = set(product.pids(kind))
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not before & set(product.pids(kind)), 120, f"{kind} is restarted")
    product.until_all_up()


def test_i26_the_keys_are_rotated_while_guests_write(product: Product) -> None:
    older = product.settings()["SALON_KEYS"]
    newer = base64.b64encode(os.urandom(32)).decode()
    guests, logs = strangers(GUESTS), list[Log]()

    def guests_write() -> None:
        requests = (product.meta.message(wamid_of(guest), guest, "oi") for guest in guests)
        logs.append(at_rate([product.gate_port], requests, LOAD_PER_S, insist=True))

    writing = threading.Thread(target=guests_write)
    before = len(product.logs())
    writing.start()
    for keys in (f"{older},{newer}", f"{newer},{older}"):
        restart_with(product, keys)
    assert "keys wrapped anew" in product.manage("rotate_salon_keys")
    restart_with(product, f"{newer},{older}")
    writing.join()
    product.end_leases()
    product.until_at_rest()
    assert len(logs[0].acked) == GUESTS
    until(lambda: all(sent_to(product, guest) for guest in guests), 60, "everybody is answered")
    said = product.logs()[before:]
    assert not [word for word in ("cannot be opened", "CannotOpen", "token_unreadable") if word in said]
    assert product.one("SELECT count(*) FROM inbox_item WHERE state = 'quarantined' AND error LIKE '%%opened%%'") == 0


def test_i26_files_with_secrets_belong_to_their_owner(product: Product) -> None:
    secrets = list(secrets_of(product).values())
    for file in product.state_dir.rglob("*"):
        name = str(file.relative_to(product.state_dir))
        if not file.is_file() or name.startswith(("postgres-", "log/", "run/metrics")):
            continue
        text = file.read_text(errors="replace")
        if any(word in text or json.dumps(word) in text for word in secrets):
            assert name in (*KEEPERS, "up.out"), f"{name} holds a secret"
            assert name == "up.out" or not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH), name
