"""Test cards with Stripe's own numbers (https://docs.stripe.com/testing) and how each behaves."""

from dataclasses import dataclass

from sandbox.asgi import JSON


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a bank does with one card."""

    brand: str = "visa"
    # Refused already when it is entered.
    entered: str = ""
    # Refused when it is charged.
    charged: str = ""
    # The holder must prove it: never, when it is entered, or each time.
    proof: str = "never"


CARDS = {
    "4242424242424242": Behaviour(),
    "5555555555554444": Behaviour(brand="mastercard"),
    "4000000760000002": Behaviour(),  # issued in Brazil
    "4000000000000002": Behaviour(entered="generic_decline", charged="generic_decline"),
    "4000000000009995": Behaviour(entered="insufficient_funds", charged="insufficient_funds"),
    "4000000000000341": Behaviour(charged="generic_decline"),
    "4000002500003155": Behaviour(proof="once"),
    "4000002760003184": Behaviour(proof="always"),
}
# Ids that the API takes in tests without a card form.
READY = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_visa_chargeDeclined": "4000000000000002",
}
SAID = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "authentication_required": "This payment requires authentication. Ask the customer to confirm it.",
}


def behaviour(number: str) -> Behaviour:
    """Of a card number. Raises KeyError for one that is no test card."""
    return CARDS[number.replace(" ", "")]


def payment_method(number: str, *, name: str = "", month: int = 12, year: int = 2034) -> JSON:
    """A card as a payment method, not yet anybody's."""
    digits = number.replace(" ", "")
    kind = behaviour(digits)
    return {
        "allow_redisplay": "always",
        "billing_details": {
            "address": _no_address(),
            "email": None,
            "name": name or None,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": kind.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "BR" if digits == "4000000760000002" else "US",
            "display_brand": kind.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": f"fp{digits[-8:]}",
            "funding": "credit",
            "generated_from": None,
            "last4": digits[-4:],
            "networks": {"available": [kind.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "customer": None,
        "metadata": {},
        "redaction": None,
        "type": "card",
        "_number": digits,
        "_proved": False,
    }


def _no_address() -> JSON:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
