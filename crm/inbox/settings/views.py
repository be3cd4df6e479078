"""Who sees what in the inbox."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.consent import policy
from crm.inbox.live import tell_rules
from crm.inbox.settings.forms import SeeingForm
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def seeing(request: SalonRequest) -> HttpResponse:
    """The roles that see less than all."""
    form = SeeingForm(request.POST if request.method == "POST" else None, policy=policy.stored())
    if request.method == "POST" and form.is_valid():
        policy.change(dict(form.cleaned_data), by=request.member)
        tell_rules()
        if not is_fragment(request):
            return HttpResponseRedirect(reverse("inbox_settings:seeing"), status=303)
        saved = _shown(request, SeeingForm(policy=policy.stored()))
        return add_toast(saved, _("Saved; it holds within seconds, for open pages too"))
    return _shown(request, form, status=422 if request.method == "POST" else 200)


def _shown(request: SalonRequest, form: SeeingForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    name = "crm/inbox_settings/seeing.html" + ("#form" if is_fragment(request) else "")
    return render(request, name, context, status=status)
