"""The baseline of the ingest bench: the same server and the same HMAC, nothing stored."""

from channels_wa.gate.app import Gate
from channels_wa.gate.keeper import Kept
from channels_wa.gate.metrics import GateFigures
from channels_wa.gate.server import Server
from config.env import env


class NoKeeper:
    """Says that it kept what it did not."""

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def put(self, raw: bytes, signature: bytes) -> Kept:
        """Forget it."""
        return Kept.STORED


_keeper = NoKeeper()
_gate = Gate(
    _keeper,
    secrets=env.meta_app_secrets,
    verify_token=env.meta_verify_token,
    figures=GateFigures(),
)
app = Server(_keeper, _gate)  # type: ignore[arg-type]
