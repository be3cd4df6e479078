"""Finding contacts by what one remembers of them: parts of a name, digits of a phone, what stands in their fields.

Each word must be found somewhere; their order is nobody's business. Case and accents say nothing (`public.plain`).
Every condition is one that an index answers (`contact_search`, `contact_values`, `identity_search`).

Who sees phones masked finds by their last four digits, which they see, and by no other: otherwise they could ask for
the hidden ones digit by digit. A whole phone may be typed; only its end is looked at.
"""

import re

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact
from crm.contacts.models.contact import Plain, ValuesText
from crm.contacts.names import SHOWN, masks

LONGEST = 120
MOST_WORDS = 8
_NOT_A_DIGIT = re.compile(r"\D+")
# How people write phones: only then is the whole of it one number.
_LIKE_A_PHONE = re.compile(r"[\d\s()+./-]+\Z")
_LIKE_AN_ID = re.compile(r"[A-Za-z]{2}\.[A-Za-z0-9.]+\Z")
# Fewer digits than these are in every phone number.
_FEWEST_DIGITS = 4
# What trigrams can find anywhere; a shorter word is looked for where words begin.
_SHORTEST = 3


def search(words: str, *, among: QuerySet[Contact] | None = None) -> QuerySet[Contact]:
    """Contacts (of `among`, else all) that all the words fit."""
    return matching(Contact.objects.all() if among is None else among, words)


def matching(contacts: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Those of these that all the words fit; all of them for no words."""
    text = text.replace("\0", "").strip()[:LONGEST]
    if not text:
        return contacts
    digits = _digits(text)
    if _LIKE_A_PHONE.match(text) and len(digits) >= _FEWEST_DIGITS:
        return contacts.filter(pk__in=_reached_by(digits))
    if _LIKE_AN_ID.match(text):
        known = Identity.objects.filter(value__contains=text).values("contact_id")
        return contacts.filter(Q(pk__in=known))
    contacts = contacts.alias(values_text=ValuesText(F("fields")))
    for word in text.split()[:MOST_WORDS]:
        contacts = contacts.filter(_has(word))
    return contacts


def _has(word: str) -> Q:
    plain = Plain(Value(word, TextField()))
    if len(word) < _SHORTEST:
        return Q(plain_name__startswith=plain) | Q(plain_name__contains=Concat(Value(" "), plain))
    digits = _digits(word)
    if _LIKE_A_PHONE.match(word) and len(digits) >= _FEWEST_DIGITS:
        # One set of ids, not "or": beside a name it would be asked of every contact anew.
        named = Contact.objects.filter(plain_name__contains=plain).values("pk")
        return Q(pk__in=_reached_by(digits).union(named))
    return Q(plain_name__contains=plain) | Q(values_text__contains=plain)


def _reached_by(digits: str) -> QuerySet[Identity]:
    phones = Identity.objects.filter(kind="phone")
    found = phones.filter(value__endswith=digits[-SHOWN:]) if masks() else phones.filter(value__contains=digits)
    return found.values("contact_id")  # type: ignore[return-value]


def _digits(text: str) -> str:
    """Without what is written between them, and without the zeros that are dialled before a number."""
    return _NOT_A_DIGIT.sub("", text).lstrip("0")
