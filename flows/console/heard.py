"""What caused a step, in words: what the guest said or tapped, a moment that came, an answer of the world."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from flows.console.reasons import explain
from flows.console.words import SENT, began_words, shown


def heard(said: Mapping[str, Any] | None) -> str:
    """The words for an input as it was kept (flows.runtime.inputs); empty for a step that only followed another."""
    if not said:
        return ""
    kind = said.get("input")
    if kind == "started":
        return _started(said)
    if kind == "said":
        return _said(said)
    if kind == "timed_out":
        return _("The time it waited for has come.")
    if kind == "answered":
        return _answered(said)
    if kind == "happened":
        return _("This happened: %(event)s") % {"event": said.get("event", "")}
    return ""


def _started(said: Mapping[str, Any]) -> str:
    message = said.get("message")
    if isinstance(message, Mapping):
        return _said(message)
    trigger = said.get("trigger")
    began = str(trigger.get("on", "")) if isinstance(trigger, Mapping) else ""
    return _("Began by: %(what)s") % {"what": began_words(began)} if began else ""


def _said(message: Mapping[str, Any]) -> str:
    text = shown(str(message.get("text") or ""), 300)
    if message.get("reply_id"):
        return _("The guest tapped “%(text)s”") % {"text": text}
    what = SENT.get(str(message.get("kind")))
    if what:
        sent = _("The guest sent %(what)s") % {"what": what}
        return f"{sent}: “{text}”" if text else sent
    return _("The guest wrote “%(text)s”") % {"text": text}


def _answered(said: Mapping[str, Any]) -> str:
    if why := explain(str(said.get("error") or "")):
        return why.words
    answer = said.get("answer")
    status = answer.get("status") if isinstance(answer, Mapping) else None
    return _("The answer came: %(status)s") % {"status": status} if status else _("The answer came.")
