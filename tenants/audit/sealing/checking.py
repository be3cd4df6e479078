"""Whether the chain of a salon is whole, and which row is the first that does not fit."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from ops import clock
from ops.salon import inside
from tenants.audit.sealing.chain import COLUMNS, actor_digest_of, beginning, digest_of, hash_of, names_nobody
from tenants.audit.sealing.models import AuditChain, AuditHead

AT_ONCE = 2000
_SEALED = f"""
    SELECT position, hash, salt, digest, actor_salt, actor_digest, {COLUMNS} FROM audit_entry
    WHERE position > %s AND position <= %s ORDER BY position LIMIT {AT_ONCE}
"""
_BESIDE = "SELECT min(position) FROM audit_entry WHERE position > %s"


@dataclass(frozen=True, slots=True)
class Found:
    """How a chain was found."""

    salon_id: int
    rows: int = 0
    erased: int = 0
    """Rows whose values went with a guest's erasure."""
    broken_position: int | None = None
    why: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every row fits."""
        return self.broken_position is None


def check(salon_id: int) -> Found:
    """Read the whole chain of a salon and keep how it was found."""
    chain = AuditChain.objects.filter(salon_id=salon_id).first()
    if chain is None:
        return Found(salon_id)
    kept = AuditHead.objects.filter(salon_id=salon_id).values_list("position", "hash")
    heads = {position: bytes(value) for position, value in kept}
    found = _Walk(salon_id, chain, heads).go()
    # Retention may have taken the beginning away meanwhile; then it is looked at anew, from where it begins now.
    now = AuditChain.objects.get(pk=chain.pk)
    if not found.is_whole and now.pruned_position != chain.pruned_position:
        return check(salon_id)
    AuditChain.objects.filter(pk=chain.pk).update(
        checked_at=clock.real(), broken_position=found.broken_position, broken_why=found.why[:300]
    )
    return found


class _Walk:
    """One pass from the beginning to the end."""

    def __init__(self, salon_id: int, chain: AuditChain, heads: dict[int, bytes]) -> None:
        self.salon_id, self.end, self.heads = salon_id, chain.position, {**heads, chain.position: bytes(chain.hash)}
        self.last_hash = bytes(chain.pruned_hash) if chain.pruned_position else beginning(salon_id)
        self.position = chain.pruned_position
        self.rows = self.erased = 0

    def go(self) -> Found:
        """How it is."""
        with inside(self.salon_id), connection.cursor() as cursor:
            while self.position < self.end:
                cursor.execute(_SEALED, [self.position, self.end])
                some = cursor.fetchall()
                for row in some:
                    if why := self._look(row):
                        return self._broken(why)
                if not some:
                    return self._broken(f"the row at place {self.position + 1} is missing")
            cursor.execute(_BESIDE, [self.end])
            ((beside,),) = cursor.fetchall()
        if beside is not None:
            self.position = beside - 1
            return self._broken(f"a row has the place {beside}, which was never given")
        return Found(self.salon_id, self.rows, self.erased)

    def _look(self, kept: tuple[Any, ...]) -> str:
        position, kept_hash, salt, digest, actor_salt, actor_digest, *rest = kept
        row, here = tuple(rest), self.position + 1
        if position != here:
            return f"the row at place {here} is missing"
        named = f"row {row[0]} at place {here} ({row[2]} of {row[1]})"
        if kept_hash is None or digest is None:
            return f"{named}: its seal was taken away"
        if salt is None and (row[-2] is not None or row[-1] is not None):
            return f"{named}: its values were put back after an erasure"
        if salt is not None and digest_of(bytes(salt), row) != bytes(digest):
            return f"{named}: what was before or after it was changed"
        who = None if actor_digest is None else bytes(actor_digest)
        if who is not None and not _fits(who, actor_salt, row):
            return f"{named}: who did it was changed"
        made = hash_of(row, position=here, after=self.last_hash, digest=bytes(digest), actor_digest=who)
        if made != bytes(kept_hash):
            return f"{named} was changed, or the one before it"
        if self.heads.get(here, bytes(kept_hash)) != bytes(kept_hash):
            return f"{named}: the chain was rewritten up to here; the public side knows another"
        self.position, self.last_hash = here, bytes(kept_hash)
        self.rows, self.erased = self.rows + 1, self.erased + (salt is None)
        return ""

    def _broken(self, why: str) -> Found:
        return Found(self.salon_id, self.rows, self.erased, self.position + 1, why)


def _fits(digest: bytes, salt: Any, row: tuple[Any, ...]) -> bool:
    return names_nobody(row) if salt is None else actor_digest_of(bytes(salt), row) == digest
