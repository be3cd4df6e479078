"""Each minute: what was written since gets its place in the chain of its salon.

Which salons have new rows stands in `audit_due`, written by a trigger in the transaction of each row, so nobody's
schema is visited for nothing. Rows are found by their missing place and not by their ids or times: what a long
transaction commits late is only sealed later. The marks are read before the rows, so a mark that goes had its rows
sealed.
"""

import logging
from datetime import UTC

from django.db import connection, transaction

from ops import clock
from ops.salon import inside
from tenants.audit.sealing.chain import COLUMNS, Sealed, beginning, seal
from tenants.audit.sealing.models import AuditChain, AuditDue, AuditHead
from tenants.salons.models import Salon

log = logging.getLogger(__name__)
AT_ONCE = 2000
# Marks taken with one look; a salon that writes more has them taken with the next.
MARKS = 50_000

# Locked until they have their place: an erasure that took the values away in between would be undone by their salt.
_UNSEALED = f"SELECT {COLUMNS} FROM audit_entry WHERE position IS NULL ORDER BY id LIMIT {AT_ONCE} FOR UPDATE"
_PLACE = """
    UPDATE audit_entry AS e SET position = s.position, hash = s.hash, salt = s.salt, digest = s.digest,
        actor_salt = s.actor_salt, actor_digest = s.actor_digest
    FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[])
        AS s(id, position, hash, salt, digest, actor_salt, actor_digest)
    WHERE e.id = s.id AND e.position IS NULL
"""


def seal_all() -> int:
    """Seal what every salon has written; how many rows."""
    total = 0
    for salon_id in AuditDue.objects.order_by("salon_id").values_list("salon_id", flat=True).distinct():
        try:
            total += seal_salon(salon_id)
        except Exception:
            # One salon's trouble is not another's; its marks stay.
            log.exception("the audit log of salon %d could not be sealed", salon_id)
    return total


def seal_salon(salon_id: int) -> int:
    """Seal what one salon has written; how many rows."""
    marks = list(AuditDue.objects.filter(salon_id=salon_id).order_by("pk").values_list("pk", flat=True)[:MARKS])
    total = 0
    if Salon.objects.filter(pk=salon_id).exists():
        AuditChain.objects.get_or_create(salon_id=salon_id, defaults={"hash": beginning(salon_id)})
        while count := _seal_some(salon_id):
            total += count
            if count < AT_ONCE:
                break
    AuditDue.objects.filter(pk__in=marks).delete()
    return total


@transaction.atomic
def _seal_some(salon_id: int) -> int:
    # The row is the lock: two sealers give no place twice.
    chain = AuditChain.objects.select_for_update().get(salon_id=salon_id)
    with inside(salon_id), connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        position, last, sealed = chain.position, bytes(chain.hash), list[Sealed]()
        for row in cursor.fetchall():
            position += 1
            sealed.append(seal(row, position=position, after=last))
            last = sealed[-1].hash
        if not sealed:
            return 0
        cursor.execute(_PLACE, [list(column) for column in zip(*sealed, strict=True)])
    _note(chain, sealed[-1])
    return len(sealed)


def _note(chain: AuditChain, newest: Sealed) -> None:
    at = clock.real()
    AuditChain.objects.filter(pk=chain.pk).update(position=newest.position, hash=newest.hash, sealed_at=at)
    AuditHead.objects.update_or_create(
        salon_id=chain.salon_id,
        day=at.astimezone(UTC).date(),
        defaults={"position": newest.position, "hash": newest.hash, "sealed_at": at},
    )
