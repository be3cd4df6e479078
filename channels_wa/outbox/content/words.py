"""The sentences for what is wrong, in the reader's language; the names are pydantic's and our own."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_TEXT = gettext_lazy("Must be a text.")
_OBJECT = gettext_lazy("Must be an object with fields.")
_NUMBER = gettext_lazy("Must be a number.")

SENTENCES: dict[str, str | Promise] = {
    "missing": gettext_lazy("This is needed."),
    "blank": gettext_lazy("Must not be empty."),
    "string_too_short": gettext_lazy("Must not be empty."),
    "nul": gettext_lazy("Must not contain NUL (U+0000)."),
    "extra_forbidden": gettext_lazy("Does not belong here."),
    "string_type": _TEXT,
    "string_unicode": gettext_lazy("Has a character that cannot be sent."),
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": gettext_lazy("Must be a list."),
    "bool_type": gettext_lazy("Must be true or false."),
    "bool_parsing": gettext_lazy("Must be true or false."),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "web_address": gettext_lazy("Must be a web address, e.g. https://example.com/prices."),
    "https": gettext_lazy("Must be an https address."),
    "emoji": gettext_lazy("Must be one emoji; empty takes the reaction back."),
    "each_once": gettext_lazy("Each must be there once only."),
    "titles_needed": gettext_lazy("With several sections each needs a title."),
    "one_source": gettext_lazy("Needs exactly one of these: a file of yours, a link, an id of WhatsApp's."),
    "one_form": gettext_lazy("Needs exactly one: the id of the form or its name."),
    "no_caption": gettext_lazy("A message of this type has no caption."),
    "no_filename": gettext_lazy("Only a document has a file name."),
    "no_voice": gettext_lazy("Only audio can be a voice message."),
    "header_part": gettext_lazy("The header needs exactly the part that its type names."),
    "another_name": gettext_lazy("Needs a first name, or another part of the name beside the whole one."),
    "string_pattern_mismatch": gettext_lazy("Must be an id as WhatsApp gave it."),
    "template_name": gettext_lazy("Must be a template's name: small letters, digits and _."),
    "language": gettext_lazy("Must be a language code, e.g. pt_BR."),
    "day": gettext_lazy("Must be a day, e.g. 1990-05-20."),
    "public_id": gettext_lazy("Must be the id of a file of this salon."),
}


def words_of(kind: str, context: Mapping[str, Any], value: object) -> str:
    """One sentence for one error."""
    # A length that is measured after the text was looked at has the name of a list's.
    if kind == "string_too_long" or (kind == "too_long" and isinstance(value, str)):
        words = _("Must have at most %(most)d characters; it has %(length)d.")
        return words % {"most": context["max_length"], "length": len(str(value))}
    if kind == "too_long":
        words = _("Must have at most %(most)d entries; it has %(length)d.")
        return words % {"most": context["max_length"], "length": context["actual_length"]}
    if kind == "too_short":
        return _("Must have at least %(least)d entries.") % {"least": context["min_length"]}
    if kind == "too_many_rows":
        return _("Must have at most %(most)d rows together.") % {"most": context["most"]}
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        words = _("Must be at least %(limit)s.") if "ge" in context else _("Must be at most %(limit)s.")
        return words % {"limit": f"{limit:g}"}
    if kind in ("literal_error", "one_of"):
        return _("Must be one of: %(words)s.") % {"words": context["expected"].replace("'", "")}
    # A kind that nobody wrote a sentence for is a fault of ours, but the field is named all the same.
    return str(SENTENCES.get(kind, _("This cannot be sent like this.")))
