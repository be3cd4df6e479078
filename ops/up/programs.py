"""The list of our own processes."""

from collections.abc import Mapping
from pathlib import Path

from ops.up.program import Command, answers_200, child_environ

GRACE_S = "2"  # for open connections (web sockets) when a server is asked to end


def _server(application: str, port: str) -> list[str]:
    return [
        *("-m", "uvicorn", application, "--host", "127.0.0.1", "--port", port),
        *("--timeout-graceful-shutdown", GRACE_S, "--no-access-log", "--log-level", "warning", "--backlog", "4096"),
        # Whom a proxy passes on is read by ops.addresses, from the proxies in TRUSTED_PROXIES only.
        "--no-proxy-headers",
        # Live parts are small and go to each browser by itself: packing each of them anew costs more than it saves.
        *("--ws-per-message-deflate", "false"),
        # What a page says to a socket is a line; docker/entrypoint has the same.
        *("--ws-max-size", "65536", "--no-server-header"),
    ]


def _worker(name: str, queues: str, processes: str) -> list[str]:
    return [
        *("-m", "celery", "-A", "config.celery", "worker", "--pool", "prefork", "-Q", queues, "-c", processes),
        *("-n", f"{name}@%h", "--without-mingle", "--without-gossip", "--without-heartbeat", "-l", "warning"),
    ]


def sandbox(values: Mapping[str, str], state_dir: Path) -> Command:
    """The simulated Graph API and the guest's phone; it knows the product by one address and two secrets only."""
    port = values["SANDBOX_PORT"]
    environ = child_environ(
        state_dir,
        SANDBOX_PORT=port,
        SANDBOX_WEBHOOK_URL=f"http://127.0.0.1:{values['GATE_PORT']}/webhooks/whatsapp/",
        SANDBOX_PAYMENTS_URL=f"http://127.0.0.1:{values['PORT']}/webhooks/payments/sandbox/",
        SANDBOX_PAYMENTS_HOST=values["PUBLIC_HOST"],
        SANDBOX_STRIPE_URL=f"http://127.0.0.1:{values['PORT']}/webhooks/stripe/",
        SANDBOX_STRIPE_HOST=values["PUBLIC_HOST"],
        STRIPE_SECRET_KEY=values["STRIPE_SECRET_KEY"],
        STRIPE_WEBHOOK_SECRETS=values["STRIPE_WEBHOOK_SECRETS"],
        META_APP_SECRETS=values["META_APP_SECRETS"],
        META_VERIFY_TOKEN=values["META_VERIFY_TOKEN"],
    )
    log = state_dir / "log" / "sandbox.log"
    return Command(
        "sandbox", "sandbox", _server("sandbox.app:app", port), log, environ, lambda: answers_200(int(port), "/phone")
    )


def gate(values: Mapping[str, str], state_dir: Path) -> Command:
    """Takes Meta's deliveries."""
    port = values["GATE_PORT"]
    arguments = _server("channels_wa.gate.server:app", port)
    log = state_dir / "log" / "gate.log"
    return Command("gate", "gate", arguments, log, child_environ(state_dir), lambda: answers_200(int(port), "/readyz"))


def web(values: Mapping[str, str], state_dir: Path) -> Command:
    """Portal, API and web sockets."""
    port = values["PORT"]
    arguments = _server("config.asgi:application", port)
    log = state_dir / "log" / "web.log"
    return Command("web", "web", arguments, log, child_environ(state_dir), lambda: answers_200(int(port), "/readyz"))


def _celery(name: str, kind: str, arguments: list[str], state_dir: Path, *, niceness: int) -> Command:
    """A Celery process; it writes a file when it is ready."""
    ready_file = state_dir / "run" / f"{name}.ready"
    environ = child_environ(state_dir, WORKER_READY_FILE=str(ready_file))
    log = state_dir / "log" / f"{name}.log"
    is_ready = ready_file.exists
    return Command(name, kind, arguments, log, environ, is_ready, ready_file=ready_file, niceness=niceness)


def workers(values: Mapping[str, str], state_dir: Path) -> list[Command]:
    """Guests' replies apart from all that can wait, so that a campaign never delays an answer."""
    return [
        _celery("worker-replies", "worker", _worker("replies", "replies", values["WORKERS"]), state_dir, niceness=5),
        _celery("worker-background", "worker", _worker("background", "background", "1"), state_dir, niceness=10),
    ]


def beat(state_dir: Path) -> Command:
    """Rings the bells of periodic work."""
    arguments = [
        *("-m", "celery", "-A", "config.celery", "beat", "-S", "django_celery_beat.schedulers:DatabaseScheduler"),
        *("-l", "warning", "--pidfile", ""),
    ]
    return _celery("beat", "beat", arguments, state_dir, niceness=10)


def prepare_demo(state_dir: Path) -> Command:
    """Migrates and opens the demo salon, then ends; the last line of its output is JSON for demo.json."""
    command = Command(
        name="prepare",
        kind="prepare",
        arguments=["manage.py", "prepare_demo"],
        log=state_dir / "log" / "prepare.log",
        environ=child_environ(state_dir),
        is_ready=lambda: False,
    )
    command.output = state_dir / "run" / "prepare.out"
    return command


def replay_erasures(state_dir: Path) -> Command:
    """Tells a restored database whom it must forget, then ends."""
    return Command(
        name="replay-erasures",
        kind="prepare",
        arguments=["manage.py", "replay_erasures"],
        log=state_dir / "log" / "replay_erasures.log",
        environ=child_environ(state_dir),
        is_ready=lambda: False,
    )
