"""A payment provider in the sandbox: pages that a browser clicks through, and news of them to the product, signed."""

import asyncio
import hashlib
import hmac
import html
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp

from sandbox import log
from sandbox.asgi import JSON, Call, loads
from sandbox.clock import Clock
from sandbox.payment_words import amount, words
from sandbox.phone.words import language_of
from sandbox.settings import Settings

STATIC = Path(__file__).resolve().parent / "static"
SIGNATURE = b"x-sandbox-signature"
FORM_MAX = 16 * 1024
KEPT = 5000
PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(slots=True)
class Link:
    """One page."""

    id: str
    reference: str
    amount_minor: int
    currency: str
    description: str
    expires_at: float | None
    state: str = "open"  # paid, declined (may be tried again), expired, withdrawn, refunded
    refunds: list[str] = field(default_factory=list)


class Payments:
    """All pages of this provider."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._links: dict[str, Link] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def as_saved(self) -> list[JSON]:
        """What must outlive a restart."""
        return [asdict(link) for link in list(self._links.values())[-KEPT:]]

    def restore(self, saved: list[JSON]) -> None:
        """As it was."""
        self._links = {one["id"]: Link(**one) for one in saved}

    def find(self, pk: str) -> Link | None:
        """The page of this name, brought up to now."""
        link = self._links.get(pk)
        if link and link.state in ("open", "declined") and link.expires_at and link.expires_at <= self._clock.now():
            link.state = "expired"
            self.tell(link, "expired")
        return link

    def make(self, wanted: JSON) -> Link:
        """A page; the same reference gives the same one. Raises KeyError, ValueError, TypeError."""
        for link in self._links.values():
            if link.reference == wanted["reference"]:
                return link
        until = wanted.get("expires_at")
        link = Link(
            f"pl_{secrets.token_urlsafe(12)}",
            str(wanted["reference"]),
            int(wanted["amount_minor"]),
            str(wanted["currency"])[:3],
            str(wanted.get("description") or "")[:200],
            float(until) if until else None,
        )
        self._links[link.id] = link
        return link

    def answer(self, link: Link, said: str) -> None:
        """What the guest pressed."""
        if link.state not in ("open", "declined") or said not in ("pay", "decline"):
            return
        link.state = "paid" if said == "pay" else "declined"
        self.tell(link, link.state)

    def refund(self, link: Link, reference: str) -> bool:
        """Give it back, once."""
        if link.state == "paid":
            link.state = "refunded"
            link.refunds.append(reference)
            self.tell(link, "refunded")
        return link.state == "refunded"

    def is_signed(self, call: Call, body: bytes) -> bool:
        """Whether the product asks."""
        return hmac.compare_digest(call.header(SIGNATURE), self._sign(body).encode())

    def tell(self, link: Link, kind: str) -> None:
        """Tell the product, again and again until it has heard."""
        if not self._settings.payments_url:
            return
        news = {"id": f"evt_{secrets.token_urlsafe(9)}", "reference": link.reference, "kind": kind,
                "amount_minor": link.amount_minor}  # fmt: skip
        task = asyncio.get_running_loop().create_task(self._post(json.dumps(news).encode()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sign(self, body: bytes) -> str:
        return hmac.new(b"payments:" + self._settings.app_secret.encode(), body, hashlib.sha256).hexdigest()

    async def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "X-Sandbox-Signature": self._sign(body)}
        if self._settings.payments_host:
            headers["Host"] = self._settings.payments_host
        tries = 0
        while tries < 200:
            await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
            tries += 1
            try:
                timeout = aiohttp.ClientTimeout(total=20)
                async with (
                    aiohttp.ClientSession(timeout=timeout) as session,
                    session.post(self._settings.payments_url, data=body, headers=headers) as answer,
                ):
                    if answer.status == 200 or 400 <= answer.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError) as problem:
                log.error("payment.not_told", why=repr(problem))


async def handle(payments: Payments, call: Call) -> bool:
    """Answer what is for the provider; whether something has changed."""
    if call.path.startswith("/pay/"):
        return await _page(payments, call)
    body = await call.body(FORM_MAX)
    if not payments.is_signed(call, body):
        await call.answer_json({"error": "the signature is wrong"}, 401)
        return False
    try:
        wanted: Any = loads(body)
        if call.path == "/payments/links":
            link: Link | None = payments.make(wanted)
        else:
            link = payments.find(str(wanted["id"]))
    except (KeyError, ValueError, TypeError):
        await call.answer_json({"error": "fields are missing"}, 400)
        return False
    if link is None:
        await call.answer_json({"error": "no such link"}, 404)
        return False
    if call.path == "/payments/refund" and not payments.refund(link, str(wanted.get("reference"))):
        await call.answer_json({"error": f"it is {link.state}"}, 409)
        return False
    if call.path == "/payments/withdraw" and link.state in ("open", "declined"):
        link.state = "withdrawn"
    await call.answer_json({"id": link.id, "url": f"{call.base}/pay/{link.id}", "state": link.state})
    return True


async def _page(payments: Payments, call: Call) -> bool:
    link = payments.find(call.path.removeprefix("/pay/").strip("/"))
    language = language_of(call.header(b"accept-language").decode("latin-1"))
    said = words(language)
    if link is not None and call.method == "POST":
        if call.header(b"sec-fetch-site") in (b"cross-site", b"same-site"):
            await call.answer_json({"error": "cross-site"}, 403)
            return False
        raw = (await call.body(FORM_MAX)).decode("utf-8", "replace")
        payments.answer(link, parse_qs(raw).get("answer", [""])[-1])
        await call.answer(303, b"", b"text/plain", [(b"location", f"/pay/{link.id}".encode())])
        return True
    state = link.state if link else "missing"
    is_open = state in ("open", "declined")
    buttons = (
        f'<form method="post" class="actions"><button class="main" name="answer" value="pay">{said["pay"]}</button>'
        f'<button name="answer" value="decline">{said["decline"]}</button></form>'
    )
    values = {
        "language": language,
        "title": said["title"],
        "intro": said["intro"],
        "description": link.description if link else "",
        "amount": amount(link.amount_minor, link.currency) if link else "",
        "state": said[state],
        "buttons_html": buttons if is_open else "",
    }
    text = (STATIC / "pay.html").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace("{{ " + name + " }}", value if name.endswith("_html") else html.escape(value))
    headers = [
        (b"content-security-policy", POLICY),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
    ]
    await call.answer(200 if link else 404, text.encode(), b"text/html; charset=utf-8", headers)
    return False
