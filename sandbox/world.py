"""Everything the sandbox remembers, put together."""

import asyncio
import json
from pathlib import Path

from sandbox import log
from sandbox.accounts import Accounts
from sandbox.agenda import Agenda
from sandbox.asgi import JSON, loads
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.graph.errors import GraphError
from sandbox.ledger import Ledger
from sandbox.limits import PairRate, Windows
from sandbox.media.sessions import Sessions
from sandbox.media.store import MediaStore
from sandbox.message_templates.register import Templates
from sandbox.message_templates.sending import filled
from sandbox.numbers import Number, Register
from sandbox.payments import Payments
from sandbox.people import Guests
from sandbox.phone.chats import Chats
from sandbox.settings import Settings
from sandbox.statuses import Statuses
from sandbox.stripe.world import Stripe
from sandbox.tokens import Tokens
from sandbox.webhooks.envelope import account_change
from sandbox.webhooks.sender import Sender

WINDOWS_SAVED = 2000


class World:
    """One per process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.window_mode = settings.window
        self.clock = Clock()
        self.agenda = Agenda(self.clock)
        self.numbers = Register()
        self.accounts = Accounts()
        self.guests = Guests()
        self.tokens = Tokens(self.clock)
        self.uploads = Sessions()
        self.media = MediaStore(self.clock, settings.state_file)
        self.ledger = Ledger()
        self.faults = Faults()
        self.pair_rate = PairRate()
        self.windows = Windows()
        self.sender = Sender(settings, self.clock, self.agenda)
        self.templates = Templates(self.clock, self.agenda, self.tell)
        self.chats = Chats(self.ledger, self.as_seen)
        self.statuses = Statuses(self.sender, self.clock, enabled=settings.statuses)
        self.payments = Payments(settings, self.clock)
        self.stripe = Stripe(settings, self.clock)
        self.closing = asyncio.Event()  # the process was told to stop
        self.changed = False  # something worth saving has changed
        if settings.state_file is not None:
            self._load(settings.state_file)
        self.stripe.book.changed = self._note_change

    def _note_change(self) -> None:
        self.changed = True

    def tell(self, waba_id: str, field: str, value: JSON) -> None:
        """Tell the product a change of an account."""
        self.changed = True
        self.sender.put(account_change(waba_id, field, value, self.clock.now()))

    def as_seen(self, phone_number_id: str, content: JSON) -> JSON:
        """A message of a salon as the guest's phone shows it: a template with its words."""
        if content.get("type") != "template":
            return content
        message = content["template"]
        waba_id = self.numbers.get(phone_number_id).waba_id
        template = self.templates.find(waba_id, message["name"], message["language"]["code"])
        if template is None:
            return content
        try:
            return {**content, "shown": filled(template, message)}
        except GraphError:  # it was edited after this was sent
            return content

    def set_clock(self, offset_s: float) -> None:
        """Move the clock. Backwards, what was counted would lie in the future, so the rates start anew."""
        if offset_s < self.clock.offset_s:
            self.pair_rate.forget()
            self.numbers.forget_speed()
        self.clock.offset_s = offset_s
        self.changed = True
        self.agenda.look()
        self.stripe.look()

    def reset(self, *, numbers_too: bool) -> None:
        """Forget what happened. Numbers and clock stay unless asked: they are the product's set-up, not its history."""
        self.ledger.forget()
        self.faults.forget()
        self.pair_rate.forget()
        self.windows.forget()
        self.guests.forget()
        self.accounts.forget_reached()
        self.numbers.forget_speed()
        self.sender.forget()
        self.chats.forget()
        if numbers_too:
            self.numbers.forget()
            self.accounts.forget()
            self.tokens.forget()
            self.templates.forget()
            self.uploads.forget()
            self.media.forget()
            self.sender.overrides.clear()
            self.sender.silent.clear()
        self.changed = True

    def save(self) -> None:
        """Write what must outlive a restart, if it changed; atomically."""
        path = self.settings.state_file
        if path is None or not self.changed:
            return
        self.changed = False
        saved = {
            "numbers": [number.as_saved() for number in self.numbers.registered()],
            "offset_s": self.clock.offset_s,
            "windows": self.windows.latest(WINDOWS_SAVED),
            "overrides": self.sender.overrides,
            "silent": sorted(self.sender.silent),
            "accounts": self.accounts.as_saved(),
            "tokens": self.tokens.as_saved(),
            "templates": self.templates.as_saved(),
            "guests": self.guests.as_saved(),
            "media": self.media.as_saved(),
            "payments": self.payments.as_saved(),
            "stripe": self.stripe.as_saved(),
        }
        beside = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(saved), encoding="utf-8")
            beside.replace(path)
        except OSError as problem:
            log.error("state.not_saved", path=str(path), why=str(problem))

    def close(self) -> None:
        """The process ends."""
        self.save()
        self.media.close()

    def _load(self, path: Path) -> None:
        if not path.exists():
            return
        try:
            saved = loads(path.read_bytes())
            for number in saved["numbers"]:
                self.numbers.put(Number(**number))
            self.clock.offset_s = float(saved["offset_s"])
            for pair, at in saved["windows"].items():
                self.windows.opened(pair, float(at))
            self.sender.overrides.update(saved["overrides"])
            if "tokens" in saved:  # absent in what an older sandbox wrote
                self.sender.silent.update(saved["silent"])
                self.accounts.restore(saved["accounts"])
                self.tokens.restore(saved["tokens"])
                self.guests.restore(saved["guests"])
                self.media.restore(saved["media"])
                self.templates.restore(saved["templates"])
            self.payments.restore(saved.get("payments", []))
            self.stripe.restore(saved.get("stripe", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            log.error("state.not_read", path=str(path), why=repr(problem))
