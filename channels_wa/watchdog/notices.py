"""What Meta tells of a number that is neither wrong nor needs anything: told once, done with when somebody read it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from channels_wa.numbers.models import Number
from channels_wa.watchdog.incidents import page_of
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import NOTHING, Value, Words

_LINK = gettext_noop("See the number")
_RAISED = gettext_noop("Meta raised the limit of %(phone)s")
_LOWERED = gettext_noop("Meta lowered the limit of %(phone)s")


def tell_warm(number: Number) -> None:
    """Its warm-up is over."""
    _tell(
        number,
        "warm",
        Level.INFO,
        gettext_noop("%(phone)s is warmed up"),
        gettext_noop("From today on it may begin as many talks as Meta lets it."),
    )


def tell_limit(number: Number, old: int | None, new: int | None) -> None:
    """Meta changed how many guests may be written to first in a day; None is without limit."""
    if new is None:
        text = gettext_noop("There is no limit to how many guests you may write to first.")
        _tell(number, "limit", Level.INFO, gettext_noop("Meta lifted the limit of %(phone)s"), text)
        return
    rose = old is not None and new > old
    _tell(
        number,
        "limit",
        Level.INFO if rose else Level.WARNING,
        _RAISED if rose else _LOWERED,
        gettext_noop("It may write first to %(limit)s guests in a day now."),
        limit=new,
    )


def tell_throughput(number: Number, messages_per_second: int) -> None:
    """Meta takes more, or fewer, messages a second."""
    text = gettext_noop("It may send %(count)s messages a second now.")
    title = gettext_noop("Meta changed the speed of %(phone)s")
    _tell(number, "speed", Level.INFO, title, text, count=messages_per_second)


_NAMES: Mapping[str, tuple[Level, str, str]] = {
    "APPROVED": (Level.INFO, gettext_noop("Meta approved the name of %(phone)s"), gettext_noop("Guests see it now.")),
    "REJECTED": (
        Level.WARNING,
        gettext_noop("Meta turned down the name of %(phone)s"),
        gettext_noop("Guests see the number alone. Choose another name in Meta's WhatsApp Manager."),
    ),
}
_NAMES = {**_NAMES, "DECLINED": _NAMES["REJECTED"]}


def tell_name(number: Number, decision: str) -> None:
    """Meta decided on the display name."""
    if decision in _NAMES:
        level, title, text = _NAMES[decision]
        _tell(number, "name", level, title, text)


def tell_change(number: Number, payload: Mapping[str, Any]) -> None:
    """What follows from `number.changed`, as far as a person should know."""
    what, old, new = payload.get("what"), payload.get("old"), payload.get("new")
    # The first word of Meta about a new number is no change.
    if what == "messaging_limit" and old is not None and old != new:
        tell_limit(number, old, new)
    elif what == "throughput_mps" and isinstance(new, int):
        tell_throughput(number, new)
    elif what == "name_status" and old:
        tell_name(number, str(new))


def _tell(number: Number, what: str, level: Level, title: str, text: str, **values: Value) -> None:
    raise_alert(
        number.salon_id,
        NewAlert(
            # One notice of a kind: the newer takes the place of one that nobody has read.
            key=f"number:{number.public_id}:notice:{what}",
            kind=f"number.{what}",
            level=level,
            title=Words(title, {"phone": number.display_phone}),
            text=Words(text, values) if text else NOTHING,
            link=page_of(number),
            link_words=Words(_LINK),
            is_notice=True,
        ),
    )
