"""Asking Stripe: one client with time-outs, tries and a pinned version, errors in the port's words, keys for writes."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import stripe
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe.models import StripeCustomer
from config.env import env

log = logging.getLogger(__name__)

CONNECT_S, ANSWER_S = 5.0, 20.0
RETRIES: Final = 2
T = TypeVar("T")

# Which field of ours a parameter of Stripe's is, where it is another word.
_FIELDS: Final = {
    "invoice_settings[default_payment_method]": "payment_method",
    "default_payment_method": "payment_method",
    "value": "tax_id",
    "payload[value]": "quantity",
    "identifier": "key",
    "timestamp": "at",
}


def set_up() -> None:
    """For dj-stripe too, which asks by the SDK's module."""
    stripe.api_base = env.stripe_api_base.rstrip("/")
    stripe.api_key = env.stripe_secret_key
    stripe.api_version = settings.STRIPE_API_VERSION
    stripe.max_network_retries = RETRIES
    # A line for each request and another for each answer would be most of the log.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    stripe.default_http_client = stripe.RequestsClient(timeout=(CONNECT_S, ANSWER_S))


def ask() -> Any:
    """Stripe's API, version 1. Raises GatewayAway where no key is configured."""
    if not env.stripe_secret_key:
        raise GatewayAway("STRIPE_SECRET_KEY is missing")
    client = stripe.StripeClient(
        env.stripe_secret_key,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": stripe.api_base},
        max_network_retries=RETRIES,
        http_client=stripe.default_http_client,
    )
    return client.v1


@contextmanager
def in_our_words() -> Iterator[None]:
    """Errors of Stripe's become the port's."""
    try:
        yield
    except stripe.CardError as error:
        raise GatewayRefused("payment_method", _said_of_card(error)) from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise GatewayAway(type(error).__name__) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.exception("Stripe does not take our key")
        raise GatewayAway(type(error).__name__) from error
    except stripe.IdempotencyError as error:
        # Another request under the same key is on its way, or was another one: neither is done twice.
        raise GatewayAway("idempotency") from error
    except stripe.InvalidRequestError as error:
        if "no attached payment source" in str(error):
            raise GatewayRefused("payment_method", _no_card()) from error
        raise GatewayRefused(_field(error.param), error.user_message or str(error)) from error


def is_missing(error: BaseException | None) -> bool:
    """Whether Stripe knows no such object."""
    return isinstance(error, stripe.InvalidRequestError) and error.code == "resource_missing"


def _field(param: str | None) -> str:
    return _FIELDS.get(param or "", param or "")


def _said_of_card(error: stripe.CardError) -> str:
    body: Any = error.json_body or {}
    declined = body.get("error", {}).get("decline_code", "")
    if "authentication_required" in (error.code, declined) or "requires_action" in (error.code or ""):
        return _("The bank wants you to confirm this payment. Open the invoice and pay it there.")
    if declined == "no_payment_method":
        return _no_card()
    return _("The card was declined. Choose another card, or ask your bank.")


def _no_card() -> str:
    return _("There is no card to pay with. Add one first.")


def write(customer: StripeCustomer, name: str, params: dict[str, Any], call: Callable[..., T], *args: Any) -> T:
    """Write to Stripe under an idempotency key: done once however often it is asked while nobody knows what became of
    it. A definite answer, also a refusal, ends the key. Raises the port's errors."""
    options = {"idempotency_key": _key(customer, name, params)}
    with in_our_words():
        try:
            answer = call(*args, params, options)
        except stripe.StripeError as error:
            if isinstance(error, stripe.CardError | stripe.InvalidRequestError):
                _ended(customer)
            raise
    _ended(customer)
    return answer


def write_once(name: str, key: str, params: dict[str, Any], call: Callable[..., T], *args: Any) -> T:
    """The same under a key that the caller chose, for what is done once and never again. Raises the port's errors."""
    with in_our_words():
        return call(*args, params, {"idempotency_key": f"cadeira-{name}-{key}"})


def _key(customer: StripeCustomer, name: str, params: dict[str, Any]) -> str:
    said = json.dumps([name, params], sort_keys=True, default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()[:24]
    return f"cadeira-{customer.salon_id}-{customer.generation}-{customer.writes}-{digest}"


def _ended(customer: StripeCustomer) -> None:
    # Whoever began at the same count ends it once.
    StripeCustomer.objects.filter(pk=customer.pk, writes=customer.writes).update(writes=F("writes") + 1)
    customer.writes += 1
