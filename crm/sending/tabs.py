"""The three lists, and the causes by which each may be narrowed."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.adapters.error_classes import OF_CODE
from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.inbox.rights import Who, visible_messages
from ops.salon import current_salon_id


@dataclass(frozen=True)
class Tab:
    """One list."""

    name: str
    status: str
    label: str | Promise
    empty: str | Promise
    hint: str | Promise
    causes: dict[str, str | Promise]
    verbs: tuple[str, ...]
    """What may be done with all of it at once; one message may have more."""


TABS = {
    tab.name: tab
    for tab in (
        Tab(
            "failed",
            "failed",
            _("Not delivered"),
            _("Everything was delivered"),
            _("When WhatsApp does not bring a message, it stands here with the cause."),
            {
                "recipient": _("Guest cannot be reached"),
                "needs_template": _("More than 24 hours passed"),
                "content": _("Content not taken"),
                "media": _("File not taken"),
                "template_state": _("Template paused"),
                "wait_a_day": _("Too many offers for one guest"),
                "transient": _("Trouble at WhatsApp"),
            },
            ("retry", "discard"),
        ),
        Tab(
            "unknown",
            "unknown",
            _("Not known"),
            _("Nothing is uncertain"),
            _("Rarely the line breaks while a message leaves, and WhatsApp never says whether it has it."),
            {},
            ("retry", "discard"),
        ),
        Tab(
            "waiting",
            "queued",
            _("Waiting"),
            _("Nothing waits"),
            _("What is held back by quiet hours, limits or a stopped number stands here until it leaves."),
            {
                "number_stopped": _("Number stopped"),
                "number_circuit": _("Trouble at WhatsApp"),
                "rate_limit": _("Sent as fast as allowed"),
                "portfolio_limit": _("Daily limit of new guests"),
                "quota": _("Your plan is used up"),
                "campaign_paused": _("Campaigns paused"),
                "quiet_hours": _("Quiet hours"),
                "frequency_cap": _("Enough offers for now"),
                "media_uploading": _("File on its way"),
            },
            ("take-back",),
        ),
    )
}


@dataclass(frozen=True)
class Chosen:
    """A list as it is narrowed at the moment."""

    tab: Tab
    cause: str = ""
    who: Who | None = None
    """Whose list it is: they see what they may. None is everybody's."""

    @classmethod
    def by_name(cls, show: str | None, cause: str | None, who: Who | None = None) -> Self:
        """What an address asks for; what it does not know is left out."""
        tab = TABS.get(show or "", TABS["failed"])
        return cls(tab, cause if cause and cause in tab.causes else "", who)

    def messages(self) -> QuerySet[Message]:
        """Its messages: those that are still in the outbox and that nobody has dealt with."""
        item = OutboxItem.objects.filter(
            salon_id=current_salon_id() or 0, message_id=OuterRef("pk"), discarded_at__isnull=True
        )
        if self.tab.status != "queued":
            # An unknown one may still be told by its statuses; until the grace is over nobody has to decide.
            item = item.filter(state=OutboxItem.State.SETTLED)
        every = visible_messages(self.who) if self.who else Message.objects.all()
        found = every.filter(Exists(item), direction="out", status=self.tab.status)
        if not self.cause:
            return found.defer("raw")
        if self.tab.status == "queued":
            waits = OutboxItem.objects.filter(salon_id=current_salon_id() or 0, message_id=OuterRef("pk"))
            return found.filter(Exists(waits.filter(reason__startswith=self.cause))).defer("raw")
        return found.filter(_is_because(self.cause)).defer("raw")


def _is_because(cause: str) -> Q:
    """By our word, or by the code with which a status told it."""
    codes = "|".join(str(code) for code, error_class in OF_CODE.items() if error_class == cause)
    return Q(reason__startswith=f"{cause}:") | Q(reason__regex=rf"^({codes})( |$)")
