"""How each type of node looks and what it is called: palette, canvas, outline, console and forms read it here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from flows.console import booking_looks
from flows.nodes.base import SPARE

__all__ = ["EVENT_WORDS", "EXITS", "GROUPS", "LOOKS", "SPARE", "Look", "look_of", "summary"]

Words = str | Promise


@dataclass(frozen=True)
class Look:
    """A type in words: `label` names it, `hint` says in one sentence what it is for. `icon` is one of the sprite,
    `tone` a colour of the palette, `group` a key of GROUPS."""

    label: Words
    hint: Words
    icon: str
    tone: str
    group: str


GROUPS: dict[str, Words] = {
    "messages": gettext_lazy("Messages"),
    "questions": gettext_lazy("Questions and waits"),
    "bookings": gettext_lazy("Bookings"),
    "logic": gettext_lazy("Logic"),
    "guest": gettext_lazy("Guest and team"),
    "outside": gettext_lazy("Other systems"),
    "flow": gettext_lazy("Flow"),
}

# In the order of the palette.
LOOKS: dict[str, Look] = {
    "send_message": Look(
        gettext_lazy("Message"),
        gettext_lazy("Say something: text, buttons, a list, a file, a place."),
        "message-circle", "blue", "messages",
    ),
    "send_template": Look(
        gettext_lazy("Template"),
        gettext_lazy("Send an approved template, also when the guest has not written for a day."),
        "file-text", "blue", "messages",
    ),
    "ask": Look(
        gettext_lazy("Question"),
        gettext_lazy("Ask, check the answer, ask again if need be, and keep it."),
        "help-circle", "purple", "questions",
    ),
    "wait_for": Look(
        gettext_lazy("Wait for"),
        gettext_lazy("Wait until the guest writes or something happens."),
        "ear", "yellow", "questions",
    ),
    "wait": Look(
        gettext_lazy("Wait"), gettext_lazy("Go on after some time."), "hourglass", "yellow", "questions",
    ),
    "wait_until": Look(
        gettext_lazy("Wait until"), gettext_lazy("Go on at a date or a time."), "calendar-time", "yellow", "questions",
    ),
    "condition": Look(
        gettext_lazy("Condition"),
        gettext_lazy("Choose the way by what is true."),
        "git-branch", "orange", "logic",
    ),
    "switch": Look(
        gettext_lazy("Cases"), gettext_lazy("Choose the way by one value."), "list-details", "orange", "logic",
    ),
    "split": Look(
        gettext_lazy("Split"),
        gettext_lazy("Send a share of the guests each way, to see what works."),
        "arrows-split", "orange", "logic",
    ),
    "business_hours": Look(
        gettext_lazy("Opening hours"),
        gettext_lazy("One way while the salon is open, another while it is closed."),
        "clock", "orange", "logic",
    ),
    "set_variable": Look(
        gettext_lazy("Variable"), gettext_lazy("Work out a value and remember it."), "variable", "teal", "logic",
    ),
    "tag_contact": Look(
        gettext_lazy("Tag"), gettext_lazy("Give the guest tags, or take them away."), "tag", "green", "guest",
    ),
    "set_field": Look(
        gettext_lazy("Contact field"),
        gettext_lazy("Write down something about the guest."),
        "pencil", "green", "guest",
    ),
    "consent": Look(
        gettext_lazy("Consent"),
        gettext_lazy("Note what the guest agrees to, or wants no more."),
        "shield-check", "green", "guest",
    ),
    "assign": Look(
        gettext_lazy("Assign"), gettext_lazy("Say who looks after the conversation."), "user-check", "green", "guest",
    ),
    "hand_over": Look(
        gettext_lazy("Hand over"),
        gettext_lazy("Stop the bot and call a person."),
        "headset", "red", "guest",
    ),
    "tell_team": Look(
        gettext_lazy("Tell the team"), gettext_lazy("Raise an alert for the team."), "bell", "red", "guest",
    ),
    "close_conversation": Look(
        gettext_lazy("Close"), gettext_lazy("Put the conversation away."), "archive", "muted", "guest",
    ),
    "move_deal": Look(
        gettext_lazy("Deal"),
        gettext_lazy("Bring the guest's deal to a stage; make one if there is none."),
        "layout-kanban", "green", "guest",
    ),
    "add_task": Look(
        gettext_lazy("Task"), gettext_lazy("Give somebody of the team something to do."), "checkbox", "green", "guest",
    ),
    "http_request": Look(
        gettext_lazy("HTTP request"),
        gettext_lazy("Ask another system and keep parts of its answer."),
        "plug-connected", "teal", "outside",
    ),
    "webhook": Look(
        gettext_lazy("Webhook"),
        gettext_lazy("Tell another system something, without waiting."),
        "webhook", "teal", "outside",
    ),
    "start": Look(
        gettext_lazy("Start"), gettext_lazy("What makes the flow begin."), "player-play", "green", "flow",
    ),
    "subflow": Look(
        gettext_lazy("Subflow"),
        gettext_lazy("Let another flow do a part, then go on here."),
        "hierarchy-2", "purple", "flow",
    ),
    "end": Look(gettext_lazy("End"), gettext_lazy("The flow is over."), "flag", "muted", "flow"),
    **{name: Look(*parts) for name, parts in booking_looks.LOOKS.items()},
}  # fmt: skip
PLAIN = Look("", "", "circle-dot", "muted", "flow")

EXITS: dict[str, Words] = {
    "done": gettext_lazy("next"),
    "answered": gettext_lazy("answered"),
    "invalid": gettext_lazy("not understood"),
    "other": gettext_lazy("another answer"),
    "timeout": gettext_lazy("no answer"),
    "else": gettext_lazy("otherwise"),
    "refused": gettext_lazy("too often"),
    "error": gettext_lazy("error"),
    "replied": gettext_lazy("the guest wrote"),
    "happened": gettext_lazy("it happened"),
    "open": gettext_lazy("open"),
    "closed": gettext_lazy("closed"),
    "failed": gettext_lazy("refused by the other system"),
    # The branch of a new condition that says nothing yet.
    "yes": gettext_lazy("yes"),
    **booking_looks.EXITS,
}
EVENT_WORDS: dict[str, Words] = {
    "passed": "",
    "waiting": gettext_lazy("waits"),
    "requested": gettext_lazy("asks and waits for the answer"),
    "heard": gettext_lazy("hears, and waits whether more comes"),
    "answered": gettext_lazy("the guest answered"),
    "happened": gettext_lazy("what it waited for happened"),
    "retried": gettext_lazy("asked again"),
    "timed_out": gettext_lazy("no answer in time"),
    "failed": gettext_lazy("stopped with an error"),
}

Raw = dict[str, Any]


def look_of(node_type: str) -> Look:
    """The look of a type, also of one that only a newer release knows."""
    return LOOKS.get(node_type) or Look(node_type, "", PLAIN.icon, PLAIN.tone, PLAIN.group)


def summary(node: Raw) -> str:
    """What a node does, in a line; empty where its settings are not finished. Takes any JSON a draft may hold."""
    make = SUMMARIES.get(node.get("type", ""))
    try:
        return make(node) if make else ""
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return ""


def trigger_words(trigger: Raw) -> str:
    """When a flow begins, as a sentence; `trigger` is a start or one of its `also`."""
    kind = trigger.get("trigger", "any_message")
    words = {
        "any_message": _("When a guest writes"),
        "first_contact": _("When a guest writes for the first time"),
        "referral": _("When a guest comes by an ad"),
        "api": _("When a program starts it"),
        "none": _("By hand, or from another flow"),
    }
    if kind in words:
        return words[kind]
    details = {
        "keywords": (_("When a guest writes: %(words)s"), trigger.get("keywords", [])),
        "button": (_("When a guest taps: %(words)s"), trigger.get("replies", [])),
        "tag_added": (_("When a guest gets the tag: %(words)s"), trigger.get("tags") or [_("any")]),
        "event": (_("When this happens: %(words)s"), trigger.get("events", [])),
        "missed_reply": (_("When a guest waits for %(words)s minutes"), [trigger.get("minutes", "?")]),
    }
    if kind in details:
        sentence, items = details[kind]
        return sentence % {"words": ", ".join(map(str, items))}
    return _schedule(trigger.get("schedule") or {}) if kind == "schedule" else str(kind)


def day_name(number: int) -> str:
    """Short name of a day of the week, 1 for Monday."""
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    return names[number - 1]


def _schedule(schedule: Raw) -> str:
    at = schedule.get("at", "")
    if field := schedule.get("field"):
        days = schedule.get("days", 0)
        if days == 0:
            return _("On the day of “%(field)s” at %(at)s") % {"field": field, "at": at}
        words = (
            ngettext("%(count)s day before “%(field)s” at %(at)s", "%(count)s days before “%(field)s” at %(at)s", -days)
            if days < 0
            else ngettext(
                "%(count)s day after “%(field)s” at %(at)s", "%(count)s days after “%(field)s” at %(at)s", days
            )
        )
        return words % {"count": abs(days), "field": field, "at": at}
    days_words = ", ".join(day_name(day) for day in schedule.get("weekdays", []))
    tags = ", ".join(schedule.get("tags", []))
    return f"{days_words} {at}" + (f" · {tags}" if tags else "")


def _start(node: Raw) -> str:
    return " · ".join(trigger_words(one) for one in [node, *node.get("also", [])])


def _message(node: Raw) -> str:
    if text := node.get("text"):
        return str(text)
    if media := node.get("media"):
        kinds = {
            "image": _("Photo"),
            "video": _("Video"),
            "audio": _("Audio"),
            "document": _("Document"),
            "sticker": _("Sticker"),
        }
        said = media.get("caption") or media.get("filename") or ""
        return ": ".join(filter(None, [kinds.get(media.get("kind"), ""), said]))
    if place := node.get("location"):
        return str(place.get("name") or f"{place['latitude']}, {place['longitude']}")
    if card := node.get("contact"):
        return f"{card['name']} {card['phone']}"
    return str(node.get("reaction") or "")


def duration(node: Raw) -> str:
    """`2 days` of {"amount": 2, "unit": "days"}."""
    amount = node["amount"]
    forms = {
        "seconds": ngettext("%(count)s second", "%(count)s seconds", amount),
        "minutes": ngettext("%(count)s minute", "%(count)s minutes", amount),
        "hours": ngettext("%(count)s hour", "%(count)s hours", amount),
        "days": ngettext("%(count)s day", "%(count)s days", amount),
        "weeks": ngettext("%(count)s week", "%(count)s weeks", amount),
    }
    return forms[node["unit"]] % {"count": amount}


def _wait_for(node: Raw) -> str:
    parts = [_("the guest writes")] if node.get("replies", True) else []
    parts += [event["kind"] for event in node.get("events", [])]
    waits = f" ({duration(node['timeout'])})" if node.get("timeout") else ""
    return ", ".join(parts) + waits


def _wait_until(node: Raw) -> str:
    days = ", ".join(day_name(day) for day in node.get("weekdays", []))
    return f"{days or node.get('at', '')} {node.get('time') or ''}".strip()


def _ways(node: Raw) -> str:
    return " · ".join(f"{way.get('label') or way['id']} {way['percent']}%" for way in node["ways"])


def _hours(node: Raw) -> str:
    week = node["week"]
    found = []
    for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1):
        if spans := week.get(name):
            hours = ", ".join("{from}–{to}".format(**span) for span in spans)
            found.append(f"{day_name(number)} {hours}")
    return " · ".join(found) or _("always closed")


def _tags(node: Raw) -> str:
    return " ".join([*(f"+{tag}" for tag in node.get("add", [])), *(f"−{tag}" for tag in node.get("remove", []))])


def _field(node: Raw) -> str:
    names = {"name": _("Name"), "language": _("Language")}
    name = names.get(node.get("target", "field")) or node.get("field") or ""
    return f"{name} = {node['value']}"


def _consent(node: Raw) -> str:
    purposes = {"marketing": _("Offers and news"), "service": _("Reminders and notices about visits")}
    states = {"granted": _("agrees"), "revoked": _("wants no more")}
    return f"{purposes[node['purpose']]}: {states[node['state']]}"


SUMMARIES: dict[str, Callable[[Raw], str]] = {
    "start": _start,
    "send_message": _message,
    "send_template": lambda node: f"{node['name']} ({node['language']})" if node.get("name") else "",
    "ask": lambda node: str(node.get("text", "")),
    "condition": lambda node: " · ".join(branch.get("label") or branch["when"] for branch in node["branches"]),
    "switch": lambda node: str(node["value"]),
    "split": _ways,
    "business_hours": _hours,
    "set_variable": lambda node: f"{node['variable']} = {node['value']}",
    "wait": duration,
    "wait_until": _wait_until,
    "wait_for": _wait_for,
    "tag_contact": _tags,
    "set_field": _field,
    "consent": _consent,
    "assign": lambda node: _("to a member of the team") if node.get("member") else _("to nobody"),
    "hand_over": lambda node: str(node.get("text") or node.get("note") or ""),
    "tell_team": lambda node: str(node.get("text", "")),
    "move_deal": lambda node: str(node.get("title") or node.get("value") or ""),
    "add_task": lambda node: str(node.get("text", "")),
    "http_request": lambda node: f"{node.get('method', 'GET')} {node.get('url', '')}",
    "webhook": lambda node: str(node.get("url", "")),
    "choose_service": lambda node: str(node.get("text", "")),
    "choose_professional": lambda node: str(node.get("text", "")),
    "find_slots": lambda node: str(node.get("text", "")),
    "find_booking": booking_looks.which,
    "join_waitlist": booking_looks.ahead,
    "once_in": booking_looks.once_in,
}


def exit_label(node: Raw, leaving: str) -> str:
    """What an exit of a node is called."""
    options = [*_items(node, "buttons"), *_items(node.get("list") or {}, "rows")]
    for option in options:
        if option.get("id") == leaving:
            return str(option.get("title") or leaving)
    for way in [*_items(node, "branches"), *_items(node, "cases"), *_items(node, "ways")]:
        if way.get("id") == leaving:
            cases = way.get("is")
            values = ", ".join(map(str, cases)) if isinstance(cases, list) else ""
            return str(way.get("label") or way.get("when") or values or EXITS.get(leaving, leaving))
    of_type = booking_looks.EXITS_OF.get((str(node.get("type")), leaving))
    return str(of_type or EXITS.get(leaving, leaving))


MAY_FAIL = frozenset({"http_request", "subflow", "hold_slot", "book", "reschedule", "cancel_booking", "join_waitlist"})


def is_offered(node_type: str, leaving: str) -> bool:
    """Whether a way out that may be left open is drawn all the same."""
    if leaving == "invalid":
        return node_type in ("choose_service", "choose_professional", "find_slots", "find_booking")
    return leaving in ("timeout", "deposit") or (node_type in MAY_FAIL and leaving in ("failed", "error"))


def _items(node: Any, name: str) -> list[Raw]:
    found = node.get(name) if isinstance(node, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
