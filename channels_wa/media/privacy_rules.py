"""How long files of messages are kept."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from channels_wa.media.actions import expire
from channels_wa.media.models import Media, State
from tenants.privacy.rules import Rule


def _old(before: datetime, most: int, _how: str) -> int:
    rows = Media.objects.filter(created_at__lt=before, state=State.READY, contact_id__isnull=False)
    return expire(list(rows.select_for_update(skip_locked=True).order_by("pk")[:most]))


RETENTION = [
    Rule(
        "media",
        _("Photos and files"),
        _("The message stays and says that its file is gone."),
        730,
        _old,
        least=7,
        at_once=200,
        order=20,
    )
]
