"""A service together with who does it: what its page saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from crm.bookings import defaults
from crm.bookings.actions import offering
from crm.bookings.models import Professional, ProfessionalService, Service
from ops import clock
from tenants.audit import actions as audit


@dataclass(frozen=True, slots=True)
class Way:
    """How a professional does it; None: in the service's time, for its price."""

    segments: list[dict[str, Any]] | None = None
    price_minor: int | None = None


def doers(service: Service) -> dict[int, Way]:
    """Who does it, of those who are not put away."""
    rows = ProfessionalService.objects.filter(service=service, professional__archived_at=None)
    return {row.professional_id: Way(row.segments, row.price_minor) for row in rows.order_by("professional_id")}


@transaction.atomic
def save(
    service: Service | None, values: Mapping[str, Any], who: Mapping[int, Way], *, by: Any, version: int | None = None
) -> Service:
    """Write a service, new or known, and who does it. Raises offering.Stale, offering.TooMany."""
    # Professionals before services, as where a professional's own page is saved.
    list(Professional.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    if service is None:
        saved = offering.create_service(values, by=by)
    else:
        saved = offering.change(service, values, by=by, version=version)
    had = doers(saved)
    changed = [pk for pk in {*had, *who} if had.get(pk) != who.get(pk)]
    if not changed:
        return saved
    ProfessionalService.objects.filter(service=saved, professional__in=changed).exclude(
        professional__in=list(who)
    ).delete()
    ProfessionalService.objects.bulk_create(
        [
            ProfessionalService(
                professional_id=pk, service=saved, segments=who[pk].segments, price_minor=who[pk].price_minor
            )
            for pk in changed
            if pk in who
        ],
        update_conflicts=True,
        unique_fields=["professional", "service"],
        update_fields=["segments", "price_minor"],
    )
    # Whoever has one of these professionals open does not see what they do any more.
    Professional.objects.filter(pk__in=changed).update(version=F("version") + 1, updated_at=clock.now())
    if service is not None and saved.version == version:
        Service.objects.filter(pk=saved.pk).update(version=F("version") + 1, updated_at=clock.now())
        saved.refresh_from_db()
    defaults.touch()
    audit.record("service.doers", subject=saved.public_id, by=by, before=_plain(had), after=_plain(doers(saved)))
    return saved


def _plain(ways: Mapping[int, Way]) -> dict[str, Any]:
    return {str(pk): {"segments": way.segments, "price_minor": way.price_minor} for pk, way in ways.items()}
