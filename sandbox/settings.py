"""The sandbox's own environment: it shares none with the product, as Meta would not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(Exception):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside when the sandbox starts."""

    webhook_url: str  # empty: webhooks are not sent at all
    app_secret: str  # the newest of META_APP_SECRETS; Meta signs with one only
    verify_token: str
    state_file: Path | None
    statuses: bool
    batch_max: int
    window: str
    redirect_hosts: tuple[str, ...]  # where the sign-up dialog may send people back to, besides this machine
    payments_url: str = ""  # where the product hears of payments; empty: it is told nothing
    payments_host: str = ""  # the host that it answers to, where the address has another name
    stripe_url: str = ""  # where the product hears of Stripe's events; empty: it is told nothing
    stripe_host: str = ""
    stripe_keys: tuple[str, ...] = ()  # the secret keys that Stripe lets in; empty: any
    stripe_webhook_secret: str = ""  # the newest of STRIPE_WEBHOOK_SECRETS


def _value(environment: Mapping[str, str], name: str, default: str = "") -> str:
    file_name = environment.get(f"{name}_FILE")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    return environment.get(name, default).strip()


def _state_file(environment: Mapping[str, str]) -> Path | None:
    if path := _value(environment, "SANDBOX_STATE"):
        return Path(path)
    folder = _value(environment, "STATE_DIR")
    return Path(folder) / "sandbox.json" if folder else None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; raises BadSetting with the variable's name."""
    source = os.environ if environment is None else environment
    statuses = _value(source, "SANDBOX_STATUSES", "1")
    if statuses not in {"0", "1"}:
        raise BadSetting(f"SANDBOX_STATUSES must be 0 or 1, not {statuses!r}")
    batch_max = _value(source, "SANDBOX_BATCH_MAX", "100")
    if not batch_max.isdecimal() or not 1 <= int(batch_max) <= 1000:
        raise BadSetting(f"SANDBOX_BATCH_MAX must be 1 to 1000, not {batch_max!r}")
    window = _value(source, "SANDBOX_WINDOW", "known")
    if window not in {"known", "strict", "off"}:
        raise BadSetting(f"SANDBOX_WINDOW must be known, strict or off, not {window!r}")
    return Settings(
        webhook_url=_value(source, "SANDBOX_WEBHOOK_URL"),
        app_secret=_value(source, "META_APP_SECRETS").split(",")[0].strip(),
        verify_token=_value(source, "META_VERIFY_TOKEN"),
        state_file=_state_file(source),
        statuses=statuses == "1",
        batch_max=int(batch_max),
        window=window,
        payments_url=_value(source, "SANDBOX_PAYMENTS_URL"),
        payments_host=_value(source, "SANDBOX_PAYMENTS_HOST"),
        stripe_url=_value(source, "SANDBOX_STRIPE_URL"),
        stripe_host=_value(source, "SANDBOX_STRIPE_HOST"),
        stripe_keys=tuple(filter(None, [_value(source, "STRIPE_SECRET_KEY")])),
        stripe_webhook_secret=_value(source, "STRIPE_WEBHOOK_SECRETS").split(",")[0].strip(),
        redirect_hosts=tuple(filter(None, map(str.strip, _value(source, "SANDBOX_REDIRECT_HOSTS").split(",")))),
    )
