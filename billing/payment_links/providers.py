"""The payment providers, by kind; another one is another folder or file, and a line here."""

from typing import Final

from billing.payment_links.port import PaymentLinks
from billing.payment_links.sandbox import SandboxLinks
from config.env import env

PROVIDERS: Final[dict[str, PaymentLinks]] = {SandboxLinks.kind: SandboxLinks()}


def provider_of(kind: str) -> PaymentLinks:
    """The adapter of this kind. Raises KeyError."""
    return PROVIDERS[kind]


def hears(kind: str) -> bool:
    """Whether news of this provider are listened to: the sandbox's only where it is the provider."""
    return kind in PROVIDERS and (kind != SandboxLinks.kind or kind in (env.payment_links, current()))


def current() -> str:
    """The kind by which new links are made; empty: the salon can ask for no payments."""
    kind = env.payment_links or (SandboxLinks.kind if env.demo else "")
    return kind if kind in PROVIDERS else ""
