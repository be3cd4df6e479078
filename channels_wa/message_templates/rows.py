"""Templates as the list and their own page show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_wa.message_templates.languages import language_name
from channels_wa.message_templates.models import Category, MessageTemplate, Quality, Status
from channels_wa.message_templates.refusals import reason_words
from channels_wa.message_templates.shape import filled, shape_of
from channels_wa.numbers.models import Number

LONGEST_EXCERPT = 140
_TONES = {
    Status.APPROVED: "green",
    Status.PENDING: "blue",
    Status.IN_APPEAL: "blue",
    Status.REJECTED: "red",
    Status.PAUSED: "yellow",
    Status.DISABLED: "red",
    Status.LIMIT_EXCEEDED: "red",
    Status.LOCKED: "red",
}
_QUALITY_TONES = {Quality.GREEN: "green", Quality.YELLOW: "yellow", Quality.RED: "red"}
_MOVING = {Status.PENDING, Status.PENDING_DELETION, Status.IN_APPEAL}

# What each status means for the salon, and what to do.
_MEANS: dict[str, str | Promise] = {
    Status.DRAFT: gettext_lazy("Only you can see it. Submit it, and WhatsApp reviews it, mostly within minutes."),
    Status.PENDING: gettext_lazy("WhatsApp is reviewing it: mostly minutes, at most a day. The result appears here."),
    Status.APPROVED: gettext_lazy("It can be sent to guests at any time, even when they have not written for a day."),
    Status.REJECTED: gettext_lazy("WhatsApp does not take it like this. Change it and submit it again."),
    Status.PAUSED: gettext_lazy("Guests did not like it, so WhatsApp has paused it for hours. A third pause ends it."),
    Status.DISABLED: gettext_lazy("WhatsApp has ended it for good. Duplicate it, rewrite it, and submit that."),
    Status.IN_APPEAL: gettext_lazy("WhatsApp looks at it once more, because its decision was appealed."),
    Status.LIMIT_EXCEEDED: gettext_lazy("Your WhatsApp account has more templates than it may. Delete some."),
    Status.LOCKED: gettext_lazy("WhatsApp has locked it. It cannot be sent or changed."),
    Status.ARCHIVED: gettext_lazy("Not used for a year, so WhatsApp has archived it, and deletes it after 28 days."),
    Status.PENDING_DELETION: gettext_lazy("WhatsApp is deleting it."),
    Status.DELETED: gettext_lazy("It does not exist at WhatsApp any more."),
}  # fmt: skip


@dataclass(frozen=True)
class Card:
    """One template, ready for the page."""

    template: MessageTemplate

    @property
    def public_id(self) -> UUID:
        """Its address."""
        return self.template.public_id

    @property
    def name(self) -> str:
        """As Meta knows it."""
        return self.template.name

    @property
    def language_name(self) -> str:
        """Its language, by its own name."""
        return language_name(self.template.language)

    @property
    def category_words(self) -> str:
        """What it is for."""
        return _label(Category, self.template.category)

    @property
    def is_submitting(self) -> bool:
        """Whether a job has it in hand."""
        return self.template.submitting_at is not None

    @property
    def is_moving(self) -> bool:
        """Whether its status may change while one looks."""
        return self.is_submitting or self.template.status in _MOVING

    @property
    def status_words(self) -> str:
        """Where it stands."""
        return _("Being submitted") if self.is_submitting else _label(Status, self.template.status)

    @property
    def tone(self) -> str:
        """The colour of that."""
        return "blue" if self.is_submitting else _TONES.get(Status(self.template.status), "")

    @property
    def means(self) -> str:
        """What its status means, and what to do."""
        if self.is_submitting:
            return _("It is on its way to WhatsApp. This page shows what becomes of it.")
        return str(_MEANS.get(self.template.status, ""))

    @property
    def reason(self) -> str:
        """Why Meta rejected or paused it."""
        return reason_words(self.template.reason)

    @property
    def has_quality(self) -> bool:
        """Whether guests have rated it."""
        return self.template.quality != Quality.UNKNOWN

    @property
    def quality_words(self) -> str:
        """What guests think of it."""
        return _label(Quality, self.template.quality)

    @property
    def quality_tone(self) -> str:
        """The colour of that."""
        return _QUALITY_TONES.get(Quality(self.template.quality), "")

    @property
    def new_category_words(self) -> str:
        """The category that Meta has announced."""
        announced = self.template.correct_category
        return _label(Category, announced) if announced and announced != self.template.category else ""

    @property
    def has_changes(self) -> bool:
        """Whether changes wait to be submitted."""
        return self.template.changes is not None

    @property
    def excerpt(self) -> str:
        """The beginning of its text, with the samples in it."""
        shape = shape_of(self.template.shown_components, self.template.parameter_format)
        text = " ".join(filled(shape.body, shape.samples).split())
        return text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT].rstrip()}…"


@dataclass(frozen=True)
class Group:
    """One name with its languages."""

    name: str
    account: str
    cards: Sequence[Card]

    @property
    def first(self) -> Card:
        """The one whose text stands for all."""
        return self.cards[0]

    @property
    def edited_at(self) -> datetime:
        """When any of them was last changed."""
        return max(card.template.edited_at for card in self.cards)


def groups_of(rows: Iterable[MessageTemplate], accounts: dict[str, list[Number]]) -> list[Group]:
    """Templates by name, in the order given; the account is named where there are several."""
    found: dict[tuple[str, str], list[Card]] = {}
    for row in rows:
        found.setdefault((row.name, row.waba_id), []).append(Card(row))
    names = {waba_id: account_words(numbers) for waba_id, numbers in accounts.items()} if len(accounts) > 1 else {}
    return [Group(name, names.get(waba_id, ""), cards) for (name, waba_id), cards in found.items()]


def account_words(numbers: Sequence[Number]) -> str:
    """A business account, by the numbers in it: owners do not know its id."""
    return ", ".join(one.name or one.display_phone for one in numbers[:3])


def _label(choices: type[Status] | type[Category] | type[Quality], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
