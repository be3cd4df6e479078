"""What plans may name: limits, features, currencies, intervals. A name that stands here is asked somewhere."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

Words = str | Promise

FREE: Final = "free"
# What a salon tries, when somebody signs up.
TRIAL: Final = "pro"

CURRENCIES: Final = ("BRL", "USD", "EUR")
INTERVALS: Final[dict[str, Words]] = {"month": _("Monthly"), "year": _("Yearly")}


class Limit(NamedTuple):
    """The words of a limit."""

    # Of what there is so much, as a msgid: it is said in the language of whoever is told.
    label: str
    in_plan: Words


# How much of something a salon may have, or use in a period. In the order of a comparison.
_LIMITS: Final = {
    "messages": Limit(gettext_noop("Messages sent"), _("Messages sent in a month")),
    "contacts": Limit(gettext_noop("Contacts"), _("Contacts")),
    "numbers": Limit(gettext_noop("WhatsApp numbers"), _("WhatsApp numbers")),
    "professionals": Limit(gettext_noop("Professionals"), _("Professionals")),
    "flows": Limit(gettext_noop("Flows"), _("Flows")),
    "campaigns": Limit(gettext_noop("Campaigns"), _("Campaigns in a month")),
    "ai_tokens": Limit(gettext_noop("AI tokens"), _("AI tokens in a month")),
    "knowledge_queries": Limit(gettext_noop("Knowledge queries"), _("Questions to the knowledge base in a month")),
    "bookings": Limit(gettext_noop("Bookings"), _("Booked visits in a month")),
    "flow_executions": Limit(gettext_noop("Flow runs"), _("Flow runs in a month")),
    "api_calls": Limit(gettext_noop("API calls"), _("API calls in a month")),
    "storage_mb": Limit(gettext_noop("Storage in MB"), _("Storage in MB")),
}
LIMITS: Final[dict[str, Words]] = {name: one.in_plan for name, one in _LIMITS.items()}
# How fast. For one caller of the API, and for all of a salon's together.
RATES: Final[dict[str, Words]] = {
    "messages_per_second": _("Messages in a second"),
    "messages_per_minute": _("Messages in a minute"),
    "api_requests_per_minute": _("API requests in a minute, for each caller"),
    "api_salon_requests_per_minute": _("API requests in a minute, for the salon"),
    "api_chat_per_minute": _("API requests that talk to guests in a minute, for each caller"),
    "api_admin_per_minute": _("Other API requests in a minute, for each caller"),
    "api_webhook_per_minute": _("Reports of other programs in a minute, for each caller"),
    "api_salon_chat_per_minute": _("API requests that talk to guests in a minute, for the salon"),
    "api_salon_admin_per_minute": _("Other API requests in a minute, for the salon"),
    "api_salon_webhook_per_minute": _("Reports of other programs in a minute, for the salon"),
}
# What can be counted and paid for one by one beyond the plan; the others are hard by nature.
OVERAGES: Final = ("messages", "ai_tokens", "knowledge_queries", "api_calls", "storage_mb")
# Things of which a salon has so many; whoever has more than the plan allows keeps them, to look at.
THINGS: Final = ("contacts", "numbers", "flows", "professionals")

FEATURES: Final[dict[str, Words]] = {
    "deposits": _("Deposits and packages paid online"),
    "custom_roles": _("Roles of your own"),
    "audit_export": _("Audit log as a file"),
}
# A plan with this has every feature, also those that come later.
ALL_FEATURES: Final = "*"


def said(name: str) -> str:
    """What is limited, as a msgid."""
    return _LIMITS[name].label if name in _LIMITS else name


def label_of(name: str) -> Words:
    """What is limited, in the language of whoever reads."""
    return _(said(name))
