"""Loaded before Django: the environment of the tests, and the embedded services when none are given."""

import atexit
import base64
import os
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_open = ExitStack()
atexit.register(_open.close)

os.environ.setdefault("STATE_DIR", str(ROOT / ".state" / "test"))
os.environ.update(
    {
        "DEMO": "1",
        "CLOCK_FOLLOWS": "0",
        "SECRET_KEY": "tests",
        "SALON_KEYS": base64.b64encode(b"k" * 32).decode(),
        "META_APP_SECRETS": "newest-app-secret,older-app-secret",
        "META_VERIFY_TOKEN": "verify-token",
        "STRIPE_SECRET_KEY": f"sk_test_{'t' * 32}",
        "STRIPE_WEBHOOK_SECRETS": "whsec_newest,whsec_older",
        "STRIPE_API_BASE": "http://127.0.0.1:1/stripe",
        **{
            f"STRIPE_PRICE_{plan}_{interval}": f"price_cadeira_{plan}_{interval}_brl".lower()
            for plan in ("STARTER", "PRO", "AGENCY")
            for interval in ("MONTH", "YEAR")
        },
        "PUBLIC_HOST": "cadeira.localhost:8000",
        "LOG_LEVEL": "WARNING",
        "WHATSAPP_GRAPH_URL": "http://127.0.0.1:1",
        # Apart from the storage, which some tests have to themselves.
        "ERASURE_LEDGER_URL": (Path(os.environ["STATE_DIR"]).resolve() / "outside").as_uri(),
    }
)
if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    from ops.services.run import running_services

    database_url, redis_url = _open.enter_context(running_services(Path(os.environ["STATE_DIR"])))
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = database_url, redis_url
