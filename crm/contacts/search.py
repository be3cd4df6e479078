"""Finding contacts by what one remembers of them: parts of a name, digits of a phone, what stands in their fields.

Each word must be found somewhere; their order is nobody's business. Case and accents say nothing (`public.plain`).
Every condition is one that an index answers (`contact_search`, `contact_values`, `identity_search`).

Who sees phones masked finds by their last four digits, which they see, and by no other: otherwise they could ask for
the hidden ones digit by digit. A whole phone may be typed; only its end is looked at.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

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
# More of them are a whole number, as somebody dials it.
_LAST_DIGITS = 8
# What trigrams can find anywhere; a shorter word is looked for where words begin.
_SHORTEST = 3


def search(words: str, *, among: QuerySet[Contact] | None = None) -> QuerySet[Contact]:
    """Contacts (of `among`, else all) that all the words fit."""
    return matching(Contact.objects.all() if among is None else among, words)


def search_with_tags(words: str) -> QuerySet[Contact]:
    """Contacts that all the words fit, or who have a tag of this name.

    One condition on a contact, where it can be one: then a list in another order may ask it of each of its rows.
    """
    tagged = Contact.objects.filter(tags__contains=[words.strip().lower()])
    text = words.replace("\0", "").strip()[:LONGEST]
    told = text.split()[:MOST_WORDS]
    if not told or _LIKE_AN_ID.match(text) or _is_number(text) or any(map(_is_number, told)):
        # Digits and ids find few: their sets are made first.
        return Contact.objects.filter(pk__in=search(words).values("pk").union(tagged.values("pk")))
    either = _told(told) | Q(tags__contains=[text.lower()])
    return Contact.objects.alias(values_text=ValuesText(F("fields"))).filter(either)


def matching(contacts: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Those of these that all the words fit; all of them for no words."""
    text = text.replace("\0", "").strip()[:LONGEST]
    if not text:
        return contacts
    if _is_number(text):
        return contacts.filter(pk__in=_reached_by(_digits(text)))
    if _LIKE_AN_ID.match(text):
        known = Identity.objects.filter(value__contains=text).values("contact_id")
        return contacts.filter(Q(pk__in=known))
    words = text.split()[:MOST_WORDS]
    for word in filter(_is_number, words):
        contacts = contacts.filter(pk__in=_numbered(word))
    if told := [word for word in words if not _is_number(word)]:
        contacts = contacts.alias(values_text=ValuesText(F("fields"))).filter(_told(told))
    return contacts


def _is_number(word: str) -> bool:
    return bool(_LIKE_A_PHONE.match(word)) and len(_digits(word)) >= _FEWEST_DIGITS


def _numbered(word: str) -> QuerySet[Identity]:
    # One set of ids, not "or": beside a name it would be asked of every contact anew.
    named = Contact.objects.filter(plain_name__contains=_plain(word)).values("pk")
    return _reached_by(_digits(word)).union(named)  # type: ignore[arg-type]


def _told(words: Sequence[str]) -> Q:
    """Whoever has all of them in the name, or some of them in the fields and the others in either.

    Said in this way each half is one look at an index: word by word, every common word would bring its tens of
    thousands before they are compared.
    """
    named = reduce(and_, map(_named, words))
    long = [word for word in words if len(word) >= _SHORTEST]
    if not long:
        return named
    in_fields = reduce(or_, map(_valued, long))
    if len(words) == 1:
        return named | in_fields
    either = reduce(and_, [_named(word) | _valued(word) if word in long else _named(word) for word in words])
    return named | in_fields & either


def _named(word: str) -> Q:
    plain = _plain(word)
    if len(word) < _SHORTEST:
        return Q(plain_name__startswith=plain) | Q(plain_name__contains=Concat(Value(" "), plain))
    return Q(plain_name__contains=plain)


def _valued(word: str) -> Q:
    return Q(values_text__contains=_plain(word))


def _plain(word: str) -> Plain:
    return Plain(Value(word, TextField()))


def _reached_by(digits: str) -> QuerySet[Identity]:
    phones = Identity.objects.filter(kind="phone")
    found = phones.filter(value__endswith=digits[-SHOWN:]) if masks() else phones.filter(value__contains=digits)
    return found.values("contact_id")  # type: ignore[return-value]


def _digits(text: str) -> str:
    """Without what is written between them, and without the zeros that are dialled before a whole number; the last
    digits of one may begin with zeros of its own."""
    digits = _NOT_A_DIGIT.sub("", text)
    return digits if len(digits) <= _LAST_DIGITS else digits.lstrip("0")
