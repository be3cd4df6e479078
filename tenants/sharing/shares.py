"""What was given to somebody, read with one query and kept for the request, or until a socket is asked again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast

from tenants.sharing.kinds import subject_kinds
from tenants.sharing.models import Restriction, Share, ShareQuerySet
from tenants.sharing.rights import NONE, OPENS, Right, Rights

MEMBER: Final = "member"
ROLE: Final = "role"
# In the one query stands beside the rights what is closed.
_CLOSED = "closed"
_KEPT, _SOURCE = "_shares", "_shares_of_salon"


@dataclass
class Shares:
    """The rights somebody was given, and the things that roles do not open."""

    given: dict[str, dict[UUID, Rights]] = field(default_factory=dict)
    restricted: dict[str, set[UUID]] = field(default_factory=dict)

    def on(self, kind: str, thing: UUID) -> Rights:
        """Those on one thing."""
        return self.given.get(kind, {}).get(thing, NONE)

    def add(self, kind: str, thing: UUID, right: str) -> None:
        """One row of the query."""
        if right == _CLOSED:
            self.restricted.setdefault(kind, set()).add(thing)
        else:
            own = self.given.setdefault(kind, {})
            own[thing] = own.get(thing, NONE) | OPENS[Right(right)]


def shares_of(who: Any) -> Shares:
    """Of a Member or an ApiKey, inside the salon; one query, kept on them."""
    kept: Shares | None = who.__dict__.get(_KEPT)
    if kept is None:
        of_salon: OfSalon | None = who.__dict__.get(_SOURCE)
        kept = who.__dict__[_KEPT] = of_salon.of(who.pk, who.role) if of_salon else _read(who)
    return kept


def ask_together(who: Any, of_salon: "OfSalon") -> None:
    """Theirs are read, if anybody asks for them, together with those of others."""
    who.__dict__[_SOURCE] = of_salon


def forget(who: Any) -> None:
    """Something was given or taken in this request."""
    who.__dict__.pop(_KEPT, None)


def living_of(who: Any) -> ShareQuerySet:
    """What was given to them and has not ended: to themselves, to their role, to those they belong to."""
    subject = Q(subject_kind=ROLE, subject=who.role)
    if hasattr(who, "user_id"):  # a person; a program's key has a role alone
        subject |= Q(subject_kind=MEMBER, subject=str(who.pk))
        for kind in subject_kinds().values():
            subject |= Q(subject_kind=kind.key, subject__in=kind.of_member(who.pk))
    return Share.objects.living().filter(subject)


def _read(who: Any) -> Shares:
    given = living_of(who).values_list("kind", "thing", "right")
    closed = Restriction.objects.values_list("kind", "thing", Value(_CLOSED, output_field=CharField()))
    found = Shares()
    for row in given.union(closed, all=True):
        found.add(*row)
    return found


def as_keys(rows: Any) -> Any:
    """The primary keys of rows as the texts that name them as subjects."""
    return rows.annotate(_key=Cast("pk", CharField())).values("_key")


class OfSalon:
    """Everything given in a salon, read once for many people: the rounds of open sockets ask for all of them."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, UUID, str]] | None = None
        self._closed: list[tuple[str, UUID]] = []
        self._belongs: dict[int, set[tuple[str, str]]] = {}

    def of(self, member_id: int, role: str) -> Shares:
        """Of one member. Call it inside the salon."""
        rows = self._read() if self._rows is None else self._rows
        own = {(MEMBER, str(member_id)), (ROLE, role)} | self._belongs.get(member_id, set())
        found = Shares()
        for subject_kind, subject, kind, thing, right in rows:
            if (subject_kind, subject) in own:
                found.add(kind, thing, right)
        for kind, thing in self._closed:
            found.add(kind, thing, _CLOSED)
        return found

    def _read(self) -> list[tuple[str, str, str, UUID, str]]:
        given = Share.objects.living().values_list("subject_kind", "subject", "kind", "thing", "right")
        blank = Value("", output_field=CharField())
        closed = Restriction.objects.values_list(blank, blank, "kind", "thing", Value(_CLOSED, CharField()))
        rows = list(given.union(closed, all=True))
        self._closed = [(row[2], row[3]) for row in rows if row[4] == _CLOSED]
        self._rows = [row for row in rows if row[4] != _CLOSED]
        for kind in subject_kinds().values():
            if any(row[0] == kind.key for row in self._rows):
                self._belong(kind.key, kind.members())
        return self._rows

    def _belong(self, kind: str, members: Iterable[tuple[str, Iterable[int]]]) -> None:
        for key, people in members:
            for one in people:
                self._belongs.setdefault(one, set()).add((kind, key))
