"""What every salon lives on, for operators: find them, change plans of many, give credit, lengthen a trial."""

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from billing.plans.models import Plan
from billing.subscriptions import operating
from billing.subscriptions.entitlement import of
from billing.subscriptions.models import SubscribedSalon, Subscription
from billing.subscriptions.states import State
from ops import clock
from ops.operator import ReadOnlyAdmin, act, note

MOST_AT_ONCE = 50
_SHORTEST_REASON = 10


class TermsForm(ActionForm):
    """What acts on several salons need to know."""

    plan = forms.ModelChoiceField(
        label=_lazy("Plan"), queryset=Plan.objects.order_by("order"), to_field_name="code", required=False
    )
    amount = forms.DecimalField(
        label=_lazy("Credit, e.g. 25.00"), max_digits=9, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    reason = forms.CharField(label=_lazy("Why"), max_length=200, required=False)


class StateFilter(admin.SimpleListFilter):
    """By state; a salon without a subscription is active."""

    title = _lazy("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All states."""
        return [(str(state), str(state.label)) for state in State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in the state."""
        if self.value() is None:
            return queryset
        rule = Q(subscription__state=self.value())
        if self.value() == State.ACTIVE:
            rule |= Q(subscription=None)
        return queryset.filter(rule)


@admin.register(SubscribedSalon)
class SubscribedSalonAdmin(ReadOnlyAdmin):
    """All salons with what they pay."""

    action_form = TermsForm
    list_display = ("name", "slug", "plan", "standing", "trial_ends", "grace_ends", "period_ends", "billed_by")
    list_filter = (StateFilter, "plan")
    search_fields = ("name", "slug", "subscription__customer_ref", "subscription__subscription_ref")
    list_select_related = ("subscription__plan_version__plan",)
    fields = ("name", "slug", "plan", "standing", "details")
    readonly_fields = ("standing", "details")
    ordering = ("-id",)
    actions = ("change_plan", "renew_version", "lengthen_trial", "give_credit", "pause", "resume")

    @act("subscription.plan_changed", _lazy("Change to the plan chosen beside"))
    def change_plan(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """For many at once: operators move salons when a plan ends."""
        given = self._given(request)
        plan = given.get("plan")
        if plan is None:
            self.message_user(request, _("Choose a plan in the box beside the action."), messages.ERROR)
            return
        note(request, "subscription.plan_changed", "salons.salon", list(queryset.values_list("pk", flat=True)),
             {"plan": plan.code, "reason": given.get("reason", "")})  # fmt: skip
        self._do(request, queryset, lambda row: operating.change_plan(row, plan.code))

    @act("subscription.version_renewed", _lazy("Bring to the newest version of their plan"))
    def renew_version(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that nobody bills."""
        self._do(request, queryset, operating.renew_version)

    @act("subscription.trial_lengthened", _lazy("Seven days more to try"))
    def lengthen_trial(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Reminders move along."""
        self._do(request, queryset, operating.lengthen_trial)

    @act("subscription.credited", _lazy("Give the credit typed beside"))
    def give_credit(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Off the next invoices, in each salon's currency."""
        given = self._given(request)
        amount, reason = given.get("amount"), str(given.get("reason", "")).strip()
        if amount is None or len(reason) < _SHORTEST_REASON:
            words = _("Type an amount such as 25.00 and a reason of at least %(n)d letters beside the action.")
            self.message_user(request, words % {"n": _SHORTEST_REASON}, messages.ERROR)
            return
        note(request, "subscription.credited", "salons.salon", list(queryset.values_list("pk", flat=True)),
             {"amount": str(amount), "reason": reason})  # fmt: skip
        # Every currency of the catalogue has hundredths.
        # The same credit given again on the same day is a try again: whose answer was lost is not given it twice.
        said = f"{request.user.pk} {clock.now():%Y-%m-%d} {amount} {reason}"
        minor, key = int(amount * 100), f"operator-{sha256(said.encode()).hexdigest()[:32]}"
        self._do(request, queryset, lambda row: operating.credit(row, minor, reason, f"{key}-{row.salon_id}"))

    @act("subscription.paused", _lazy("Pause: nothing is sent, nothing is lost"))
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Whoever bills charges nothing meanwhile: what comes due is void."""
        self._do(request, queryset, operating.pause)

    @act("subscription.resumed", _lazy("Go on after a pause"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """As before; whoever bills charges again."""
        self._do(request, queryset, operating.resume)

    @admin.display(description=_lazy("State"), ordering="subscription__state")
    def standing(self, salon: SubscribedSalon) -> str:
        """In words."""
        row = _row(salon)
        return str(row.standing.label) if row else _("Active, not billed")

    @admin.display(description=_lazy("Trial until"), ordering="subscription__trial_ends_at")
    def trial_ends(self, salon: SubscribedSalon) -> Any:
        """Only of those that are in one."""
        row = _row(salon)
        return row.trial_ends_at if row and row.standing == State.TRIALING else None

    @admin.display(description=_lazy("Grace until"), ordering="subscription__grace_ends_at")
    def grace_ends(self, salon: SubscribedSalon) -> Any:
        """Of a payment that failed."""
        row = _row(salon)
        return row.grace_ends_at if row else None

    @admin.display(description=_lazy("Period until"), ordering="subscription__period_ends_at")
    def period_ends(self, salon: SubscribedSalon) -> Any:
        """The next invoice."""
        row = _row(salon)
        return row.period_ends_at if row else None

    @admin.display(description=_lazy("Billed by"))
    def billed_by(self, salon: SubscribedSalon) -> str:
        """Which gateway."""
        row = _row(salon)
        return row.gateway if row and row.is_billed else ""

    @admin.display(description=_lazy("Subscription"))
    def details(self, salon: SubscribedSalon) -> str:
        """What the row says."""
        row = of(salon.pk)
        told = (str(row.plan_version), str(row.standing.label), row.interval, row.currency, row.customer_ref,
                row.subscription_ref, f"{row.changed_at:%Y-%m-%d %H:%M}")  # fmt: skip
        return " · ".join(one for one in told if one)

    def _given(self, request: HttpRequest) -> dict[str, Any]:
        form = TermsForm(request.POST)
        # Which action it is, the admin has judged already.
        form.full_clean()
        return form.cleaned_data

    def _do(self, request: HttpRequest, queryset: QuerySet[Any], what: Callable[[Subscription], bool]) -> None:
        salons = list(queryset[: MOST_AT_ONCE + 1])
        if len(salons) > MOST_AT_ONCE:
            words = _("At most %(n)d salons at once: choose fewer.")
            self.message_user(request, words % {"n": MOST_AT_ONCE}, messages.ERROR)
            return
        outcomes = operating.each(salons, what)
        done = sum(one.done for one in outcomes)
        words = ngettext("%(n)d salon is changed.", "%(n)d salons are changed.", done) % {"n": done}
        self.message_user(request, words, messages.SUCCESS if done else messages.WARNING)
        for one in outcomes:
            if one.words:
                self.message_user(request, f"{one.salon.slug}: {one.words}", messages.ERROR)


def _row(salon: SubscribedSalon) -> Subscription | None:
    return getattr(salon, "subscription", None)
