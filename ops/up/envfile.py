"""`STATE_DIR/env.json`: the demo's configuration, which every process of it and `manage.py` read."""

import base64
import secrets
from collections.abc import Mapping

from ops.services.files import read_json, write_json
from ops.up.wanted import Wanted

FILE = "env.json"
GRAPH_VERSION = "v26.0"
KEY_BYTES = 32
# What is sold; the sandbox's Stripe has a price of each from the start, named by its lookup key.
PLANS, INTERVALS, CURRENCIES = ("starter", "pro", "agency"), ("month", "year"), ("brl", "usd", "eur")


def _made_once() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SALON_KEYS": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "META_APP_ID": "100000000000001",
        "META_CONFIG_ID": "100000000000002",
        "META_APP_SECRETS": secrets.token_hex(16),
        "META_VERIFY_TOKEN": secrets.token_urlsafe(24),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(24)}",
        "STRIPE_WEBHOOK_SECRETS": f"whsec_{secrets.token_hex(24)}",
        "METRICS_TOKEN": secrets.token_urlsafe(24),
        "WHATSAPP_GRAPH_VERSION": GRAPH_VERSION,
    }


def _prices() -> dict[str, str]:
    named = {
        (plan, interval, currency): f"price_cadeira_{plan}_{interval}_{currency}"
        for plan in PLANS
        for interval in INTERVALS
        for currency in CURRENCIES
    }
    found = {f"STRIPE_PRICE_{'_'.join(key)}".upper(): name for key, name in named.items()}
    # Without a currency: for every one that has no line of its own.
    return found | {name.removesuffix("_BRL"): price for name, price in found.items() if name.endswith("_BRL")}


def write(
    wanted: Wanted, ports: Mapping[str, int], urls: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Write env.json and return it: secrets stay from run to run, and what the environment says comes first."""
    file = wanted.state_dir / FILE
    kept = read_json(file)
    run = wanted.state_dir / "run"
    values = {name: str(kept.get(name) or made) for name, made in _made_once().items()}
    values |= {
        "DEMO": "1",
        "PUBLIC_HOST": f"cadeira.localhost:{ports['PORT']}",
        "ALLOWED_HOSTS": ".localhost,127.0.0.1",
        "WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{ports['SANDBOX_PORT']}",
        "SAFE_HTTP_ALLOW": ",".join(f"{host}:{ports['SANDBOX_PORT']}" for host in ("127.0.0.1", "localhost")),
        "META_DIALOG_URL": f"http://127.0.0.1:{ports['SANDBOX_PORT']}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{ports['SANDBOX_PORT']}/stripe",
        **_prices(),
        "SPOOL_DIR": str(wanted.state_dir / "spool"),
        "PROMETHEUS_MULTIPROC_DIR": str(run / "metrics"),
        "WORKERS": str(wanted.workers),
    }
    values |= {name: environ[name] for name in values if environ.get(name) and name not in {"DEMO", "WORKERS"}}
    values |= {name: str(port) for name, port in ports.items()}
    values |= urls
    write_json(file, values)
    return values
