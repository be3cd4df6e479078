"""What plans may name: limits, features, currencies, intervals. A name that stands here is asked somewhere."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

FREE: Final = "free"
# What a salon tries, when somebody signs up.
TRIAL: Final = "pro"

CURRENCIES: Final = ("BRL", "USD", "EUR")
INTERVALS: Final[dict[str, Words]] = {"month": _("Monthly"), "year": _("Yearly")}

# How much of something a salon may have, or use in a period. In the order of a comparison.
LIMITS: Final[dict[str, Words]] = {
    "messages": _("Messages sent in a month"),
    "contacts": _("Contacts"),
    "numbers": _("WhatsApp numbers"),
    "professionals": _("Professionals"),
    "flows": _("Flows"),
    "campaigns": _("Campaigns in a month"),
    "ai_tokens": _("AI tokens in a month"),
    "knowledge_queries": _("Questions to the knowledge base in a month"),
    "bookings": _("Booked visits in a month"),
    "flow_executions": _("Flow runs in a month"),
    "api_calls": _("API calls in a month"),
    "storage_mb": _("Storage in MB"),
}
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
