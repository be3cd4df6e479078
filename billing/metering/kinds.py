"""What is counted."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Units of use. The name of a kind is the name of its limit in a plan."""

    MESSAGES = "messages", _("Messages sent")
    AI_TOKENS = "ai_tokens", _("AI tokens")
    KNOWLEDGE_QUERIES = "knowledge_queries", _("Knowledge queries")
    API_CALLS = "api_calls", _("API calls")
    STORAGE_MB = "storage_mb", _("Storage in MB")
    BOOKINGS = "bookings", _("Bookings")
    CONTACTS = "contacts", _("Contacts")
    FLOW_EXECUTIONS = "flow_executions", _("Flow runs")
    CAMPAIGNS = "campaigns", _("Campaigns")


# How many there are, not how many came: counted from rows (config.lists.USAGE_GAUGES), for as long as they are there.
GAUGES: Final = ("contacts", "numbers", "flows", "professionals", "storage_mb")
# What comes anew with each period: recorded one by one.
FLOWING: Final = tuple(str(kind) for kind in Kind if str(kind) not in GAUGES)
