"""Where payment providers tell what became of links; the signature is the right."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.payment_links import actions
from billing.payment_links.providers import hears, provider_of
from ops.salon import run_in_salon
from tenants.salons.models import Salon

MOST_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def news(request: HttpRequest, provider: str) -> HttpResponse:
    """Take it in, once; answered 200 when it is written."""
    if not hears(provider):
        return HttpResponse(status=404)
    if len(request.body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        told = provider_of(provider).read(request.headers, request.body)
        if told is None:
            return HttpResponse(status=403)
        salon, _, public_id = told.reference.partition(".")
        salon_id, link = int(salon), UUID(public_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    if not Salon.objects.filter(pk=salon_id).exists():
        return HttpResponse(status=404)
    is_known = run_in_salon(salon_id, lambda: actions.hear(link, told, provider=provider) is not None)
    return HttpResponse(status=200 if is_known else 404)
