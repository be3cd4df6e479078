"""What is counted."""

from typing import Final

from django.db import models

from billing.plans.names import label_of


class Kind(models.TextChoices):
    """Units of use. The name of a kind is the name of its limit in a plan."""

    MESSAGES = "messages", label_of("messages")
    AI_TOKENS = "ai_tokens", label_of("ai_tokens")
    KNOWLEDGE_QUERIES = "knowledge_queries", label_of("knowledge_queries")
    API_CALLS = "api_calls", label_of("api_calls")
    STORAGE_MB = "storage_mb", label_of("storage_mb")
    BOOKINGS = "bookings", label_of("bookings")
    CONTACTS = "contacts", label_of("contacts")
    FLOW_EXECUTIONS = "flow_executions", label_of("flow_executions")
    CAMPAIGNS = "campaigns", label_of("campaigns")


# How many there are, not how many came: counted from rows (config.lists.USAGE_GAUGES), for as long as they are there.
GAUGES: Final = ("contacts", "numbers", "flows", "professionals", "storage_mb")
# What comes anew with each period: recorded one by one.
FLOWING: Final = tuple(str(kind) for kind in Kind if str(kind) not in GAUGES)
