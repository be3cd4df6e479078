"""Which acts of the log are asked for: by person, kind, subject, day and words."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.access.models import ApiKey
from tenants.audit.models import AuditEntry
from tenants.audit.words import ACTS
from tenants.audit.words.labels import KINDS
from tenants.members.models import Member

LONGEST = 100
# Who is neither a member nor a key.
ACTORS = ("operator", "system", "contact")


@dataclass(frozen=True)
class Given:
    """The filters as they were given; what makes no sense is left out."""

    who: str = ""
    kind: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    search: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Any) -> "Given":
        """From a query string."""
        names = [one.name for one in fields(cls) if one.name != "values"]
        given = {name: str(query.get(name, "")).replace("\x00", "").strip()[:LONGEST] for name in names}
        if given["kind"] not in KINDS:
            given["kind"] = ""
        for name in ("since", "until"):
            given[name] = given[name] if _day(given[name]) else ""
        return cls(**given, values={name: value for name, value in given.items() if value})

    def entries(self) -> QuerySet[AuditEntry]:
        """The acts; the order is the page's."""
        found = AuditEntry.objects.all()
        if self.who in ACTORS:
            found = found.filter(actor_kind=self.who)
        elif self.who:
            found = found.filter(actor=self.who)
        if self.kind:
            found = found.filter(_beginning(KINDS[self.kind][1]))
        if self.subject:
            found = found.filter(subject=self.subject.lower())
        if day := _day(self.since):
            found = found.filter(at__gte=_midnight(day))
        if day := _day(self.until):
            found = found.filter(at__lt=_midnight(day + timedelta(days=1)))
        return found.filter(_with(self.search)) if self.search else found


def people() -> list[tuple[str, str]]:
    """Members, as the filter names them."""
    return [(str(pk), name) for pk, name in Member.objects.order_by("name").values_list("public_id", "name")]


def keys(salon_id: int) -> list[tuple[str, str]]:
    """The salon's keys, as the filter names them."""
    rows = ApiKey.objects.filter(salon_id=salon_id).order_by("name", "pk")
    return [(str(pk), f"{name} ({prefix}…)") for pk, name, prefix in rows.values_list("public_id", "name", "prefix")]


def _beginning(things: tuple[str, ...]) -> Q:
    wanted = Q()
    for thing in things:
        wanted |= Q(action__startswith=f"{thing}.")
    return wanted


def _with(words: str) -> Q:
    low = words.lower()
    if _is_id(low):
        return Q(subject=low) | Q(actor=low)
    named = [action for action, said in ACTS.items() if low in str(said).lower()]
    return (
        Q(action__in=named)
        | Q(action__startswith=low)
        | Q(actor_name__icontains=words)
        | Q(operator__icontains=words)
        | Q(subject=words)
        | Q(trace_id=words)
        | Q(before__icontains=words)
        | Q(after__icontains=words)
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # The next day and the zone must fit too.
    return day if 1900 < day.year < 9000 else None


def _midnight(day: date) -> datetime:
    """By the salon's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))
