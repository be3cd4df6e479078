"""What each reason means: how loud it is told, how long it counts after it was seen, in which words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_noop

from channels_wa.watchdog.reasons import Code
from tenants.alerts.models import Level
from tenants.alerts.words import NOTHING, Value, Words

# A number that gets into the same trouble again within a day rests twice as long each time, up to this.
LONGEST_HOLD: Final = timedelta(hours=24)
AGAIN_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Policy:
    """What follows from a reason. Without a level it is shown on the number's page and told to nobody."""

    short: str
    """What the number's page says."""
    advice: str
    title: str = ""
    """What the alert says; `%(phone)s` and the reason's own values stand in it."""
    text: str = ""
    level: Level | None = None
    hold: timedelta = timedelta(0)
    link_words: str = gettext_noop("See why")


_REMINDERS_GO: Final = gettext_noop("Answers and reminders still go out; campaigns wait and go on by themselves.")
POLICIES: Final[Mapping[Code, Policy]] = {
    Code.STOPPED: Policy(
        short=gettext_noop("It is stopped: %(why)s"),
        advice=gettext_noop("Connect it again. What waits will leave then."),
        title=gettext_noop("Cadeira cannot send through %(phone)s: %(why)s"),
        text=gettext_noop("Nothing leaves through this number now. Connect it again, and what waits leaves by itself."),
        level=Level.CRITICAL,
        link_words=gettext_noop("Connect it again"),
    ),
    Code.ACCOUNT: Policy(
        short=gettext_noop("Meta acts against its business account: %(what)s."),
        advice=gettext_noop("Meta's Business Support says why, and there one may object."),
        title=gettext_noop("Meta acts against the account of %(phone)s: %(what)s"),
        text=gettext_noop("Campaigns wait. Open Meta's Business Support: it says why, and there you may object."),
        level=Level.CRITICAL,
    ),
    Code.QUALITY_RED: Policy(
        short=gettext_noop("Meta rates its quality as low: guests block or report its messages."),
        advice=gettext_noop("Send fewer offers, and only to guests who want them. The rating looks at the last week."),
        title=gettext_noop("%(phone)s is paused: Meta lowered its quality to red"),
        text=_REMINDERS_GO,
        level=Level.CRITICAL,
        hold=timedelta(hours=1),
    ),
    Code.QUALITY_YELLOW: Policy(
        short=gettext_noop("Meta rates its quality as medium."),
        advice=gettext_noop("Look at which offers guests block, and send them to fewer."),
        title=gettext_noop("Meta lowered the quality of %(phone)s to yellow"),
        text=gettext_noop("Messages leave more slowly for now. Send offers only to guests who want them."),
        level=Level.WARNING,
    ),
    Code.SPAM: Policy(
        short=gettext_noop("Meta slows it down: too many of its messages were taken for spam."),
        advice=gettext_noop("Let campaigns rest for a day, and ask guests before you send offers."),
        title=gettext_noop("%(phone)s is paused: Meta takes its messages for spam"),
        text=_REMINDERS_GO,
        level=Level.CRITICAL,
        hold=timedelta(hours=6),
    ),
    Code.FAILURES: Policy(
        short=gettext_noop("%(failed)s of %(sent)s messages failed."),
        advice=gettext_noop("See the list of what failed: each says why."),
        title=gettext_noop("Many messages of %(phone)s fail: %(failed)s of %(sent)s"),
        text=gettext_noop("They leave more slowly until it is better. The list of what failed says why."),
        level=Level.WARNING,
        hold=timedelta(minutes=30),
    ),
    Code.STOPS: Policy(
        short=gettext_noop("%(count)s of %(sent)s guests have stopped your offers."),
        advice=gettext_noop("Send fewer offers, and only what this guest asked for."),
        title=gettext_noop("Guests of %(phone)s stop your offers: %(count)s of %(sent)s today"),
        text=_REMINDERS_GO,
        level=Level.WARNING,
        hold=timedelta(hours=6),
    ),
    Code.FATIGUE: Policy(
        short=gettext_noop("WhatsApp held %(count)s of %(sent)s messages back, because guests got many offers."),
        advice=gettext_noop("Nothing is wrong with them. Send offers less often."),
    ),
    Code.UNREACHABLE: Policy(
        short=gettext_noop("%(count)s of %(sent)s messages went to numbers that WhatsApp cannot reach."),
        advice=gettext_noop("Clean your list: these guests have no WhatsApp, or never agreed to its terms."),
    ),
    Code.SILENCE: Policy(
        short=gettext_noop("WhatsApp has told nothing of the last %(count)s messages since %(at)s."),
        advice=gettext_noop("They may have arrived. If it lasts, connect the number again: its webhooks may be lost."),
        title=gettext_noop("WhatsApp tells nothing of the messages of %(phone)s"),
        text=gettext_noop(
            "They left, but since %(at)s no word came back, and guests' answers may be missing too. "
            "Connect the number again if it lasts."
        ),
        level=Level.WARNING,
    ),
    Code.CIRCUIT: Policy(
        short=gettext_noop("WhatsApp has not answered since %(at)s; one message at a time tries again."),
        advice=gettext_noop("Nothing to do: it goes on by itself."),
        title=gettext_noop("WhatsApp does not answer for %(phone)s"),
        text=gettext_noop("Messages wait since %(at)s and leave by themselves when it answers again."),
        level=Level.WARNING,
    ),
    Code.ACCESS_ENDS: Policy(
        short=gettext_noop("Its access ends on %(at)s."),
        advice=gettext_noop("Connect it again before, and nothing stops."),
        title=gettext_noop("The access of %(phone)s ends on %(at)s"),
        text=gettext_noop("Connect it again before, and nothing stops."),
        level=Level.WARNING,
        link_words=gettext_noop("Connect it again"),
    ),
    Code.LIMIT: Policy(
        short=gettext_noop("%(used)s of the %(limit)s guests whom Meta lets you write to first in a day are used."),
        advice=gettext_noop("What is more waits for tomorrow. Meta raises the limit by itself when guests like you."),
    ),
    Code.QUIET: Policy(
        short=gettext_noop("No guest has written since %(at)s, which is long for this number."),
        advice=gettext_noop("Perhaps all is well. Write to it from your own phone to be sure."),
    ),
}

# Why a number is stopped, by Meta's code (WHATSAPP.md §7), to stand inside of a sentence.
_WHY: Final[Mapping[int, str]] = {
    0: gettext_noop("its access was withdrawn"),
    190: gettext_noop("its access has expired"),
    3: gettext_noop("it lacks a permission"),
    10: gettext_noop("it lacks a permission"),
    33: gettext_noop("WhatsApp does not know the number any more"),
    368: gettext_noop("Meta has blocked it for breaking its rules"),
    130497: gettext_noop("Meta does not let it write to this country"),
    131031: gettext_noop("Meta has locked the account"),
    131037: gettext_noop("it needs a display name first"),
    131042: gettext_noop("the payment method at Meta does not work"),
    131044: gettext_noop("the payment method at Meta does not work"),
    131045: gettext_noop("it is not registered any more"),
    133010: gettext_noop("it is not registered any more"),
    133005: gettext_noop("its PIN is wrong"),
}
_OTHER: Final = gettext_noop("WhatsApp refuses it")
# What Meta did, by the event of account_update or the state of its ban (WHATSAPP.md §6).
_ACCOUNT: Final[Mapping[str, str]] = {
    "ACCOUNT_VIOLATION": gettext_noop("it broke one of its rules"),
    "ACCOUNT_RESTRICTION": gettext_noop("it may send less for now"),
    "ACCOUNT_DELETED": gettext_noop("it was deleted"),
    "ACCOUNT_OFFBOARDED": gettext_noop("it was taken off the platform"),
    "DISABLE": gettext_noop("it is switched off"),
    "DISABLED_UPDATE": gettext_noop("it is switched off"),
    "SCHEDULE_FOR_DISABLE": gettext_noop("it will be switched off soon"),
    "REJECTED": gettext_noop("its review was turned down"),
}
_SOMEHOW: Final = gettext_noop("its Business Support says what")
_NOT_SAID: Final = frozenset({"at", "reason", "status", "costs"})
_CODE_IN: Final = re.compile(r"\b(\d{1,7})\b")


def why(reason: str) -> Words:
    """Why a number is stopped, from the stored reason, which has Meta's code in it."""
    found = _CODE_IN.search(reason)
    code = int(found[1]) if found else None
    if code is not None and 200 <= code < 300:
        code = 10
    return Words(_WHY.get(code, _OTHER) if code is not None else _OTHER)


def short(code: Code, values: Mapping[str, Any]) -> Words:
    """What the number's page says of a reason."""
    return Words(POLICIES[code].short, _values(values))


def advice(code: Code) -> Words:
    """What one may do about it."""
    return Words(POLICIES[code].advice)


def title(code: Code, values: Mapping[str, Any], *, phone: str) -> Words:
    """The alert's title."""
    return Words(POLICIES[code].title, {"phone": phone, **_values(values)})


def text(code: Code, values: Mapping[str, Any]) -> Words:
    """What the alert says below its title."""
    return Words(POLICIES[code].text, _values(values)) if POLICIES[code].text else NOTHING


def hold_of(code: Code, *, times_before: int) -> timedelta:
    """How long an incident stays open at least, when there were so many of its kind within AGAIN_WITHIN."""
    return min(POLICIES[code].hold * int(2 ** min(times_before, 10)), LONGEST_HOLD)


def _values(values: Mapping[str, Any]) -> dict[str, Value]:
    """As kept in JSON, made fit for words: moments are moments, a stored reason is a sentence."""
    said: dict[str, Value] = {name: value for name, value in values.items() if name not in _NOT_SAID}
    if isinstance(values.get("at"), str):
        said["at"] = datetime.fromisoformat(values["at"])
    if "reason" in values:
        said["why"] = why(str(values["reason"]))
    if "status" in values:
        said["what"] = Words(_ACCOUNT.get(str(values["status"]), _SOMEHOW))
    return said
