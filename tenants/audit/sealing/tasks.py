"""Doorbells: seal each minute, look at every chain once a day."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import F, Q

from ops import clock
from ops.doorbell import Doorbell
from tenants.audit.sealing import checking, sealer
from tenants.audit.sealing.models import AuditChain

log = logging.getLogger(__name__)
CHECKED_EVERY = timedelta(days=1)
LOOK_FOR = timedelta(seconds=60)


@shared_task(base=Doorbell, queue="background")
def seal(**_: object) -> int:
    """Seal what was written since; how many rows."""
    return sealer.seal_all()


@shared_task(base=Doorbell, queue="background")
def check(**_: object) -> int:
    """Look at the chains that were not looked at for longest; how many."""
    until, count = clock.real() + LOOK_FOR, 0
    while clock.real() < until:
        stale = Q(checked_at=None) | Q(checked_at__lt=clock.real() - CHECKED_EVERY)
        chain = AuditChain.objects.filter(stale).order_by(F("checked_at").asc(nulls_first=True)).first()
        if chain is None:
            break
        count += 1
        try:
            found = checking.check(chain.salon_id)
        except Exception:
            # One salon's trouble keeps no other's chain from being looked at.
            log.exception("the audit log of salon %d could not be checked", chain.salon_id)
            AuditChain.objects.filter(pk=chain.pk).update(checked_at=clock.real())
            continue
        if not found.is_whole:
            log.error("the audit log of salon %d is broken: %s", chain.salon_id, found.why)
    return count
