"""Reads of templates that pages, flows and messages need."""

from collections.abc import Iterable

from channels_wa.message_templates.models import SENDABLE, MessageTemplate, Status
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from ops.one_look import kept


def accounts() -> dict[str, list[Number]]:
    """The salon's WhatsApp business accounts, each with its numbers, the oldest first."""
    found: dict[str, list[Number]] = {}
    for number in own_numbers().order_by("pk"):
        found.setdefault(number.waba_id, []).append(number)
    return found


def account_of(number_id: int) -> str:
    """The business account of a number of this salon; empty for one that is not."""
    return own_numbers().filter(pk=number_id).values_list("waba_id", flat=True).first() or ""


def of_number(number_id: int, name: str, language: str) -> MessageTemplate | None:
    """The template of that name that this number can send."""
    return (
        MessageTemplate.objects.live()
        .of_account(account_of(number_id))
        .filter(name=name, language=language)
        .order_by("-pk")
        .first()
    )


def sendable(number_id: int) -> list[MessageTemplate]:
    """What this number may send now, by name."""
    return list(MessageTemplate.objects.sendable().of_account(account_of(number_id)).order_by("name", "language"))


def unusable(names: Iterable[str]) -> set[str]:
    """Those of these names that no language of which may be sent now, deleted and unknown ones too."""
    wanted = set(names)
    usable = MessageTemplate.objects.filter(name__in=wanted, status__in=SENDABLE).values_list("name", flat=True)
    return wanted - set(usable)


def unusable_in(wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The same for names with their languages."""
    pairs = set(wanted)
    rows = MessageTemplate.objects.filter(name__in={name for name, _ in pairs}, status__in=SENDABLE)
    return pairs - set(rows.values_list("name", "language"))


@kept
def named(names: frozenset[str]) -> list[MessageTemplate]:
    """Every template of these names, deleted ones too, the oldest first."""
    return list(MessageTemplate.objects.filter(name__in=names).order_by("pk")) if names else []


def status_words(status: str) -> str:
    """How a status is called."""
    return str(Status(status).label) if status in Status.values else status
