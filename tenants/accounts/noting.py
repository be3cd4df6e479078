"""What of log-ins an owner would ask about, in the salon that it was for."""

from typing import Any
from urllib.parse import urlsplit

from ops.salon import inside
from tenants.access.membership import member_of
from tenants.audit import actions as audit
from tenants.salons.models import Salon

PROVE = "/accounts/prove/"


def note_failed_proof(request: Any) -> None:
    """Somebody who is logged in could not prove who they are, on the way to what a salon asks a proof for."""
    asked = urlsplit(request.POST.get("next") or request.GET.get("next") or "").path
    if not request.user.is_authenticated or not asked.startswith(PROVE):
        return
    salon = Salon.objects.filter(slug=asked.removeprefix(PROVE).partition("/")[0], state=Salon.State.ACTIVE).first()
    if salon is None:
        return
    with inside(salon.pk):
        member = member_of(salon.pk, request.user.pk)
        if member is not None:
            audit.record("stepup.failed", subject=member.public_id, by=member)
