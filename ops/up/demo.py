"""`STATE_DIR/demo.json`: how to enter the running demo."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ops.services.files import read_json, write_json
from ops.services.trouble import Trouble

FILE = "demo.json"
PREPARED = "prepared.json"
KINDS = ("gate", "web", "worker", "beat", "sandbox", "postgres", "valkey")
FROM_PREPARE = (
    *("public_url", "salon_url", "salon_slug", "owner_email", "owner_password", "operator_email", "operator_password"),
    *("api_key", "phone_number_id", "waba_id", "display_phone"),
)


def read_prepared(output: Path, kept: Path) -> dict[str, Any]:
    """What `prepare_demo` printed, completed by what it printed before: secrets are shown only once."""
    lines = output.read_text().splitlines()
    try:
        said = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise Trouble(f"prepare_demo printed no JSON line; see {output}. Run `make clean` and start again.") from None
    fields = read_json(kept) | {name: value for name, value in said.items() if value}
    write_json(kept, fields)
    return fields


def write(
    state_dir: Path, values: Mapping[str, str], fields: Mapping[str, Any], pids: Callable[[str], list[int]]
) -> None:
    """Write demo.json in one rename."""
    demo = {
        "public_url": f"http://{values['PUBLIC_HOST']}",
        "webhook_url": f"http://127.0.0.1:{values['GATE_PORT']}/webhooks/whatsapp/",
        **{name: fields[name] for name in FROM_PREPARE if name in fields},
        "app_secret": values["META_APP_SECRETS"].split(",")[0],
        "verify_token": values["META_VERIFY_TOKEN"],
        "sandbox_url": f"http://localhost:{values['SANDBOX_PORT']}",
        "database_url": values["DATABASE_URL"],
        "redis_url": values["REDIS_URL"],
        "pids": {kind: pids(kind) for kind in KINDS},
    }
    write_json(state_dir / FILE, demo)
