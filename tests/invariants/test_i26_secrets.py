"""I26: after a run with faults no secret stands readable in logs, tables, Valkey or files that others may read."""

import json
import stat
from collections.abc import Iterator

import pytest
import redis

from tests.invariants.guests import strangers, write
from tests.product import Product, call, until

pytestmark = pytest.mark.processes

SECRET_SETTINGS = ("SECRET_KEY", "SALON_KEYS", "META_APP_SECRETS", "META_VERIFY_TOKEN", "METRICS_TOKEN")
SECRET_FIELDS = ("owner_password", "operator_password", "api_key")
# They hold the secrets on purpose; only their owner may read them.
KEEPERS = ("env.json", "demo.json", "demo-secrets.json", "run/prepared.json", "run/prepare.out", "services.json")
PLANTED = "canary-token-of-a-number"


def secrets_of(product: Product) -> dict[str, str]:
    """Every secret by its name."""
    settings, demo = product.settings(), product.demo
    found = {name: word for name in SECRET_SETTINGS for word in settings[name].split(",")}
    return {**found, **{name: demo[name] for name in SECRET_FIELDS if demo.get(name)}, "planted": PLANTED}


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
    errors = [
        call(product.port, "GET", "/api/v1/contacts/", headers={"Authorization": f"Api-Key {PLANTED}"}),
        call(product.port, "POST", "/api/v1/messages/", {"to": PLANTED}),
        call(product.gate_port, "POST", "/webhooks/whatsapp/", {"token": PLANTED}),
    ]
    secrets = secrets_of(product)
    written = [*places(product), ("error pages", "\n".join(raw.decode(errors="replace") for _, raw in errors))]
    hits = [
        (name, place)
        for place, text in written
        for name, secret in secrets.items()
        if secret in text or secret.encode().hex() in text
    ]
    assert not hits, hits
    assert sum(len(text) for _, text in written) > 10_000
    product.rows("UPDATE number SET state = 'active', stopped_reason = '' WHERE state = 'stopped'")
    product.rows("UPDATE outbox_item SET not_before = now(), reason = '' WHERE state = 'queued'")


def test_i26_files_with_secrets_belong_to_their_owner(product: Product) -> None:
    secrets = [word for name, word in secrets_of(product).items() if name != "planted"]
    for file in product.state_dir.rglob("*"):
        name = str(file.relative_to(product.state_dir))
        if not file.is_file() or name.startswith(("postgres-", "log/", "run/metrics")):
            continue
        text = file.read_text(errors="replace")
        if any(word in text or json.dumps(word) in text for word in secrets):
            assert name in (*KEEPERS, "up.out"), f"{name} holds a secret"
            assert name == "up.out" or not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH), name
