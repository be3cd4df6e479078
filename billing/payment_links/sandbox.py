"""The sandbox as a payment provider: a page in the demo's own process that a browser clicks through."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing.payment_links.port import Made, News, Refused, Unavailable
from config.env import env
from ops import safe_http
from ops.safe_http import BadAddress, Failed, Forbidden, Limits

SIGNATURE = "X-Sandbox-Signature"
KINDS = frozenset({"paid", "declined", "expired", "refunded"})


class SandboxLinks:
    """See billing.payment_links.port.PaymentLinks."""

    kind = "sandbox"

    async def create(
        self, amount_minor: int, currency: str, reference: str, description: str, expires_at: datetime | None
    ) -> Made:
        """The same reference gives the same page."""
        answer = await _ask(
            "links",
            {
                "amount_minor": amount_minor,
                "currency": currency,
                "reference": reference,
                "description": description,
                "expires_at": expires_at.timestamp() if expires_at else None,
            },
        )
        return Made(str(answer["id"]), str(answer["url"]))

    async def refund(self, ref: str, amount_minor: int, reference: str) -> None:
        """Once for each reference."""
        await _ask("refund", {"id": ref, "amount_minor": amount_minor, "reference": reference})

    async def withdraw(self, ref: str) -> None:
        """A page that nobody can pay any more."""
        await _ask("withdraw", {"id": ref})

    def read(self, headers: Mapping[str, str], body: bytes) -> News | None:
        """What its webhook says."""
        if not env.meta_app_secrets or not env.meta_app_secrets[0]:
            # Anybody could sign with nothing.
            return None
        if not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), sign(body).encode()):
            return None
        said = json.loads(body)
        if not isinstance(said, dict) or said.get("kind") not in KINDS:
            raise ValueError("no news")
        return News(str(said["id"])[:120], str(said["reference"]), said["kind"], int(said.get("amount_minor") or 0))


def sign(body: bytes) -> str:
    """What both sides compute over the bytes, from the secret that the demo gave them."""
    return hmac.new(_secret(), body, hashlib.sha256).hexdigest()


def _secret() -> bytes:
    return b"payments:" + (env.meta_app_secrets[0] if env.meta_app_secrets else "").encode()


async def _ask(act: str, values: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(values).encode()
    url = f"http://127.0.0.1:{env.sandbox_port}/payments/{act}"
    headers = {"Content-Type": "application/json", SIGNATURE: sign(body)}
    limits = Limits(ports=frozenset({env.sandbox_port}))
    try:
        async with safe_http.opened(url, method="POST", headers=headers, body=body, limits=limits) as answer:
            text = await answer.read()
            if answer.status >= 500:
                raise Unavailable(f"status {answer.status}")
            if answer.status >= 400:
                raise Refused(f"status {answer.status}")
            return dict(json.loads(text))
    except (BadAddress, Forbidden) as error:
        raise Refused(type(error).__name__) from error
    except (Failed, ValueError) as error:
        raise Unavailable(type(error).__name__) from error
