"""What the phone, the tests and the replay say, in the reader's language."""

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.console.drawing import described
from flows.simulator.playing import Failure

JSON = dict[str, Any]
LONGEST = 200

# Why nothing came of an act (flows.simulator.driver, and the engine's own words).
WHYS: dict[str, str | Promise] = {
    "bot_off": gettext_lazy("A person of the salon answers now: the flow does not hear this."),
    "later": gettext_lazy("Heard, and taken up when the other server has answered."),
    "not_wanted": gettext_lazy("This message does not start the flow."),
    "no_such_button": gettext_lazy("There is no such button."),
    "not_awaited": gettext_lazy("No step waits for this."),
    "not_asked": gettext_lazy("No step waits for this answer."),
    "no_run": gettext_lazy("The flow has not begun."),
    "nothing_due": gettext_lazy("Nothing is due: the flow waits for the guest, or is over."),
    "too_much": gettext_lazy("This went on and on, and was stopped. Begin again."),
    "no_drawing": gettext_lazy("The drawing cannot be run any more."),
    "waiting_for_time": gettext_lazy("The flow waits for time to pass, not for an answer."),
}
# How requests fail (flows.runtime.requests).
ERRORS: dict[str, str | Promise] = {
    "timeout": gettext_lazy("no answer in time"),
    "refused": gettext_lazy("the address is not allowed"),
    "failed": gettext_lazy("it failed"),
    "too_large": gettext_lazy("the answer is too large"),
    "circuit_open": gettext_lazy("the address failed too often"),
    "secret_missing": gettext_lazy("a secret is missing"),
    "missing": gettext_lazy("there is no such flow"),
    "not_published": gettext_lazy("the flow is not published"),
    "too_deep": gettext_lazy("flows call each other too deeply"),
}
STATUSES: dict[str, str | Promise] = {
    "ended": gettext_lazy("the flow is over"),
    "failed": gettext_lazy("the flow failed"),
    "waiting": gettext_lazy("the flow waits"),
    "cancelled": gettext_lazy("the flow was stopped"),
    "not_started": gettext_lazy("the flow has not begun"),
}


def why_words(why: str) -> str:
    """Why an act came to nothing."""
    return str(WHYS.get(why, why))


def value_words(value: Any) -> str:
    """A value as one reads it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def title_of(node: str, graph: JSON) -> str:
    """What a step is called on the canvas."""
    found = described(graph).get(node)
    return found.title if found else node


def failure_words(failure: Failure, graph: JSON) -> str:
    """The first difference as one sentence."""
    wanted, got = failure.expected, failure.got
    words = {"wanted": value_words(wanted), "got": value_words(got)}
    if failure.kind == "message":
        return _silence(words, got) if got is None or is_why(got) else _both(words)
    if failure.kind in ("variable", "field", "reason", "buttons"):
        listed = {name: " · ".join(value) if isinstance(value, list) else words[name] for name, value in pairs(failure)}
        return _both(listed)
    if failure.kind == "tag":
        tag = {"tag": wanted["tag"]}
        return _("The guest has no tag “%(tag)s”.") % tag if wanted["has"] else _("The guest has “%(tag)s”.") % tag
    if failure.kind == "variable_there":
        return _("The variable has no value.") if wanted == "set" else _("The variable is %(got)s.") % words
    if failure.kind == "node":
        names = {"wanted": title_of(wanted, graph), "got": title_of(got or "", graph)}
        return _("“%(wanted)s” was not reached; the flow is at “%(got)s”.") % names
    if failure.kind == "status":
        return _("Expected that %(wanted)s, but %(got)s.") % {
            "wanted": STATUSES.get(wanted, wanted), "got": STATUSES.get(got, got)
        }  # fmt: skip
    return _rest(failure, words, graph)


def pairs(failure: Failure) -> list[tuple[str, Any]]:
    """Both sides of a difference by name."""
    return [("wanted", failure.expected), ("got", failure.got)]


def is_why(got: Any) -> bool:
    """Whether it is a reason of the driver's rather than a text of the flow."""
    return isinstance(got, str) and got.startswith("⟨") and got.endswith("⟩")


def _both(words: JSON) -> str:
    return _("Expected “%(wanted)s”, but got “%(got)s”.") % words


def _silence(words: JSON, got: Any) -> str:
    why = f" {why_words(got[1:-1])}" if got else ""
    if words["wanted"]:
        return _("Expected “%(wanted)s”, but no message came.") % words + why
    return _("Expected a message, but none came.") + why


def _rest(failure: Failure, words: JSON, graph: JSON) -> str:
    if failure.kind == "more":
        return _("One message more than expected: “%(got)s”.") % words
    if failure.kind == "nothing":
        return _("Expected no message, but got “%(got)s”.") % words
    if failure.kind == "no_button":
        shown = ", ".join(failure.got or [])
        return _("There is no button “%(wanted)s”. Shown: %(shown)s") % {**words, "shown": shown or "-"}
    if failure.kind == "nothing_due":
        return why_words("nothing_due")
    if failure.kind == "unanswered":
        step = title_of(str(failure.expected), graph)
        return _("“%(step)s” asks %(got)s, and the test has no answer for it.") % {"step": step, "got": words["got"]}
    if failure.kind == "effect":
        made = ", ".join(failure.got or []) or "-"
        return _("“%(wanted)s” did not happen. What happened: %(made)s") % {**words, "made": made}
    return _("The test cannot be played: %(got)s") % words
