"""What people write about a service."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.actions import doing
from crm.bookings.actions.offering import category
from crm.bookings.deposits import rules as deposit_rules
from crm.bookings.models import PROFESSIONAL, Professional, Resource, Service, ServiceCategory
from crm.bookings.models.service import half_an_hour
from crm.bookings.offers.fields import ColourField, MoneyField, SpanField
from crm.bookings.offers.parts import OffersField, Other, SegmentsField, time_words
from crm.bookings.offers.seen import SeenForm
from crm.bookings.reminders.forms import MOST_DAYS, MOST_HOURS, read_numbers
from portal.frame import money

MOST_BUFFER, MOST_LEAD, MOST_CANCEL = 480, 525_600, 8760
DEPOSITS: Final = (
    ("", gettext_lazy("As the salon's rule says")),
    ("never", gettext_lazy("None")),
    ("always", gettext_lazy("From everybody")),
    ("new", gettext_lazy("From guests who come for the first time")),
    ("after_no_show", gettext_lazy("From guests who did not come before")),
)
# Nothing more is asked about these.
FREE: Final = ("", "never")
AMOUNTS: Final = (("fixed", gettext_lazy("An amount")), ("percent", gettext_lazy("A part of the price")))


def known_of(service: Service | None) -> dict[str, Any]:
    """The values of a service as its form has them; of none, those of a new one."""
    row = service or Service(segments=half_an_hour())
    add_ons = Service.objects.filter(pk__in=row.add_on_ids, archived_at=None).order_by("order", "pk")
    deposit, rules = row.deposit or {}, row.reminders
    heading = row.category if row.category_id and row.category and row.category.archived_at is None else None
    return {
        "name": row.name,
        "category": heading.name if heading else "",
        "description": row.description,
        "segments": row.segments,
        "buffer_before": row.buffer_before,
        "buffer_after": row.buffer_after,
        "price": row.price_minor if service else None,
        "is_price_from": row.is_price_from,
        "is_add_on": row.is_add_on,
        "add_ons": [str(one.public_id) for one in add_ons],
        "needs": list(row.needs),
        "deposit_when": deposit.get("when", ""),
        "deposit_no_shows": deposit.get("no_shows", 1),
        "deposit_kind": deposit.get("kind", "fixed"),
        "deposit_amount": deposit.get("value") if deposit.get("kind") == "fixed" else None,
        "deposit_percent": deposit.get("value") if deposit.get("kind") == "percent" else None,
        "no_show_fee": row.no_show_fee_minor,
        "lead": row.lead_minutes,
        "cancel_hours": row.cancel_hours,
        "own_reminders": rules is not None,
        "days": ", ".join(str(rule["days"]) for rule in rules or [] if "days" in rule),
        "hours": ", ".join(str(rule["hours"]) for rule in rules or [] if "hours" in rule),
        "is_online": row.is_online,
        "colour": row.colour,
        "who": _who(service),
    }


def _who(service: Service | None) -> dict[str, list[Any]]:
    if service is None:
        return {}
    ways = doing.doers(service)
    ids = Professional.objects.filter(pk__in=list(ways)).values_list("pk", "public_id")
    found = {str(public_id): [ways[pk].segments, ways[pk].price_minor] for pk, public_id in ids}
    return dict(sorted(found.items()))


class ServiceForm(SeenForm):
    """All of it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    category = forms.CharField(
        label=gettext_lazy("Category"),
        help_text=gettext_lazy("Choose one, or write a new one."),
        required=False,
        max_length=80,
        widget=forms.TextInput({"list": "categories", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("Guests read it on the booking page."),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )
    segments = SegmentsField(
        label=gettext_lazy("How long it takes"),
        help_text=gettext_lazy(
            "In processing time (colour that works in, nails that dry) the guest stays, and the professional is free "
            "for somebody else."
        ),
    )
    buffer_before = forms.IntegerField(
        label=gettext_lazy("Minutes to prepare"), min_value=0, max_value=MOST_BUFFER, required=False
    )
    buffer_after = forms.IntegerField(
        label=gettext_lazy("Minutes to clean up"), min_value=0, max_value=MOST_BUFFER, required=False
    )
    is_price_from = forms.BooleanField(label=gettext_lazy("The price begins there (“from”)"), required=False)
    is_add_on = forms.BooleanField(
        label=gettext_lazy("It is an add-on: booked with another service only, on top of its time and price"),
        required=False,
    )
    add_ons = forms.MultipleChoiceField(
        label=gettext_lazy("Add-ons offered with it"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("It takes one of"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    deposit_when = forms.ChoiceField(label=gettext_lazy("Deposit"), choices=DEPOSITS, required=False)
    deposit_kind = forms.ChoiceField(label=gettext_lazy("How much"), choices=AMOUNTS, required=False)
    deposit_no_shows = forms.IntegerField(
        label=gettext_lazy("After how many missed visits"), min_value=1, max_value=20, required=False
    )
    deposit_percent = forms.IntegerField(label=gettext_lazy("Per cent"), min_value=1, max_value=100, required=False)
    lead = SpanField(
        label=gettext_lazy("Booked at the latest before"),
        help_text=gettext_lazy("Empty: as the salon."),
        required=False,
        most=MOST_LEAD,
    )
    cancel_hours = forms.IntegerField(
        label=gettext_lazy("Guests may move or cancel until so many hours before"),
        help_text=gettext_lazy("Empty: as the salon."),
        min_value=0,
        max_value=MOST_CANCEL,
        required=False,
    )
    own_reminders = forms.BooleanField(label=gettext_lazy("Reminders of its own"), required=False)
    days = forms.CharField(
        label=gettext_lazy("Days before the visit, at the same time of day"),
        help_text=gettext_lazy("Several with commas: 1, 7. Empty: none."),
        required=False,
        max_length=40,
    )
    hours = forms.CharField(
        label=gettext_lazy("Hours before the visit"),
        help_text=gettext_lazy("Several with commas: 2, 4. Empty: none."),
        required=False,
        max_length=40,
    )
    is_online = forms.BooleanField(label=gettext_lazy("Guests can book it on the booking page"), required=False)
    colour = ColourField(label=gettext_lazy("Colour in the calendar"), required=False)

    def __init__(self, data: Any = None, *, service: Service | None, currency: str, **options: Any) -> None:
        known = known_of(service)
        super().__init__(data, known=known, version=service.version if service else None, **options)
        self.service, self.currency = service, currency
        self.fields["price"] = MoneyField(label=_("Price"), currency=currency)
        self.fields["deposit_amount"] = MoneyField(label=_("Amount"), currency=currency, required=False)
        self.fields["no_show_fee"] = MoneyField(
            label=_("Fee for not coming"),
            currency=currency,
            required=False,
            help_text=_("Empty: as the salon. 0: none."),
        )
        self.fields["who"] = OffersField(label=_("Who does it"), others=_people(service, currency), required=False)
        offered = Service.objects.filter(is_add_on=True, archived_at=None).order_by("order", "pk")
        self.add_on_rows = {str(one.public_id): one for one in offered if service is None or one.pk != service.pk}
        choices: Any = self.fields["add_ons"]
        choices.choices = [
            (key, f"{one.name} ({money.shown(one.price_minor, one.currency)})") for key, one in self.add_on_rows.items()
        ]
        kinds: Any = self.fields["needs"]
        kinds.choices = [(kind, kind) for kind in known_kinds(known["needs"])]

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("deposit_when", "") not in FREE:
            name = "deposit_percent" if given.get("deposit_kind") == "percent" else "deposit_amount"
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Say how much."))
            elif (given.get(name) or 0) > deposit_rules.MOST_MINOR:
                self.add_error(name, _("This amount is too large."))
        if given.get("own_reminders"):
            self._check_reminders(given)
        return given

    def _check_reminders(self, given: dict[str, Any]) -> None:
        for name, most in (("days", MOST_DAYS), ("hours", MOST_HOURS)):
            try:
                read_numbers(given.get(name, ""), most)
            except forms.ValidationError as error:
                self.add_error(name, error)
        if not {"days", "hours"} & self.errors.keys() and len(self._reminders(given) or []) > 5:
            self.add_error("days", _("At most five reminders for a visit, each once."))

    def columns(self, *, by: Any) -> dict[str, Any]:
        """The columns of the row; a category that is new is made by it."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in ("name", "description", "segments", "is_price_from", "is_add_on")},
            **{name: given[name] for name in ("is_online", "colour", "needs", "cancel_hours")},
            "category": category(given["category"], by=by),
            "buffer_before": given["buffer_before"] or 0,
            "buffer_after": given["buffer_after"] or 0,
            "price_minor": given["price"],
            "currency": self.currency,
            "add_on_ids": [self.add_on_rows[key].pk for key in given["add_ons"]],
            "deposit": self._deposit(given),
            "no_show_fee_minor": given["no_show_fee"],
            "lead_minutes": given["lead"],
            "reminders": self._reminders(given),
        }

    def doers(self) -> dict[int, doing.Way]:
        """Who does it, and how."""
        given: Mapping[str, list[Any]] = self.cleaned_data["who"]
        keys = Professional.objects.filter(public_id__in=list(given)).values_list("pk", "public_id")
        return {pk: doing.Way(*given[str(public_id)]) for pk, public_id in keys}

    def _deposit(self, given: Mapping[str, Any]) -> dict[str, Any]:
        when = given["deposit_when"]
        if when in FREE:
            return {"when": when} if when else {}
        kind = given["deposit_kind"] or "fixed"
        value = given["deposit_percent"] if kind == "percent" else given["deposit_amount"]
        no_shows = given["deposit_no_shows"] or 1
        return deposit_rules.checked({"when": when, "kind": kind, "value": value, "no_shows": no_shows})

    def _reminders(self, given: Mapping[str, Any]) -> list[dict[str, int]] | None:
        if not given["own_reminders"]:
            return None
        days, hours = read_numbers(given["days"], MOST_DAYS), read_numbers(given["hours"], MOST_HOURS)
        return [*({"days": count} for count in days), *({"hours": count} for count in hours)]


def known_kinds(also: Sequence[str] = ()) -> list[str]:
    """Kinds of chairs and rooms that the salon has, and those that are asked for."""
    there = Resource.objects.filter(archived_at=None).exclude(kind=PROFESSIONAL).order_by("order", "pk")
    return list(dict.fromkeys([*there.values_list("kind", flat=True), *also]))


def headings() -> list[str]:
    """The names of categories in use."""
    return list(ServiceCategory.objects.filter(archived_at=None).order_by("order", "pk").values_list("name", flat=True))


def _people(service: Service | None, currency: str) -> list[Other]:
    rows = Professional.objects.filter(archived_at=None).order_by("order", "pk")
    time = time_words(service.segments) if service else ""
    price = money.shown(service.price_minor, currency) if service else ""
    return [Other(str(row.public_id), row.name, time, price, currency, row.colour) for row in rows]
