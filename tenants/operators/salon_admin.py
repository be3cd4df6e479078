"""A salon on the operator's pages: who belongs to it, its keys, its log's chain, and the acts that need a reason."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ops.operator import ReadOnlyAdmin, note
from tenants.access.models import ApiKey
from tenants.accounts import handover
from tenants.audit.sealing.checking import check
from tenants.audit.sealing.models import AuditChain
from tenants.audit.sealing.sealer import seal_salon
from tenants.operators import support
from tenants.operators.models import OperatorAct, SupportVisit
from tenants.salons.actions import close_salon, resume_salon, suspend_salon
from tenants.salons.hosts import salon_url
from tenants.salons.models import Membership, Salon

LEAST_REASON = support.SHORTEST_REASON
MOST_ROWS = 50
VERBS: dict[str, Any] = {
    "enter": _lazy("Enter, to look"),
    "suspend": _lazy("Suspend: serve its people and guests no longer"),
    "resume": _lazy("Serve again"),
    "close": _lazy("Close for ever"),
}
_MOVES = {"suspend": suspend_salon, "resume": resume_salon, "close": close_salon}
_DONE = {"suspend": "salon.suspended", "resume": "salon.resumed", "close": "salon.closed"}


class ActForm(forms.Form):
    """What, why, and for how long."""

    verb = forms.ChoiceField(label=_lazy("What"), choices=list(VERBS.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_lazy("Why"),
        min_length=LEAST_REASON,
        max_length=200,
        help_text=_lazy("The owner reads it in the salon's audit log."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    minutes = forms.IntegerField(label=_lazy("Minutes, to look"), min_value=1, max_value=60, initial=30, required=False)
    confirm = forms.CharField(
        label=_lazy("To close: its address again"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )


class SalonPages(ReadOnlyAdmin):
    """What the page of a salon has beside its row."""

    change_form_template = "admin/salons/salon/change_form.html"
    _beside = ("people", "keys", "audit_chain", "visits", "acts")

    def get_urls(self) -> list[URLPattern]:
        """The page of acts, and the check of the chain."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/act/", wrap(self.act_view), name="salons_salon_act"),
            path("<int:pk>/check/", wrap(self.check_view), name="salons_salon_check"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do one of VERBS for a reason."""
        salon = self._salon(request, pk)
        form = ActForm(request.POST or None, initial={"verb": "enter"})
        if request.method == "POST" and form.is_valid():
            done = self._act(request, salon, form)
            if done is not None:
                return done
        context = {**self.admin_site.each_context(request), "title": str(salon), "form": form, "salon": salon,
                   "opts": Salon._meta, "level": support.level_of(salon.pk).label}  # fmt: skip
        return TemplateResponse(request, "admin/salons/salon/act.html", context)

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read the whole chain of its audit log now."""
        salon = self._salon(request, pk)
        if request.method == "POST":
            seal_salon(salon.pk)
            found = check(salon.pk)
            words = _("The audit log is whole: %(n)d rows.") % {"n": found.rows} if found.is_whole else found.why
            messages.add_message(request, messages.SUCCESS if found.is_whole else messages.ERROR, words)
        return HttpResponseRedirect(reverse("admin:salons_salon_change", args=[pk]))

    def _salon(self, request: HttpRequest, pk: int) -> Salon:
        salon: Salon | None = Salon.objects.filter(pk=pk).first() if self.has_view_permission(request) else None
        if salon is None:
            raise Http404
        return salon

    def _act(self, request: Any, salon: Salon, form: ActForm) -> HttpResponse | None:
        given = form.cleaned_data
        verb, reason = given["verb"], given["reason"]
        if verb == "enter":
            return self._enter(request, salon, form)
        if verb == "close" and given["confirm"].strip() != salon.slug:
            form.add_error("confirm", _("Write %(slug)s to close it.") % {"slug": salon.slug})
            return None
        with transaction.atomic():
            if not _MOVES[verb](salon):
                form.add_error("verb", _("Not in its state: it is %(state)s.") % {"state": salon.state})
                return None
            note(request, _DONE[verb], "salons.salon", [salon.pk], {"reason": reason})
        self.message_user(request, _("Done."))
        return HttpResponseRedirect(reverse("admin:salons_salon_change", args=[salon.pk]))

    def _enter(self, request: Any, salon: Salon, form: ActForm) -> HttpResponse | None:
        if salon.state != Salon.State.ACTIVE:
            form.add_error("verb", _("Only a salon that is served can be entered."))
            return None
        minutes, reason = form.cleaned_data["minutes"] or 30, form.cleaned_data["reason"]
        key = request.session.session_key or ""
        try:
            with transaction.atomic():
                code, entry = handover.make(request.user, salon, next_path="/", session_key=key)
                visit = support.begin(request.user, salon, reason=reason, minutes=minutes, entry_id=entry.pk)
                details = {"reason": reason, "minutes": minutes, "visit": str(visit.public_id)}
                note(request, "salon.entered", "salons.salon", [salon.pk], details)
        except support.CannotEnter as error:
            form.add_error("reason", str(error))
            return None
        return HttpResponseRedirect(salon_url(salon.slug, f"/enter/?code={code}"))

    @admin.display(description=_lazy("People"))
    def people(self, salon: Salon) -> SafeString:
        """Who belongs to it."""
        rows = Membership.objects.filter(salon=salon).select_related("user").order_by("-is_active", "pk")[:MOST_ROWS]
        return _lines((one.user.email, one.role, "" if one.is_active else _("left")) for one in rows)

    @admin.display(description=_lazy("API keys"))
    def keys(self, salon: Salon) -> SafeString:
        """By their beginnings; never a key."""
        rows = ApiKey.objects.filter(salon_id=salon.pk).order_by("revoked_at", "-pk")[:MOST_ROWS]
        return _lines((f"{one.prefix}…", one.name, _("revoked") if one.revoked_at else "") for one in rows)

    @admin.display(description=_lazy("Audit log"))
    def audit_chain(self, salon: Salon) -> SafeString:
        """Whether its chain is whole."""
        chain = AuditChain.objects.filter(salon_id=salon.pk).first()
        if chain is None:
            return format_html("{}", _("nothing is sealed yet"))
        state = f"{_('BROKEN')}: {chain.broken_why}" if chain.broken_position else _("whole when last checked")
        at = f"{chain.checked_at:%Y-%m-%d %H:%M}" if chain.checked_at else _("not checked yet")
        return format_html("{} · {} · {}", _("%(n)d rows sealed") % {"n": chain.position}, state, at)

    @admin.display(description=_lazy("Visits of support"))
    def visits(self, salon: Salon) -> SafeString:
        """Who was in, and why."""
        rows = SupportVisit.objects.filter(salon_id=salon.pk).order_by("-pk")[:MOST_ROWS]
        return _lines((f"{one.began_at:%Y-%m-%d %H:%M}", one.email, one.reason) for one in rows)

    @admin.display(description=_lazy("Acts of operators"))
    def acts(self, salon: Salon) -> SafeString:
        """What operators did to it."""
        rows = OperatorAct.objects.filter(kind="salons.salon", subjects__contains=[str(salon.pk)]).order_by("-pk")
        return _lines(
            (f"{one.at:%Y-%m-%d %H:%M}", one.email, f"{one.action} {one.details.get('reason', '')}")
            for one in rows[:MOST_ROWS]
        )


def _lines(rows: Iterable[tuple[str, str, str]]) -> SafeString:
    return format_html_join("", "<div>{} · {} {}</div>", rows) or format_html("{}", "–")
