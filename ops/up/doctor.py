"""What is wrong with an installation and how to mend it, one finding at a time."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from config.env import Env
from ops.services.files import read_json
from ops.services.process import started_at
from ops.storage import StorageError, outside

CONNECT_TIMEOUT_S = 5
LEAST_VERSION = 16_00_00
LEAST_LOCKS = 256
LEAST_CONNECTIONS = 100
LEAST_SECRET = 32
LEAST_FREE_BYTES = 1_000_000_000
CANARY_ROUNDS = 5
PRIVATE_MODE = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and the remedy."""

    what: str
    remedy: str


Check = Callable[[Env], Iterator[Finding]]


def secrets(env: Env) -> Iterator[Finding]:
    """Present, long enough, readable by nobody else."""
    for name in env.missing():
        yield Finding(f"{name} is missing", f"Set {name}, or {name}_FILE to a file that holds it.")
    if env.secret_key and len(env.secret_key) < LEAST_SECRET:
        yield Finding("SECRET_KEY is short", "Take 50 random characters: `openssl rand -base64 48`.")
    if env.meta_verify_token and len(env.meta_verify_token) < LEAST_SECRET // 2:
        yield Finding("META_VERIFY_TOKEN is short", "Take 32 random characters and enter them in Meta's app too.")
    file = env.state_dir / "env.json"
    if file.is_file() and file.stat().st_mode & PRIVATE_MODE:
        yield Finding(f"{file} can be read by others", f"chmod 600 {file}")


def addresses(env: Env) -> Iterator[Finding]:
    """Outside of the demo the world must reach us, and we the real Meta over TLS."""
    if env.demo:
        return
    if env.public_hostname == "localhost" or env.public_hostname.endswith(".localhost"):
        yield Finding(f"PUBLIC_HOST is {env.public_host}", "Set it to the name that guests' and owners' browsers use.")
    if not env.whatsapp_graph_url.startswith("https://"):
        yield Finding("WHATSAPP_GRAPH_URL is not https", "Leave it out to use Meta's own address.")
    if env.billing_gateway == "stripe" and not env.stripe_api_base.startswith("https://"):
        yield Finding("STRIPE_API_BASE is not https", "Leave it out to use Stripe's own address.")
    if env.billing_gateway == "stripe" and not env.stripe_prices:
        yield Finding(
            "No STRIPE_PRICE_<PLAN>_<INTERVAL> is set: nobody can buy a plan",
            "Run `manage.py stripe_catalogue` and put what it prints into the environment (docs/BILLING.md).",
        )
    if not env.trusted_proxies:
        yield Finding(
            "TRUSTED_PROXIES is empty: behind a proxy everybody seems to come from its address",
            "Set it to the address or network of what ends TLS in front of the web process, e.g. 172.30.73.0/24.",
        )


def files(env: Env) -> Iterator[Finding]:
    """Folders that we write to."""
    for folder in filter(None, (env.spool_dir, env.state_dir if env.demo else None)):
        nearest = next((part for part in (folder, *folder.parents) if part.exists()), Path("/"))
        if not os.access(nearest, os.W_OK):
            yield Finding(f"{folder} cannot be written", f"Give this user write permission to {nearest}.")
        free = shutil.disk_usage(nearest).free
        if free < LEAST_FREE_BYTES:
            yield Finding(f"The disk of {folder} has {free // 1_000_000} MB left", "Free some, at least 1 GB.")


def database(env: Env) -> Iterator[Finding]:
    """The server is there, new enough, set up for many schemas, and not behind a pooler that mixes salons up."""
    if not env.database_url:
        return
    try:
        with psycopg.connect(env.database_url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
            yield from _server(connection)
            yield from _audit(connection)
            yield from _pooler(env.database_url)
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[0]
        remedy = "Run `make up`, which starts it." if env.demo else "Check DATABASE_URL, the server and the network."
        yield Finding(f"PostgreSQL does not answer: {said}", remedy)


def _server(connection: psycopg.Connection) -> Iterator[Finding]:
    def number(name: str) -> int:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        return int(row[0]) if row else 0

    if connection.info.server_version < LEAST_VERSION:
        yield Finding(f"PostgreSQL is version {connection.info.server_version // 10000}", "Use 16 or newer.")
    if number("max_locks_per_transaction") < LEAST_LOCKS:
        yield Finding("max_locks_per_transaction is too low to open a salon", "Set it to 256 and restart PostgreSQL.")
    if number("max_connections") < LEAST_CONNECTIONS:
        yield Finding("max_connections is low", "Set it to 200 and restart PostgreSQL.")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row and row[0] == "off":
            yield Finding(f"{name} is off: messages acknowledged to Meta can be lost", f"Set {name} = on.")
    row = connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')").fetchone()
    if row and not row[0]:
        yield Finding("The database user may not create schemas", "GRANT CREATE ON DATABASE … TO that user.")


def _audit(connection: psycopg.Connection) -> Iterator[Finding]:
    """The chains over the audit logs are whole, and sealed each minute."""
    row = connection.execute("SELECT to_regclass('public.audit_chain') IS NOT NULL").fetchone()
    if not row or not row[0]:
        return  # nothing is migrated yet
    broken = "SELECT salon_id, broken_why FROM public.audit_chain WHERE broken_position IS NOT NULL ORDER BY 1 LIMIT 5"
    for salon_id, why in connection.execute(broken).fetchall():
        yield Finding(
            f"The audit log of salon {salon_id} is broken: {why}",
            "Keep the database as it is, look who could write to it, and see `manage.py verify_audit`.",
        )
    row = connection.execute(
        "SELECT count(DISTINCT salon_id) FROM public.audit_due WHERE at < now() - interval '10 minutes'"
    ).fetchone()
    if row and row[0]:
        yield Finding(
            f"The audit logs of {row[0]} salons wait for their seals", "See that beat and the background worker run."
        )


def _pooler(url: str) -> Iterator[Finding]:
    """A pooler in transaction mode gave out another salon's rows in our trials; with one, the backend changes."""
    with (
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as asking,
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as other,
    ):
        seen = set()
        for _ in range(CANARY_ROUNDS):
            with other.transaction():  # takes a backend that `asking` has given back, if it gives any back
                other.execute("SELECT 1")
                row = asking.execute("SELECT pg_backend_pid()").fetchone()
                seen.add(row[0] if row else None)
            row = asking.execute("SELECT pg_backend_pid()").fetchone()
            seen.add(row[0] if row else None)
    if len(seen) > 1:
        yield Finding(
            "DATABASE_URL leads through a pooler in transaction mode",
            "Connect directly, or set the pooler to session mode: salons' rows would get mixed up.",
        )


def erasures(env: Env) -> Iterator[Finding]:
    """A restored database forgets who was erased; the ledger outside of it does not."""
    if not env.database_url:
        return
    try:
        with psycopg.connect(env.database_url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
            count = len(missing_erasures(connection))
    except (psycopg.Error, StorageError, OSError) as error:
        yield Finding(f"The erasure ledger cannot be asked: {type(error).__name__}", "Check ERASURE_LEDGER_URL.")
        return
    if count:
        yield Finding(
            f"The database was restored: {count} erasures are not in it", "Run `manage.py replay_erasures` first."
        )


def missing_erasures(connection: psycopg.Connection) -> list[int]:
    """As ops.ledger.entries.missing, for programs that run before Django does."""
    row = connection.execute("SELECT to_regclass('public.erasure') IS NOT NULL").fetchone()
    last = 0
    if row and row[0]:
        found = connection.execute("SELECT COALESCE(max(seq), 0) FROM public.erasure").fetchone()
        last = int(found[0]) if found else 0
    return [int(name.rpartition("/")[2]) for name in outside().names("ledger", f"ledger/{last:012d}")]


def valkey(env: Env) -> Iterator[Finding]:
    """The doorbell answers and refuses rather than forgets."""
    if not env.redis_url:
        return
    client = redis.Redis.from_url(env.redis_url, socket_connect_timeout=CONNECT_TIMEOUT_S)
    try:
        client.ping()
        policy = dict(client.config_get("maxmemory-policy")).get("maxmemory-policy")
        if policy not in (None, "noeviction"):
            yield Finding(f"Valkey evicts keys ({policy})", "Set maxmemory-policy to noeviction.")
    except redis.ResponseError:
        return  # managed services forbid CONFIG; then it cannot be looked at
    except redis.RedisError as error:
        remedy = "Run `make up`, which starts it." if env.demo else "Check REDIS_URL, the server and the network."
        yield Finding(f"Valkey does not answer: {error}", remedy)


def processes(env: Env) -> Iterator[Finding]:
    """What demo.json says runs does run."""
    if not env.demo:
        return
    for kind, pids in read_json(env.state_dir / "demo.json").get("pids", {}).items():
        gone = [str(pid) for pid in pids if started_at(int(pid)) is None]
        if gone:
            yield Finding(f"{kind} (process {', '.join(gone)}) is not running", "Run `make up`.")


CHECKS: dict[str, Check] = {
    "secrets": secrets,
    "addresses": addresses,
    "files": files,
    "PostgreSQL": database,
    "erasures": erasures,
    "Valkey": valkey,
    "processes": processes,
}
