"""Days that differ from the week, as lists show them and forms save them."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.bookings.actions import arranging, offering
from crm.bookings.models import DatedHours, Professional
from crm.bookings.offers.parts import day_words
from crm.bookings.offers.person_form import DatedForm, dated_known
from crm.bookings.offers.saving import save
from ops import clock

MOST = 400


def day_rows(person: Professional | None) -> list[dict[str, Any]]:
    """Those still to come and those of every year, by date; of the whole salon where nobody is named."""
    yesterday = timezone.localtime(clock.now()).date() - timedelta(days=1)
    rows = DatedHours.objects.filter(Q(date__gte=yesterday) | Q(is_yearly=True), professional=person)
    return [{"row": row, "words": day_words(row.hours)} for row in rows.order_by("date", "pk")[:MOST]]


def save_day(form: DatedForm, row: DatedHours | None, person: Professional | None, *, by: Any) -> DatedHours:
    """Raises Clashed, arranging.DayTaken, DatedHours.DoesNotExist."""
    values, seen = form.values(), form.was_shown() if row else {}

    def act(version: int | None) -> DatedHours:
        if row is None:
            return arranging.save_day(None, person, values, by=by)
        fresh = DatedHours.objects.get(pk=row.pk)
        # Days have no version: what the page showed is compared with what is there.
        if seen and dated_known(fresh) != seen:
            raise offering.Stale(fresh)
        as_read = {name: getattr(fresh, name) for name in values}
        return arranging.save_day(fresh, person, values, by=by, seen=as_read)

    return save(form, act, dated_known)
