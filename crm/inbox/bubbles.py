"""A message as the conversation shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.media.models import Kind as MediaKind
from channels_wa.media.queries import MediaView, of_messages
from channels_wa.messages.models import Message, Source
from channels_wa.outbox.queries import Waiting, waiting
from crm.inbox.around import Around, Quote, Reaction, around, is_shown_elsewhere, quote_of
from crm.inbox.kinds import kind_of, shown
from crm.inbox.parts import Part, choices_of, errors_of, part_of, referral_of
from crm.inbox.reasons import words_of
from ops import clock
from tenants.members.models import Member

BAD = {"failed", "cancelled"}
WORTH_A_WORD = timedelta(seconds=20)
KNOWN_TO_WHATSAPP = {"sent", "delivered", "read", "played"}
# As a set made once: the class makes its list anew for each question.
FILES = frozenset(MediaKind.values)


class Sign(NamedTuple):
    """A small word above a message."""

    icon: str
    words: str | Promise


_OF_SOURCE: dict[str, Sign] = {
    Source.GROUP: Sign("users", _("In a group")),
    Source.HISTORY: Sign("history", _("Imported from the phone")),
}
_FORWARDED = Sign("arrow-right", _("Forwarded"))


@dataclass(frozen=True)
class Bubble:
    """One message, ready for the template."""

    public_id: UUID
    direction: str
    kind_words: str | Promise
    icon: str
    text: str
    choices: list[str]
    author: str | Promise
    at: datetime
    status: str
    reason: str
    reason_words: str
    starts_day: bool
    is_hidden: bool = False
    """It is seen at another message: a reaction, an edit, a removal."""
    is_removed: bool = False
    is_from_phone: bool = False
    """It was written on the salon's phone: what became of it is the phone's business."""
    part: Part = field(default_factory=Part)
    media: MediaView | None = None
    signs: Sequence[Sign] = ()
    quote: Quote | None = None
    referral: Mapping[str, Any] | None = None
    errors: Sequence[str] = ()
    reactions: Sequence[Reaction] = ()
    waits_until: datetime | None = None
    """It has not left yet, and `waits_because` says why."""
    waits_because: str = ""
    is_scheduled: bool = False
    """Somebody chose that moment, and may choose another."""
    earlier: Sequence[str] = ()
    """What it said before it was edited, oldest first."""
    is_note: ClassVar[bool] = False
    """Colleagues' notes stand among them (crm.inbox.noted)."""

    @property
    def is_ours(self) -> bool:
        """Whether the salon said it."""
        return self.direction == "out"

    @property
    def is_notice(self) -> bool:
        """Whether nobody said it: a notice of WhatsApp's."""
        return self.part.name == "system"

    @property
    def is_failed(self) -> bool:
        """Whether the guest did not get it."""
        return self.is_ours and self.status in BAD

    @property
    def css(self) -> str:
        """Its classes."""
        more = (("failed", self.is_failed), ("notice", self.is_notice), ("removed", self.is_removed))
        return f"bubble bubble--{self.direction}" + "".join(f" bubble--{name}" for name, holds in more if holds)

    # Most bubbles are a text and a time; these three spare the template a question for each thing that may stand in
    # one, which over a page of fifty is half of its time.
    @property
    def has_above(self) -> bool:
        """Whether anything stands above the text."""
        return bool(self.signs or self.quote or self.referral or self.kind_words or self.media)

    @property
    def has_below(self) -> bool:
        """Whether anything stands between the text and the time."""
        return bool(self.part.name or self.errors or self.choices or self.earlier)

    @property
    def has_after(self) -> bool:
        """Whether anything but the button for an answer stands after the box."""
        return bool(self.reactions or self.waits_until or self.is_scheduled or self.reason or self.can_retry)

    @property
    def part_template(self) -> str:
        """Where its part is drawn; empty for a message that is all text."""
        return f"crm/parts/{self.part.name}.html" if self.part.name else ""

    @property
    def can_be_answered(self) -> bool:
        """Whether WhatsApp knows it, so that it can be quoted and get an emoji."""
        if self.is_removed or self.is_notice:
            return False
        return not self.is_ours or self.status in KNOWN_TO_WHATSAPP

    @property
    def can_retry(self) -> bool:
        """Whether a person may send it once more; what a rule of ours refused would be refused again."""
        return self.is_ours and not self.is_from_phone and self.status in ("failed", "unknown")


def bubbles_of(messages: Sequence[Message]) -> list[Bubble]:
    """The messages in the order given, oldest first; a few queries for all of them.

    Those that are seen at another message are `is_hidden`.
    """
    writers = {one.member_id for one in messages if one.member_id}
    names = dict(Member.objects.filter(pk__in=writers).values_list("pk", "name")) if writers else {}
    files = of_messages(one.pk for one in messages if one.type in FILES)
    known, waits = around(messages), waiting(messages)
    made, day = [], None
    for one in messages:
        is_hidden, its_day = is_shown_elsewhere(one, known), timezone.localtime(one.at).date()
        starts_day = not is_hidden and its_day != day
        day = its_day if starts_day else day
        if is_hidden or one.wamid in known.removed:
            made.append(_bare(one, is_hidden=is_hidden, starts_day=starts_day))
        else:
            author = _author(one, names)
            bubble = _bubble(one, known, media=files.get(one.pk), author=author, starts_day=starts_day)
            made.append(_with_wait(bubble, waits[one.pk]) if one.pk in waits else bubble)
    return made


def _bubble(one: Message, known: Around, *, media: MediaView | None, author: str | Promise, starts_day: bool) -> Bubble:
    kind = kind_of(one.type, one.payload, is_ours=one.direction == "out")
    look = shown(kind) if kind and media is None else None
    reason = one.reason if one.status in BAD or one.status == "unknown" else ""
    part, edits = part_of(one), known.edits.get(one.wamid or "", [])
    text = "" if part.says_it_all else _words(one, media)
    return Bubble(
        public_id=one.public_id,
        direction=one.direction,
        kind_words=look.words if look else "",
        icon=look.icon if look else "",
        text=edits[-1] if edits else text,
        choices=choices_of(one.payload.get("shown") or one.payload) if one.direction == "out" else [],
        author=author,
        at=one.at,
        status=one.status,
        reason=reason,
        reason_words=words_of(reason),
        starts_day=starts_day,
        part=part,
        media=media,
        signs=_signs(one),
        quote=quote_of(one, known),
        referral=referral_of(one.payload),
        # Of ours the reason says it.
        errors=errors_of(one.payload) if one.direction == "in" else (),
        is_from_phone=one.direction == "out" and bool(one.source),
        reactions=known.reactions.get(one.wamid or "", []),
        earlier=[text, *edits[:-1]] if edits else (),
    )


def _with_wait(bubble: Bubble, wait: Waiting) -> Bubble:
    """Why it has not left; a wait of a moment (a rate, a retry) is not worth a word."""
    if wait.not_before - clock.now() < WORTH_A_WORD:
        return bubble
    return replace(
        bubble, waits_until=wait.not_before, waits_because=words_of(wait.reason), is_scheduled=wait.is_scheduled
    )


def _bare(one: Message, *, is_hidden: bool, starts_day: bool) -> Bubble:
    """Of a message that was removed nothing is shown but that it was there; the row keeps what came, sealed."""
    look = shown("revoke")
    return Bubble(
        public_id=one.public_id,
        direction=one.direction,
        kind_words=_("You removed this message") if one.direction == "out" else _("The guest removed this message"),
        icon=look.icon,
        text="",
        choices=[],
        author="",
        at=one.at,
        status=one.status,
        reason="",
        reason_words="",
        starts_day=starts_day,
        is_hidden=is_hidden,
        is_removed=not is_hidden,
    )


def _words(one: Message, media: MediaView | None) -> str:
    """The text; of a file that is drawn its caption, as its name stands there already."""
    return str(one.payload.get("caption") or "") if media else one.text


def _author(one: Message, names: Mapping[int, str]) -> str | Promise:
    if one.direction == "in":
        return ""
    if one.source:
        return _("On the phone")
    return _("Flow") if one.execution_id is not None else names.get(one.member_id or 0, "")


def _signs(one: Message) -> list[Sign]:
    signs = [_OF_SOURCE[one.source]] if one.source in _OF_SOURCE else []
    if one.payload.get("forwarded"):
        signs.append(_FORWARDED)
    if one.payload.get("product"):
        signs.append(Sign("tag", str(one.payload["product"])[:80]))
    return signs
