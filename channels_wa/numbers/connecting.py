"""Connecting a number, step by step: each is a call or two, may be tried again, and goes on where the last stopped.

A token is verified against Meta before anything is kept. Then the number has its row, stopped, and `Number.setup` names
the step that comes next: have its webhooks brought to us, register it for the Cloud API, read what Meta says of it.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.numbers import actions, meta, notes, words
from channels_wa.numbers.models import Number
from channels_wa.numbers.words import ACCOUNT, NUMBER, PIN, TOKEN, Refused
from config.env import env

log = logging.getLogger(__name__)
T = TypeVar("T")
PIN_DIGITS = 6


class CannotConnect(Exception):
    """Meta or the state of things refuses; `problem` says why and names the field."""

    def __init__(self, problem: Refused) -> None:
        super().__init__(str(problem.text))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the page shows it."""

    name: str
    words: str | Promise
    state: str
    """done | now | failed | later"""


_WORDS: dict[str, str | Promise] = {
    "subscribe": _("WhatsApp brings the number's messages here"),
    "register": _("The number may send"),
    "read": _("Its quality, limit and name are read"),
}


def verify(token: str, *, phone_number_id: str, waba_id: str) -> actions.NewNumber:
    """Ask Meta whether this token reaches this number of this account. Raises CannotConnect."""
    client = GraphClient(token)
    check_token(token)
    found = _ask(lambda: meta.facts(client, phone_number_id), about=NUMBER)
    siblings = _ask(lambda: meta.numbers_of(client, waba_id), about=ACCOUNT)
    if phone_number_id not in {one.phone_number_id for one in siblings}:
        raise CannotConnect(Refused(_("This business account has no number with that id."), ACCOUNT))
    return actions.NewNumber(
        phone_number_id=phone_number_id,
        waba_id=waba_id,
        display_phone=found.display_phone or phone_number_id,
        token=token,
        name=found.name,
        portfolio=_portfolio(client, waba_id),
        throughput_mps=found.throughput_mps or meta.LEVELS["STANDARD"],
        needs_setup=True,
    )


def check_token(token: str) -> meta.Grant | None:
    """What the token may do; None when that cannot be asked. Raises CannotConnect for one that is of no use to us."""
    try:
        grant = meta.grant_of(token)
    except GraphError:
        # Not everyone may ask; the calls that follow say what the token is worth.
        return None
    if not grant.is_valid:
        raise CannotConnect(words.read("190"))
    if grant.app_id and grant.app_id != env.meta_app_id:
        # Its webhooks would go to that app, and nobody's messages would arrive here.
        raise CannotConnect(Refused(_("This token belongs to another app of Meta's than this installation's."), TOKEN))
    if grant.missing:
        text = _("The token lacks: %(names)s.") % {"names": ", ".join(grant.missing)}
        raise CannotConnect(Refused(text, TOKEN))
    return grant


def begin(salon_id: int, new: actions.NewNumber, *, via: str, by: Any = None) -> Number:
    """Keep a verified number; its steps follow. Raises CannotConnect when somebody has it."""
    try:
        return actions.connect(salon_id, replace(new, via=via), by=by)
    except actions.NumberTaken as taken:
        # Who has it is nobody's business here.
        text = _("This number is connected already. Disconnect it where it is, then connect it here.")
        raise CannotConnect(Refused(text, NUMBER)) from taken


def next_step(number: Number, *, pin: str = "") -> Refused | None:
    """Do the next step; why it did not work, else None. Nothing to do is nothing done."""
    step = number.setup
    if step not in _STEPS:
        return None
    client = GraphClient(actions.token_of(number))
    try:
        _STEPS[step](number, client, pin)
    except GraphError as error:
        problem = words.refused(error, about=PIN if step == "register" and pin else "")
        _save(number, step, words.kept(problem))
        return problem
    later = list(_STEPS)[list(_STEPS).index(step) + 1 :]
    if later:
        _save(number, later[0], "")
    else:
        actions.connected(number)
    return None


def finish(number: Number, *, pin: str = "") -> Refused | None:
    """All steps that are left, one after the other; what stopped them, if anything did."""
    while number.setup:
        if (problem := next_step(number, pin=pin)) is not None:
            return problem
    return None


def progress(number: Number) -> Sequence[Step]:
    """The steps and how far they are."""
    names = list(_STEPS)
    at = names.index(number.setup) if number.setup in names else len(names)
    now = "failed" if number.setup_problem else "now"
    return [
        Step(name, _WORDS[name], "done" if place < at else now if place == at else "later")
        for place, name in enumerate(names)
    ]


def new_pin() -> str:
    """Six digits nobody knows yet."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def note_facts(number: Number, found: meta.Facts) -> None:
    """Keep what Meta said of a number."""
    if found.quality:
        notes.note_quality(number, found.quality)
    notes.note_limit(number, found.limit)
    if found.name_status:
        notes.note_name(number, found.name_status, name=found.name)
    if found.throughput_mps:
        notes.note_throughput(number, found.throughput_mps)
    notes.note_checked(number)


def _subscribe(number: Number, client: GraphClient, _pin: str) -> None:
    meta.subscribe(client, number.waba_id)


def _register(number: Number, client: GraphClient, pin: str) -> None:
    found = meta.facts(client, number.phone_number_id)
    if found.is_registered or found.on_business_app:
        return
    # Of ten tries in 72 hours none is wasted: a PIN that was typed, the one we set, or a new one.
    chosen = pin or actions.pin_of(number) or new_pin()
    meta.register(client, number.phone_number_id, chosen)
    actions.keep_pin(number, chosen)


def _read(number: Number, client: GraphClient, _pin: str) -> None:
    found = meta.facts(client, number.phone_number_id)
    note_facts(number, found)
    if found.on_business_app:
        try:
            meta.sync_phone(client, number.phone_number_id)
        except GraphError as error:
            # Asked for already, or too late; what the number does from now on needs none of it.
            log.info("the phone's past is not brought: %s", error.code)


_STEPS: dict[str, Callable[[Number, GraphClient, str], None]] = {
    actions.FIRST_STEP: _subscribe,
    "register": _register,
    "read": _read,
}


def _save(number: Number, step: str, problem: str) -> None:
    number.setup, number.setup_problem = step, problem
    number.save(update_fields=["setup", "setup_problem"])


def _portfolio(client: GraphClient, waba_id: str) -> str:
    try:
        return meta.account(client, waba_id).business_id
    except GraphError:
        return ""


def _ask(call: Callable[[], T], *, about: str) -> T:
    try:
        return call()
    except GraphError as error:
        raise CannotConnect(words.refused(error, about=about)) from None
