"""What the page of costs is told of conversations."""

from datetime import datetime
from typing import Any

from crm.inbox.models import Conversation


def conversations(first: datetime, last: datetime) -> dict[str, Any]:
    """How many began in that time. By their last message too, which has an index: none is older than its beginning."""
    found = Conversation.objects.filter(last_at__gte=first, opened_at__gte=first, opened_at__lt=last)
    return {"conversations": found.count()}
