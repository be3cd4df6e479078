"""The health of a number: a part of its page, which asks for it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from channels_wa.numbers.queries import own_numbers
from channels_wa.watchdog.queries import health_of
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_GET
@allowed(Permission.NUMBERS_SEE, shared="number")
def health(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Score, reasons, warm-up, incidents."""
    number = get_object_or_404(own_numbers(), public_id=public_id)
    return render(request, "watchdog/health.html", {"health": health_of(number), "number": number})
