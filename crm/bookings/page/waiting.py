"""Nothing suits the visitor: they wait for a place. Whose phone it is shows the message by which they say so, with a
code that stands for their wishes; until then nobody is written to and nothing is kept but for an hour in the cache.
"""

import json
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import redis

from channels_wa.inbound.steps import Incoming
from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.page import limits, sending, words
from crm.bookings.page.choice import Choice
from crm.bookings.page.codes import keyed
from crm.bookings.page.notes import SOURCE
from crm.bookings.reminders.answering import Reply
from crm.bookings.reminders.words import language_of, table
from crm.bookings.waitlist import actions
from crm.bookings.waitlist.actions import Wanted, Wrong
from crm.consent.policy import policy
from crm.consent.words import normalised
from crm.contacts.models import Contact
from ops.salon import current_salon_id

log = logging.getLogger(__name__)
# Without what is taken for one another when it is typed.
_SIGNS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH: Final = 8
GOOD_FOR_S: Final = 3600
# "Lista de espera k7x29qpd", as the link writes it.
_SAID: Final = re.compile(rf"(?:.* )?(?:espera|waitlist) ([{_SIGNS}]{{{_LENGTH}}})")
_LONGEST: Final = 60
# By name: from and until which minute of the day a visit may begin.
PARTS: Final = {"any": (0, 1440), "morning": (0, 720), "afternoon": (720, 1080), "evening": (1080, 1440)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands behind a code; nothing: of none that is known."""

    wanted: Wanted | None = None
    language: str = ""


def wanted_of(choice: Choice, first: date, last: date, part: str) -> Wanted:
    """What a visitor has chosen. Raises Wrong."""
    start, end = PARTS[part]
    who = choice.person
    # Who does not do all of it cannot be waited for by name.
    by_name = who is not None and all(choice.who(pk) == who for pk in choice.services)
    wanted = Wanted(
        service_ids=choice.services,
        professional_ids=[who] if by_name and who is not None else [],
        from_date=first,
        to_date=last,
        from_minute=start,
        to_minute=end,
    )
    actions.check(wanted)
    return wanted


def keep(wanted: Wanted, language: str) -> str:
    """The text by which the guest says that they wait; empty where it cannot be kept now."""
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    data = {"wanted": [*_plain(wanted).values()], "language": language}
    try:
        limits.client().set(_key(code), json.dumps(data), ex=GOOD_FOR_S)
    except redis.RedisError as error:
        log.warning("wish of the booking page not kept: %s", error)
        return ""
    return words.said(language_of(language), "wait_prefilled", code=code.upper())


def wishes(batch: Sequence[Incoming]) -> dict[int, Wish]:
    """By item of the inbox who says that they wait, and for what."""
    found = {}
    for one in batch:
        text = one.message.text
        if one.message.type != "text" or not text or len(text) > _LONGEST:
            continue
        if said := _SAID.fullmatch(normalised(text)):
            try:
                limits.count(limits.words(one.contact_id))
            except limits.TooMany:
                continue
            found[one.item_id] = _read(said[1])
    return found


def hear(one: Incoming, wish: Wish) -> Reply:
    """Put them on the list, once, and say so. In the caller's transaction."""
    contact = Contact.objects.get(pk=one.contact_id)
    language = language_of(wish.language, contact.language, policy().language)
    if wish.wanted is None:
        return Reply(words.said(language, "wait_unknown", link=sending.page_url()))
    try:
        entry = actions.join(contact, wish.wanted, by=contact, source=SOURCE)
    except Wrong as wrong:
        key = "wait_many" if wrong.code == "too_many" else "wait_unknown"
        return Reply(words.said(language, key, link=sending.page_url()))
    known = catalogue()
    what = ", ".join(known.services[pk].name for pk in entry.service_ids if pk in known.services)
    first, last = (_day(language, one) for one in (entry.from_date, entry.to_date))
    return Reply(words.said(language, "waiting", what=what, first=first, last=last))


def _read(code: str) -> Wish:
    try:
        text = limits.client().get(_key(code))
    except redis.RedisError as error:
        log.warning("wish of the booking page not read: %s", error)
        text = None
    if not text:
        return Wish()
    data = json.loads(text)
    services, people, first, last, start, end = data["wanted"]
    wanted = Wanted(
        service_ids=services,
        professional_ids=people,
        from_date=date.fromisoformat(first),
        to_date=date.fromisoformat(last),
        from_minute=start,
        to_minute=end,
    )
    return Wish(wanted, data["language"])


def _plain(wanted: Wanted) -> dict[str, Any]:
    return {
        "services": list(wanted.service_ids),
        "people": list(wanted.professional_ids),
        "first": wanted.from_date.isoformat(),
        "last": wanted.to_date.isoformat(),
        "start": wanted.from_minute,
        "end": wanted.to_minute,
    }


def _key(code: str) -> str:
    return f"book:{current_salon_id() or 0}:wait:{keyed('wait', code)[:32]}"


def _day(language: str, day: date) -> str:
    """2 de dezembro."""
    zone = catalogue().zone
    local = moment_of(instant(zone, day.toordinal(), 720)).astimezone(zone)
    return words.said(language, "wait_day", number=str(local.day), month=table(language)["months"][local.month - 1])
