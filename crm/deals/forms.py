"""What people write about deals, tasks and pipelines."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.deals.actions.deals import LONGEST_TITLE
from crm.deals.actions.pipelines import MOST_REASONS
from crm.deals.actions.tasks import LONGEST_TEXT
from crm.deals.defaults import currency as salon_currency
from crm.deals.models import Deal, Pipeline, Stage, Task
from portal.frame import money
from tenants.members.models import Member


def members() -> Any:
    """Who may own something."""
    return Member.objects.filter(is_active=True).order_by("name", "pk")


class DealForm(forms.Form):
    """A deal's own fields."""

    title = forms.CharField(label=gettext_lazy("What is it about?"), max_length=LONGEST_TITLE)
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=20, widget=forms.TextInput({"inputmode": "decimal"})
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    owner = forms.ModelChoiceField(Member.objects.none(), label=gettext_lazy("Owner"), required=False)
    expected_on = forms.DateField(
        label=gettext_lazy("Expected on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, deal: Deal | None = None, me: Member | None = None, **options: Any) -> None:
        own = salon_currency()
        used = deal.currency if deal else own
        initial: dict[str, Any] = (
            {
                "title": deal.title,
                "value": money.written(deal.value_minor, deal.currency) if deal.value_minor else "",
                "currency": deal.currency,
                "owner": deal.owner.public_id if deal.owner else None,
                "expected_on": deal.expected_on,
                "version": deal.version,
            }
            if deal
            else {"currency": own, "owner": me.public_id if me else None}
        )
        super().__init__(*args, **options)
        self.initial = initial
        codes = dict.fromkeys([used, own, *money.OFFERED])
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        owner: Any = self.fields["owner"]
        owner.to_field_name, owner.queryset, owner.empty_label = "public_id", members(), _("Nobody")

    def clean(self) -> dict[str, Any]:
        """The value in the smallest coin."""
        given: dict[str, Any] = super().clean() or {}
        try:
            given["value_minor"] = money.read(given.get("value") or "", given.get("currency") or "")
        except money.NoMoney:
            self.add_error("value", _("Write an amount, e.g. 1500 or 89,90."))
        return given

    def values(self) -> dict[str, Any]:
        """What to set."""
        return {name: self.cleaned_data[name] for name in ("title", "value_minor", "currency", "owner", "expected_on")}


class TaskForm(forms.Form):
    """What is to be done, by when, by whom."""

    text = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=LONGEST_TEXT)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (Task.Kind.TASK.value, gettext_lazy("Task")),
            (Task.Kind.CALL.value, gettext_lazy("Call")),
            (Task.Kind.MESSAGE.value, gettext_lazy("Message")),
            (Task.Kind.VISIT.value, gettext_lazy("Visit")),
        ],
        required=False,
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("By when"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help_text=gettext_lazy("Its owner is reminded then."),
    )
    owner = forms.ModelChoiceField(Member.objects.none(), label=gettext_lazy("Owner"), required=False)

    def __init__(self, *args: Any, task: Task | None = None, me: Member | None = None, **options: Any) -> None:
        initial: dict[str, Any] = (
            {
                "text": task.text,
                "kind": task.kind,
                "due_at": task.due_at,
                "owner": task.owner.public_id if task.owner else None,
            }
            if task
            else {"owner": me.public_id if me else None}
        )
        super().__init__(*args, **options)
        self.initial = initial
        owner: Any = self.fields["owner"]
        owner.to_field_name, owner.queryset, owner.empty_label = "public_id", members(), _("Nobody")

    def values(self) -> dict[str, Any]:
        """What to set."""
        due: datetime | None = self.cleaned_data["due_at"]
        given = self.cleaned_data
        return {
            "text": given["text"],
            "kind": given["kind"] or Task.Kind.TASK,
            "due_at": due,
            "owner": given["owner"],
        }


class PipelineForm(forms.Form):
    """A pipeline's name, and why deals of it are lost."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    lost_reasons = forms.CharField(
        label=gettext_lazy("Why deals are lost"),
        help_text=gettext_lazy("One in each line; whoever loses a deal chooses from them."),
        widget=forms.Textarea({"rows": 4}),
        required=False,
        max_length=4000,
    )

    def __init__(self, *args: Any, pipeline: Pipeline | None = None, **options: Any) -> None:
        initial: dict[str, Any] = (
            {"name": pipeline.name, "lost_reasons": "\n".join(pipeline.lost_reasons)} if pipeline else {}
        )
        super().__init__(*args, **options)
        self.initial = initial

    def clean_lost_reasons(self) -> list[str]:
        """Each once, not too long."""
        lines = [line.strip() for line in self.cleaned_data["lost_reasons"].splitlines() if line.strip()]
        if len(lines) > MOST_REASONS:
            raise forms.ValidationError(_("At most %(most)d reasons, please.") % {"most": MOST_REASONS})
        for line in lines:
            if len(line) > 80:
                raise forms.ValidationError(_("“%(text)s…” is longer than 80 letters.") % {"text": line[:30]})
        return list(dict.fromkeys(lines))


class StageForm(forms.Form):
    """A stage."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    probability = forms.IntegerField(label=gettext_lazy("Won in %"), min_value=0, max_value=100)
    rot_days = forms.IntegerField(label=gettext_lazy("Stale after days"), min_value=1, max_value=3650, required=False)

    def __init__(self, *args: Any, stage: Stage | None = None, **options: Any) -> None:
        initial: dict[str, Any] = (
            {"name": stage.name, "probability": stage.probability, "rot_days": stage.rot_days}
            if stage
            else {"probability": 50}
        )
        super().__init__(*args, **options)
        self.initial = initial


class NewStageForm(StageForm):
    """One that is new says also what it is."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (Stage.Kind.OPEN.value, gettext_lazy("Deals go on")),
            (Stage.Kind.WON.value, gettext_lazy("Deals are won")),
            (Stage.Kind.LOST.value, gettext_lazy("Deals are lost")),
        ],
    )
