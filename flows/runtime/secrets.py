"""Keys and passwords of other programs, which flows use by name and nobody sees again (FL-012).

A secret lies sealed by the salon's key for its own row. It stands in a drawing, in requests and in logs by its name
only (`{{ secret.NAME }}`), and is put in right before a call, and only for the hosts it is meant for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from flows.models import Flow, FlowSecret
from ops import clock
from ops.salon import current_salon_id
from ops.sealing import place
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.salons.keys import box_of

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
MARK: Final = re.compile("⟦secret:([A-Za-z_][A-Za-z0-9_]{0,63})⟧")
IN_DRAWING: Final = re.compile(r"\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}")
SHORTEST, LONGEST = 8, 4096
# What a line of a header can hold; a secret often stands in one.
_READABLE = re.compile(r"[^\x00-\x1f\x7f]+")


class NameTaken(Exception):
    """Another secret has this name."""


class InUse(Exception):
    """Published flows need it; their names are in `flows`."""

    def __init__(self, flows: Sequence[str]) -> None:
        super().__init__(", ".join(flows))
        self.flows = list(flows)


class BadValue(ValueError):
    """This cannot be a secret: too short to be hidden, too long, or with line breaks."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A secret in the clear, for the time of one call. Its repr says nothing."""

    name: str
    value: str
    hosts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Opened({self.name})"

    def goes_to(self, host: str) -> bool:
        """Whether it may be sent there: a host named, or one below a host named as `*.example.com`."""
        host = host.lower().rstrip(".")
        return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in self.hosts)


@transaction.atomic
def add(name: str, value: str, hosts: Sequence[str], *, by: Member) -> FlowSecret:
    """Keep a new secret. Raises NameTaken, BadValue."""
    _check(value)
    if not NAME.fullmatch(name):
        raise BadValue("this is no name")
    try:
        with transaction.atomic():
            secret = FlowSecret.objects.create(name=name, sealed=b"", hosts=list(hosts), created_by=by)
    except IntegrityError:
        raise NameTaken(name) from None
    _seal(secret, value)
    audit.record("flow_secret.added", subject=secret.public_id, by=by, after={"name": name, "hosts": list(hosts)})
    return secret


@transaction.atomic
def replace(secret: FlowSecret, value: str, hosts: Sequence[str], *, by: Member) -> None:
    """Another value, or other hosts; an empty value leaves it as it is. Raises BadValue."""
    fresh = FlowSecret.objects.select_for_update().get(pk=secret.pk)
    before = {"hosts": fresh.hosts}
    if value:
        _check(value)
        _seal(fresh, value)
    fresh.hosts, fresh.changed_at = list(hosts), clock.now()
    fresh.save(update_fields=["hosts", "changed_at"])
    after = {"hosts": fresh.hosts, "value_changed": bool(value)}
    audit.record("flow_secret.changed", subject=fresh.public_id, by=by, before=before, after=after)


@transaction.atomic
def delete(secret: FlowSecret, *, by: Member) -> None:
    """Forget it. Raises InUse while a published flow needs it."""
    fresh = FlowSecret.objects.select_for_update().get(pk=secret.pk)
    if using := used_by([fresh.name]).get(fresh.name):
        raise InUse([flow.name for flow in using])
    audit.record("flow_secret.deleted", subject=fresh.public_id, by=by, before={"name": fresh.name})
    fresh.delete()


def used_by(names: Iterable[str]) -> dict[str, list[Flow]]:
    """The flows whose published drawing names these secrets."""
    wanted = set(names)
    found: dict[str, list[Flow]] = {name: [] for name in wanted}
    published = Flow.objects.filter(published__isnull=False, archived_at=None).select_related("published")
    for flow in published.order_by("name", "pk"):
        for name in names_in(flow.published.graph if flow.published else {}) & wanted:
            found[name].append(flow)
    return found


def names_in(drawing: Any) -> set[str]:
    """The secrets that a drawing names, in its texts or as the key that signs a webhook."""
    found: set[str] = set()
    if isinstance(drawing, str):
        return set(IN_DRAWING.findall(drawing))
    if isinstance(drawing, list):
        for item in drawing:
            found |= names_in(item)
    if isinstance(drawing, dict):
        for key, item in drawing.items():
            if key == "secret" and isinstance(item, str) and NAME.fullmatch(item):
                found.add(item)
            found |= names_in(key) | names_in(item)
    return found


def opened(names: Iterable[str]) -> dict[str, Opened]:
    """Secrets in the clear by name, those that there are. Inside the salon; nothing of it may be kept."""
    salon_id = current_salon_id() or 0
    found = {}
    for secret in FlowSecret.objects.filter(name__in=set(names)):
        value = box_of(salon_id).open(bytes(secret.sealed), _place(salon_id, secret.pk)).decode()
        found[secret.name] = Opened(secret.name, value, tuple(secret.hosts))
    return found


def note_used(names: Iterable[str]) -> None:
    """They have been sent just now."""
    FlowSecret.objects.filter(name__in=set(names)).update(last_used_at=clock.now())


def _check(value: str) -> None:
    if not SHORTEST <= len(value) <= LONGEST or not _READABLE.fullmatch(value):
        raise BadValue("it has too few or too many characters, or line breaks")


def _seal(secret: FlowSecret, value: str) -> None:
    salon_id = current_salon_id() or 0
    secret.sealed = box_of(salon_id).seal(value.encode(), _place(salon_id, secret.pk))
    secret.save(update_fields=["sealed"])


def _place(salon_id: int, row: int) -> bytes:
    return place(salon_id, "flow_secret", "sealed", row)
