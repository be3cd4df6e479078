"""How a flow behaves beside its drawing."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from flows import actions
from flows.actions.keeping import HIGHEST, LOWEST
from flows.builder.acts import go_to
from flows.builder.loading import load
from flows.builder.page import may_edit
from flows.engine.bodies import MAX_BUTTONS_BODY
from flows.forms.messages import words_of
from flows.models import Flow
from flows.runtime.budget import paused_words
from flows.settings import ErrorBudget, FlowSettings
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_FAILURES, MOST_MINUTES = 1_000, 7 * 24 * 60


class SettingsForm(forms.Form):
    """FlowSettings and the priority, as a person fills them in."""

    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        help_text=gettext_lazy("Where several flows want the same message, the one with the highest number begins."),
        min_value=LOWEST,
        max_value=HIGHEST,
    )
    may_interrupt = forms.BooleanField(
        label=gettext_lazy("Its keywords are heard while another flow waits for an answer"),
        help_text=gettext_lazy("The other flow ends then. Only for words like “stop” or “person”."),
        required=False,
    )
    failure_text = forms.CharField(
        label=gettext_lazy("What the guest reads when a run fails"),
        help_text=gettext_lazy("Empty: nothing. You can write {{ contact.first_name }}."),
        widget=forms.Textarea({"rows": 3}),
        max_length=MAX_BUTTONS_BODY,
        required=False,
    )
    hand_over_on_failure = forms.BooleanField(
        label=gettext_lazy("After a failed run a person goes on"),
        help_text=gettext_lazy("Flows fall silent in that conversation, and it calls for attention in the inbox."),
        required=False,
    )
    failures = forms.IntegerField(
        label=gettext_lazy("Pause the flow after so many failed runs"), min_value=1, max_value=MOST_FAILURES
    )
    within_minutes = forms.IntegerField(
        label=gettext_lazy("within so many minutes"),
        help_text=gettext_lazy("You are told at once, and let it go on when you have looked."),
        min_value=1,
        max_value=MOST_MINUTES,
    )

    @classmethod
    def of(cls, flow: Flow) -> "SettingsForm":
        """Filled in as it is."""
        known = FlowSettings.read(flow.settings)
        return cls(
            initial={
                "priority": flow.priority,
                "may_interrupt": known.may_interrupt,
                "failure_text": known.failure_text,
                "hand_over_on_failure": known.hand_over_on_failure,
                "failures": known.error_budget.failures,
                "within_minutes": known.error_budget.within_minutes,
            }
        )

    def clean(self) -> dict[str, Any]:
        """The text's blanks can be read."""
        given: dict[str, Any] = super().clean() or {}
        try:
            FlowSettings(failure_text=given.get("failure_text", ""))
        except ValidationError as error:
            self.add_error("failure_text", words_of(error.errors()[0]["msg"]))
        return given

    def read(self) -> FlowSettings:
        """The settings as they were filled in."""
        given = self.cleaned_data
        return FlowSettings(
            failure_text=given["failure_text"],
            hand_over_on_failure=given["hand_over_on_failure"],
            error_budget=ErrorBudget(failures=given["failures"], within_minutes=given["within_minutes"]),
            may_interrupt=given["may_interrupt"],
        )


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def settings(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Show them, or take them."""
    flow = load(public_id)
    if request.method == "GET":
        return _page(request, flow, SettingsForm.of(flow))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, flow, form, status=422)
    try:
        actions.set_settings(flow, form.read(), by=request.member)
        actions.set_priority(flow, form.cleaned_data["priority"], by=request.member)
    except actions.Archived:
        return toast(request, _("This flow was archived."), status=409)
    return go_to(request, reverse("flows:settings", args=[public_id]), _("The settings are saved."))


def _page(request: SalonRequest, flow: Flow, form: SettingsForm, *, status: int = 200) -> HttpResponse:
    context = {"flow": flow, "form": form, "paused": paused_words(flow), "may_edit": may_edit(request, flow)}
    return render(request, "flows/builder/settings.html", context, status=status)
