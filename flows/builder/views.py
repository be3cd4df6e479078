"""The page a flow is drawn on."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from flows.builder.loading import load
from flows.builder.page import page_of
from flows.console.stream import console_of
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_GET
@allowed(Permission.FLOWS_SEE, shared="flow")
def flow(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The builder: the drawing that is being worked on, and the console of all its runs."""
    found = load(public_id)
    return render(request, "flows/builder/page.html", {**console_of(request, found), **page_of(request, found)})
