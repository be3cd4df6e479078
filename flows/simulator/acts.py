"""What the person testing posts, as acts of the driver."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from flows.simulator.driver import Driver
from flows.simulator.script import LONGEST_SPAN, world_answer
from flows.simulator.world import JSON
from ops import untrusted

Posted = Mapping[str, str]
LONGEST_TEXT: Final = 4_096
LONGEST_JSON: Final = 65_536
SPANS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
SENT: Final = ("image", "audio", "video", "document", "location")
ERRORS: Final = ("timeout", "refused", "failed", "too_large", "circuit_open", "secret_missing")


class ActRefused(Exception):
    """What was posted cannot be done; the message is for the person testing."""


def do(driver: Driver, posted: Posted) -> list[JSON]:
    """Play what was posted; raises ActRefused."""
    act = ACTS.get(posted.get("act", ""))
    if act is None:
        raise ActRefused(_("This cannot be done here."))
    return act(driver, posted)


def value_of(text: str) -> Any:
    """What was typed as a value: JSON if it is, else the text itself."""
    try:
        return untrusted.loads(text)
    except ValueError:
        return text


def object_of(text: str) -> JSON:
    """A JSON object that was typed, or nothing; raises ActRefused."""
    if not text.strip():
        return {}
    try:
        found = untrusted.loads(text[:LONGEST_JSON])
    except ValueError as error:
        raise ActRefused(_("This is no JSON: %(why)s") % {"why": error}) from error
    if not isinstance(found, dict):
        raise ActRefused(_('This must be a JSON object, like {"total": 3}.'))
    return found


def _say(driver: Driver, posted: Posted) -> list[JSON]:
    text = posted.get("text", "").strip()[:LONGEST_TEXT]
    return driver.say(text, anyway="anyway" in posted) if text else []


def _tap(driver: Driver, posted: Posted) -> list[JSON]:
    return driver.tap(posted.get("choice", ""))


def _send(driver: Driver, posted: Posted) -> list[JSON]:
    kind = posted.get("kind", "")
    if kind not in SENT:
        raise ActRefused(_("This cannot be done here."))
    return driver.say(posted.get("text", "").strip()[:LONGEST_TEXT], kind=kind)


def _skip(driver: Driver, posted: Posted) -> list[JSON]:
    return driver.skip()


def _later(driver: Driver, posted: Posted) -> list[JSON]:
    return driver.later(SPANS.get(posted.get("span", ""), timedelta(hours=1)))


def _until(driver: Driver, posted: Posted) -> list[JSON]:
    try:
        to = datetime.fromisoformat(posted.get("to", "")).replace(tzinfo=ZoneInfo(driver.world.zone))
    except ValueError as error:
        raise ActRefused(_("Choose a day and an hour.")) from error
    if not driver.world.now < to <= driver.world.now + LONGEST_SPAN:
        raise ActRefused(_("Choose a moment that lies ahead, within two years."))
    return driver.until(to)


def _start(driver: Driver, posted: Posted) -> list[JSON]:
    trigger = object_of(posted.get("trigger", ""))
    return driver.start(trigger, object_of(posted.get("variables", "")))


def _event(driver: Driver, posted: Posted) -> list[JSON]:
    kind = posted.get("event", "").strip()[:60]
    if not kind:
        raise ActRefused(_("Say what happens, like contact.changed."))
    return driver.happen(kind, object_of(posted.get("payload", "")))


def _set(driver: Driver, posted: Posted) -> list[JSON]:
    name = posted.get("name", "").strip()
    if not name.isidentifier() or len(name) > 64:
        raise ActRefused(_("A variable's name is made of letters, digits and _."))
    return driver.set_variable(name, value_of(posted.get("value", "")[:LONGEST_TEXT]))


def _person(driver: Driver, posted: Posted) -> list[JSON]:
    return driver.be_a_person(posted.get("on") == "1")


def _hear(driver: Driver, posted: Posted) -> list[JSON]:
    return driver.hear_out()


def _answer(driver: Driver, posted: Posted) -> list[JSON]:
    node, error = posted.get("node", ""), posted.get("error", "")
    if error in ERRORS:
        return driver.answer(node, error=error, keep="keep" in posted)
    body = posted.get("body", "")[:LONGEST_JSON]
    try:
        status = int(posted.get("status", "200"))
    except ValueError as wrong:
        raise ActRefused(_("A status is a number, like 200.")) from wrong
    if not 100 <= status <= 599:
        raise ActRefused(_("A status is a number from 100 to 599."))
    try:
        parsed = untrusted.loads(body) if body.strip() else None
    except ValueError:
        parsed = None  # a page or a text: the flow sees it as it came
    said = world_answer({"status": status, "json": parsed, "text": body})
    return driver.answer(node, **said, keep="keep" in posted)


def _forget(driver: Driver, posted: Posted) -> list[JSON]:
    driver.world.answers.pop(posted.get("node", ""), None)
    return []


ACTS: Final[dict[str, Callable[[Driver, Posted], list[JSON]]]] = {
    "say": _say,
    "tap": _tap,
    "send": _send,
    "skip": _skip,
    "later": _later,
    "until": _until,
    "start": _start,
    "event": _event,
    "set": _set,
    "person": _person,
    "hear": _hear,
    "answer": _answer,
    "forget": _forget,
}


def guest_of(posted: Posted) -> JSON:
    """Who is to write, as the form has it; raises ActRefused."""
    fields: JSON = {}
    for line in posted.get("fields", "").splitlines()[:50]:
        name, is_there, value = line.partition("=")
        if is_there and name.strip():
            fields[name.strip()[:60]] = value.strip()[:500]
    tags = [tag.strip()[:40] for tag in posted.get("tags", "").split(",") if tag.strip()]
    return {
        "name": posted.get("name", "").strip()[:120],
        "language": posted.get("language", "").strip()[:10],
        "tags": tags[:20],
        "fields": fields,
        "known": "known" in posted,
    }
