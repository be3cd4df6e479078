"""Finding the flow that an address names."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from flows.models import Flow


def load(public_id: UUID) -> Flow:
    """The salon's flow with this id, or 404."""
    return get_object_or_404(Flow.objects.select_related("published", "draft_by"), public_id=public_id)
