"""Every value that comes from outside, parsed once and typed.

Order: the environment, `<NAME>_FILE` (a path whose content is the value), then `STATE_DIR/env.json`, which the
embedded demo (`make up`) keeps. Outside the demo a missing secret refuses to start with its name.
"""

import base64
import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ops.addresses import network

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("secret_key", "salon_keys", "database_url", "redis_url", "meta_app_secrets", "meta_verify_token")
# Of who takes the platform's money; the demo may do without.
MONEY = ("stripe_secret_key", "stripe_webhook_secrets")
PRICE = "STRIPE_PRICE_"
KEY_BYTES = 32


def state_dir() -> Path:
    """Where the embedded services and the demo keep their files."""
    return Path(os.environ.get("STATE_DIR", ROOT / ".state")).resolve()


class KeptByTheDemo(PydanticBaseSettingsSource):
    """Values from `<NAME>_FILE`, then from STATE_DIR/env.json."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """One value; pydantic asks for it by the field's name."""
        file = os.environ.get(f"{field_name.upper()}_FILE")
        if file:
            return Path(file).read_text().strip(), field_name, False
        return self._kept.get(field_name.upper()), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values this source knows."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    @cached_property
    def _kept(self) -> dict[str, Any]:
        file = state_dir() / "env.json"
        return dict(json.loads(file.read_text())) if file.is_file() else {}


def _words(value: object) -> object:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def _prices() -> dict[str, str]:
    """STRIPE_PRICE_<PLAN>_<INTERVAL>[_<CURRENCY>], by what stands behind STRIPE_PRICE_."""
    file = state_dir() / "env.json"
    kept = dict(json.loads(file.read_text())) if file.is_file() else {}
    found = {name: str(value) for name, value in {**kept, **os.environ}.items() if name.startswith(PRICE)}
    for name in [name for name in found if name.endswith("_FILE")]:
        found[name.removesuffix("_FILE")] = Path(found.pop(name)).read_text()
    return {name.removeprefix(PRICE): value.strip() for name, value in found.items() if value.strip()}


Words = Annotated[list[str], NoDecode]


class Env(BaseSettings):
    """What the installation was told. Names as in the contract, lower case."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    demo: bool = False
    secret_key: str = ""
    # Older ones, whose signatures (sessions, links) are good still.
    secret_key_fallbacks: Words = Field(default_factory=list)
    salon_keys: Words = Field(default_factory=list)
    database_url: str = ""
    redis_url: str = ""
    allowed_hosts: Words = Field(default_factory=list)
    # Proxies in front of us whose X-Forwarded-For is believed: addresses or networks, e.g. 10.0.0.0/8.
    trusted_proxies: Words = Field(default_factory=list)
    public_host: str = "cadeira.localhost:8000"
    whatsapp_graph_url: str = "https://graph.facebook.com"
    whatsapp_graph_version: str = "v26.0"
    # The field of a message that carries a BSUID; Meta's pages and clients disagree (WHATSAPP.md §11).
    whatsapp_bsuid_field: Literal["recipient", "to"] = "recipient"
    meta_app_id: str = ""
    # Where a salon's owner connects a number (embedded signup), and which configuration of it.
    meta_dialog_url: str = "https://www.facebook.com"
    meta_config_id: str = ""
    meta_app_secrets: Words = Field(default_factory=list)
    meta_verify_token: str = ""
    # host:port that safe_http may ask wherever it lies; for the demo's sandbox alone.
    safe_http_allow: Words = Field(default_factory=list)
    # Where files of messages lie: file:///folder, or s3://key:secret@host/bucket?region=…; STATE_DIR/media if empty.
    storage_url: str = ""
    # Where the erasure ledger and the shares of contacts' keys lie, outside of every backup; as STORAGE_URL, which is
    # used if empty (folders `ledger` and `vault`: leave them out of its backup).
    erasure_ledger_url: str = ""
    # How long backups are kept: the day on which the last one with what was erased is gone.
    backup_days: int = Field(35, ge=1, le=3650)
    email_url: str = ""
    # Who takes the platform's money: a folder of billing/gateways.
    billing_gateway: str = "stripe"
    stripe_secret_key: str = ""
    # The newest first; each is good.
    stripe_webhook_secrets: Words = Field(default_factory=list)
    stripe_api_base: str = "https://api.stripe.com"
    # Plans are sold at these prices of Stripe's; see stripe_price.
    stripe_prices: dict[str, str] = Field(default_factory=_prices)
    # Which payment provider makes links for deposits (billing.payment_links.providers); the demo has the sandbox.
    payment_links: str = ""
    metrics_token: str = ""
    port: int = 8000
    gate_port: int = 8002
    sandbox_port: int = 8001
    workers: int = 2
    spool_dir: Path | None = None
    status_grace_s: float = 120
    # So many calls of a number in a row that came to nothing let it rest (channels_wa.outbox.circuit).
    circuit_opens_after: int = Field(10, ge=2)
    # How long Meta's deliveries are kept as they came; Meta itself repeats them for seven days.
    delivery_days: int = Field(14, ge=7, le=90)
    database_pool: int = 8
    log_level: str = "INFO"
    # Whether this process follows the demo's skipped time; tests set theirs by hand.
    clock_follows: bool = True

    _read_words = field_validator(
        *(
            "secret_key_fallbacks",
            "salon_keys",
            "allowed_hosts",
            "trusted_proxies",
            "meta_app_secrets",
            "stripe_webhook_secrets",
            "safe_http_allow",
        ),
        mode="before",
    )(_words)

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, proxies: list[str]) -> list[str]:
        for proxy in proxies:
            if network(proxy).prefixlen == 0:
                raise ValueError("a network that holds every address would let anybody say where they come from")
        return proxies

    @field_validator("salon_keys")
    @classmethod
    def _keys_are_32_bytes(cls, keys: list[str]) -> list[str]:
        for key in keys:
            if len(base64.b64decode(key, validate=True)) != KEY_BYTES:
                raise ValueError("each key must be 32 bytes in base64, e.g. from `openssl rand -base64 32`")
        return keys

    @field_validator("stripe_secret_key")
    @classmethod
    def _key_is_secret(cls, key: str) -> str:
        if key and not re.match(r"^(sk|rk)_(test|live)_[a-zA-Z0-9]{24,}$", key):
            raise ValueError("it must be a secret key of Stripe: sk_test_… or sk_live_…, never a publishable one")
        return key

    @classmethod
    def settings_customise_sources(cls, *args: Any, **kwargs: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then files, then what the demo keeps."""
        return kwargs["init_settings"], kwargs["env_settings"], KeptByTheDemo(cls)

    def __repr__(self) -> str:
        # It holds every secret of the installation.
        return "<Env>"

    __str__ = __repr__

    @property
    def state_dir(self) -> Path:
        """Where the embedded services and the demo keep their files."""
        return state_dir()

    @property
    def public_hostname(self) -> str:
        """PUBLIC_HOST without its port."""
        return self.public_host.partition(":")[0]

    def missing(self) -> list[str]:
        """Names of the values without which the product must not start."""
        names = SECRETS if self.demo or self.billing_gateway != "stripe" else (*SECRETS, *MONEY)
        return [name.upper() for name in names if not getattr(self, name)]

    @property
    def stripe_is_live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.stripe_secret_key[:8]

    def stripe_price(self, plan: str, interval: str, currency: str = "") -> str:
        """STRIPE_PRICE_<PLAN>_<INTERVAL>_<CURRENCY>, or the one without a currency; empty: not sold so."""
        name = f"{plan}_{interval}".upper().replace("-", "_")
        return self.stripe_prices.get(f"{name}_{currency.upper()}") or self.stripe_prices.get(name, "")


def _load() -> Env:
    try:
        return Env()
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise SystemExit("The configuration cannot be used:\n" + "\n".join(lines)) from None


env = _load()
