"""The operators' page of everybody's money."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from billing.pages import report
from billing.pages.models import Report
from ops import clock
from ops.operator import ReadOnlyAdmin


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Sums over all salons, and the ones that somebody should look at."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Instead of a list of rows."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Money"),
            "opts": Report._meta,
            "report": report.made(clock.now()),
        }
        return TemplateResponse(request, "admin/billing_pages/report.html", context)
