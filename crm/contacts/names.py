"""What to call a contact: their name, else the address they write from."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext as _

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact

# A phone says more to people than an id of Meta's.
_PREFERRED = {"phone": 0, "bsuid": 1}
_BRAZIL = re.compile(r"\+55(\d\d)(\d{4,5})(\d{4})")
_NOT_A_DIGIT = re.compile(r"\D+")
_A_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_HIDDEN = "•••••"
# Of a phone somebody may not see whole.
SHOWN = 4
# Set for a whole page, so that no part of it can forget.
_masks: ContextVar[bool] = ContextVar("masks_phones", default=False)


@contextmanager
def masking(on: bool = True) -> Iterator[None]:
    """Show phones masked inside of this block (crm.inbox.rights says to whom)."""
    token = _masks.set(on)
    try:
        yield
    finally:
        _masks.reset(token)


def mask(value: str) -> str:
    """A phone as those see it who may not see it whole: +55 11 •••••-1234. What holds no phone stays."""
    digits = _NOT_A_DIGIT.sub("", value)
    if len(digits) < 2 * SHOWN:
        return value
    brazilian = _BRAZIL.fullmatch(f"+{digits}")
    before = f"+55 {brazilian[1]} " if brazilian else f"+{digits[:2]} " if value.startswith("+") else ""
    return f"{before}{_HIDDEN}-{digits[-SHOWN:]}"


def as_seen(phone: str) -> str:
    """A phone that stands somewhere else than in an identity, as whoever reads the page may see it."""
    return mask(phone) if _masks.get() else phone


def told(text: str) -> str:
    """WhatsApp's own words about a guest, whose phones they hold, as whoever reads the page may see them."""
    return _A_PHONE.sub(lambda found: mask(found[0]), text) if _masks.get() else text


def masks() -> bool:
    """Whether phones are masked here."""
    return _masks.get()


def addresses(contact_ids: Iterable[int]) -> dict[int, str]:
    """The best address of each contact, as people write it."""
    best: dict[int, Identity] = {}
    for identity in Identity.objects.filter(contact_id__in=set(contact_ids)).order_by("pk"):
        known = best.get(identity.contact_id)
        if known is None or _rank(identity) < _rank(known):
            best[identity.contact_id] = identity
    return {contact_id: shown(identity.kind, identity.value) for contact_id, identity in best.items()}


def shown(kind: str, value: str) -> str:
    """An address as people write it: +55 11 98888-1234."""
    if kind == "phone" and _masks.get():
        return mask(value)
    brazilian = _BRAZIL.fullmatch(value) if kind == "phone" else None
    return f"+55 {brazilian[1]} {brazilian[2]}-{brazilian[3]}" if brazilian else value


def name_of(contact: Contact, address: str = "") -> str:
    """The contact's name; an address or "Guest" for one without."""
    return contact.name or address or _("Guest")


def _rank(identity: Identity) -> int:
    return _PREFERRED.get(identity.kind, 2)
