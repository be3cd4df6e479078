"""Which flows may begin a run."""

from django.db.models import QuerySet

from flows.models import Flow


def startable() -> QuerySet[Flow]:
    """Published, switched on, not paused by its failures, not put away. Nothing else ever starts a run."""
    return Flow.objects.filter(is_active=True, published__isnull=False, paused_at=None, archived_at=None)
