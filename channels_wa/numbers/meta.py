"""What is asked of Meta about numbers, accounts and tokens; what comes back is read with care, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels_wa.adapters.cloud_api.graph import GraphClient, wait_for
from config.env import env

NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,name_status,status,platform_type,throughput,"
    "code_verification_status,whatsapp_business_manager_messaging_limit,is_on_biz_app"
)
PROFILE_FIELDS = ("about", "address", "description", "email", "websites", "vertical")
# throughput.level in messages a second (WHATSAPP.md §4).
LEVELS = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE_MPS = 20
MANAGEMENT = "whatsapp_business_management"
MESSAGING = "whatsapp_business_messaging"
# More than a salon has; Meta's pages hold 100.
MOST_NUMBERS = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """A number as Meta shows it; empty where it said nothing."""

    phone_number_id: str
    display_phone: str
    name: str
    quality: str
    name_status: str
    status: str
    platform: str
    throughput_mps: int | None
    limit: str | int | None
    on_business_app: bool

    @property
    def is_registered(self) -> bool:
        """Whether messages can be sent through it already."""
        return self.platform == "CLOUD_API" and self.status == "CONNECTED"


@dataclass(frozen=True, slots=True)
class Account:
    """A WhatsApp business account."""

    waba_id: str
    name: str
    business_id: str
    review: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do, and until when (seconds since 1970, 0 for ever)."""

    is_valid: bool
    app_id: str
    scopes: frozenset[str]
    waba_ids: tuple[str, ...]
    expires_at: int

    @property
    def missing(self) -> list[str]:
        """Permissions that we need and it has not."""
        return sorted({MANAGEMENT, MESSAGING} - self.scopes)


def facts(client: GraphClient, phone_number_id: str, *, timeout_s: float | None = None) -> Facts:
    """One number. Raises GraphError."""
    if timeout_s is None:
        return read_facts(client.get(phone_number_id, {"fields": NUMBER_FIELDS}))
    return read_facts(wait_for(client.call("GET", phone_number_id, params={"fields": NUMBER_FIELDS}), timeout_s))


def numbers_of(client: GraphClient, waba_id: str) -> list[Facts]:
    """The numbers of an account. Raises GraphError."""
    params = {"fields": NUMBER_FIELDS, "limit": str(MOST_NUMBERS)}
    rows = client.get(f"{waba_id}/phone_numbers", params).get("data")
    return [read_facts(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def account(client: GraphClient, waba_id: str) -> Account:
    """The account. Raises GraphError."""
    found = client.get(waba_id, {"fields": "id,name,account_review_status,owner_business_info"})
    owner = found.get("owner_business_info")
    return Account(
        waba_id,
        _text(found, "name"),
        _text(owner, "id") if isinstance(owner, dict) else "",
        _text(found, "account_review_status"),
    )


def subscribe(client: GraphClient, waba_id: str) -> None:
    """Have the account's webhooks brought to our app. Raises GraphError."""
    client.post(f"{waba_id}/subscribed_apps")


def unsubscribe(client: GraphClient, waba_id: str) -> None:
    """End that. Raises GraphError."""
    client.delete(f"{waba_id}/subscribed_apps")


def register(client: GraphClient, phone_number_id: str, pin: str) -> None:
    """Make the number send through the Cloud API. Ten tries in 72 hours are allowed. Raises GraphError."""
    client.post(f"{phone_number_id}/register", {"messaging_product": "whatsapp", "pin": pin})


def deregister(client: GraphClient, phone_number_id: str) -> None:
    """Take the number off the Cloud API. Raises GraphError."""
    client.post(f"{phone_number_id}/deregister")


def set_pin(client: GraphClient, phone_number_id: str, pin: str) -> None:
    """Set the PIN of two-step verification. Raises GraphError."""
    client.post(phone_number_id, {"pin": pin})


def sync_phone(client: GraphClient, phone_number_id: str) -> None:
    """Have the app on the salon's phone bring its contacts and its history; once, within a day of onboarding.

    Raises GraphError.
    """
    for kind in ("smb_app_state_sync", "history"):
        client.post(f"{phone_number_id}/smb_app_data", {"messaging_product": "whatsapp", "sync_type": kind})


def ask_for_name(client: GraphClient, phone_number_id: str, name: str) -> None:
    """Ask for another display name; Meta reviews it. Raises GraphError."""
    client.post(phone_number_id, {"new_display_name": name})


def profile(client: GraphClient, phone_number_id: str) -> dict[str, Any]:
    """What guests see of the business. Raises GraphError."""
    fields = ",".join((*PROFILE_FIELDS, "profile_picture_url"))
    rows = client.get(f"{phone_number_id}/whatsapp_business_profile", {"fields": fields}).get("data")
    found = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    shown: dict[str, Any] = {name: _text(found, name) for name in PROFILE_FIELDS if name != "websites"}
    sites = found.get("websites")
    shown["websites"] = [site for site in sites if isinstance(site, str)][:2] if isinstance(sites, list) else []
    return shown


def save_profile(client: GraphClient, phone_number_id: str, values: Mapping[str, Any]) -> None:
    """Change what guests see. Raises GraphError."""
    client.post(f"{phone_number_id}/whatsapp_business_profile", {"messaging_product": "whatsapp", **values})


def exchange(code: str, *, redirect_uri: str = "") -> str:
    """The token for a code of the dialog, which lives for 30 seconds. Raises GraphError."""
    params = {"client_id": env.meta_app_id, "client_secret": env.meta_app_secrets[0], "code": code}
    if redirect_uri:
        params["redirect_uri"] = redirect_uri
    return _text(GraphClient().get("oauth/access_token", params), "access_token")


def grant_of(token: str) -> Grant:
    """What a token may do. Raises GraphError."""
    app_token = f"{env.meta_app_id}|{env.meta_app_secrets[0]}"
    data = GraphClient(app_token).get("debug_token", {"input_token": token}).get("data")
    data = data if isinstance(data, dict) else {}
    scopes = data.get("scopes")
    granular = data.get("granular_scopes")
    waba_ids: list[str] = []
    for one in granular if isinstance(granular, list) else []:
        targets = one.get("target_ids") if isinstance(one, dict) and one.get("scope") == MANAGEMENT else None
        waba_ids += [str(target) for target in targets] if isinstance(targets, list) else []
    expires_at = data.get("expires_at")
    return Grant(
        data.get("is_valid") is True,
        _text(data, "app_id"),
        frozenset(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else frozenset(),
        tuple(dict.fromkeys(waba_ids)),
        expires_at if isinstance(expires_at, int) else 0,
    )


def read_facts(row: Mapping[str, Any]) -> Facts:
    """A number out of Meta's JSON."""
    throughput = row.get("throughput")
    level = str(throughput.get("level") or "") if isinstance(throughput, dict) else ""
    on_app = row.get("is_on_biz_app") is True
    limit = row.get("whatsapp_business_manager_messaging_limit")
    return Facts(
        phone_number_id=_text(row, "id"),
        display_phone=_text(row, "display_phone_number")[:20],
        name=_text(row, "verified_name")[:120],
        quality=_text(row, "quality_rating"),
        name_status=_text(row, "name_status"),
        status=_text(row, "status"),
        platform=_text(row, "platform_type"),
        throughput_mps=COEXISTENCE_MPS if on_app else LEVELS.get(level),
        limit=limit if isinstance(limit, str | int) else None,
        on_business_app=on_app,
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
