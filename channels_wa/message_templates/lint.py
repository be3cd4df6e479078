"""Meta's rules for templates, asked before Meta is, in the owner's words.

Sources: Meta's "Template guidelines", "Components" and the error codes of template creation (2388019, 2388040, 2388047,
2388072, 2388073, 2388293, 2388299). An error keeps a template from being submitted; advice does not.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_wa.message_templates.button_rules import of_buttons
from channels_wa.message_templates.categories import advice_on_category
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.findings import Finding, advice, at_most, error
from channels_wa.message_templates.languages import LANGUAGES
from channels_wa.message_templates.models import Category
from channels_wa.message_templates.shape import PLACEHOLDER, Shape, placeholders

LONGEST_NAME = 512
LONGEST_HEADER, LONGEST_BODY, LONGEST_FOOTER = 60, 1024, 60
# Meta names no figure; twice as many words as variables and one more passes (2388293).
WORDS_PER_VARIABLE = 2
MOST_EMOJI = 10

_NAME = re.compile(r"[a-z0-9_]+")
_VARIABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_BRACES = re.compile(r"\{+[^{}]*\}+|[{}]")
_WORD = re.compile(r"\w[\w'’-]*")
_BESIDE = re.compile(r"\}\}\s*\{\{")
_MARKUP = re.compile(r"[*_~`]")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f]")


class Known(NamedTuple):
    """What the lint must be told about the rest of the salon."""

    is_taken: bool = False
    """Another template of the account has this name and language."""
    has_sample_file: bool = False
    """There is a file for the header, ours or one that Meta has already."""


def findings_of(draft: Draft, known: Known) -> list[Finding]:
    """Everything that is wrong or could be better, in the order of the form."""
    if draft.category == Category.AUTHENTICATION:
        words = _("Login codes are written by WhatsApp itself. Create them in WhatsApp Manager; they are shown here.")
        return [error("category", words)]
    shape = draft.shape
    return [
        *_name(draft, known),
        *_language(draft),
        *_header(shape, known),
        *_body(shape),
        *_footer(shape),
        *of_buttons(shape, draft.category),
        *advice_on_category(draft),
    ]


def errors_in(findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep it from being submitted."""
    return [one for one in findings if one.is_error]


def _name(draft: Draft, known: Known) -> Iterator[Finding]:
    if not draft.name:
        yield error("name", _("Give the template a name, for example appointment_reminder."))
    elif not _NAME.fullmatch(draft.name):
        yield error("name", _("Use small letters, digits and underscores only."))
    elif len(draft.name) > LONGEST_NAME:
        yield error("name", at_most(LONGEST_NAME, len(draft.name)))
    elif known.is_taken:
        yield error("name", _("There is a template with this name in this language already. Choose another name."))


def _language(draft: Draft) -> Iterator[Finding]:
    if draft.language not in LANGUAGES:
        yield error("language", _("Choose the language in which the text is written."))


def _header(shape: Shape, known: Known) -> Iterator[Finding]:
    if shape.has_media and not known.has_sample_file:
        yield error("header_media", _("Add a file as an example; WhatsApp looks at it when it reviews the template."))
    if shape.header_format != "TEXT":
        return
    text = shape.header_text
    if not text.strip():
        yield error("header_text", _("Write the header, or choose a template without one."))
        return
    yield from _variables(shape, text, "header_text")
    if len(text) > LONGEST_HEADER:
        yield error("header_text", at_most(LONGEST_HEADER, len(text)))
    if "\n" in text or _MARKUP.search(PLACEHOLDER.sub("", text)) or EMOJI.search(text):
        yield error("header_text", _("The header takes no line breaks, no emoji and no *bold* or _italic_ marks."))
    if len(shape.header_variables) > 1:
        yield error("header_text", _("The header takes one variable at most."))
    yield from _samples(shape, "header")


def _body(shape: Shape) -> Iterator[Finding]:
    text = shape.body
    if not text.strip():
        yield error("body", _("Write what the guest should read."))
        return
    if len(text) > LONGEST_BODY:
        yield error("body", at_most(LONGEST_BODY, len(text)))
    yield from _variables(shape, text, "body")
    yield from _edges(text)
    if "\n\n\n" in text:
        yield error("body", _("Leave at most one empty line between paragraphs."))
    if "\t" in text or "     " in text:
        yield error("body", _("WhatsApp takes no tabs and no more than four blanks in a row."))
    if len(EMOJI.findall(text)) > MOST_EMOJI:
        yield advice("body", _("Many emoji look like spam to reviewers. Use ten at most."))
    yield from _samples(shape, "body")


def _edges(text: str) -> Iterator[Finding]:
    bare = text.strip()
    if PLACEHOLDER.match(bare):
        yield error("body", _("The text must not begin with a variable. Put a word before it, for example “Hello”."))
    if bare.endswith("}}"):
        yield error("body", _("The text must not end with a variable. Put a word or a full stop after it."))
    if _BESIDE.search(text):
        yield error("body", _("Two variables stand side by side. Put words between them."))
    variables = len(PLACEHOLDER.findall(text))
    words = len(_WORD.findall(PLACEHOLDER.sub(" ", text)))
    if variables and words < (least := WORDS_PER_VARIABLE * variables + 1):
        told = ngettext(
            "Too few words for %(variables)d variable: there are %(words)d, and at least %(least)d are needed.",
            "Too few words for %(variables)d variables: there are %(words)d, and at least %(least)d are needed.",
            variables,
        )
        yield error("body", told % {"variables": variables, "words": words, "least": least})


def _variables(shape: Shape, text: str, field: str) -> Iterator[Finding]:
    """Whether the variables are written as Meta reads them."""
    broken = [one for one in _BRACES.findall(text) if not PLACEHOLDER.fullmatch(one)]
    if broken:
        words = _("“%(written)s” is no variable. Write it with two braces on each side: {{1}}.")
        yield error(field, words % {"written": broken[0]})
        return
    names = placeholders(text)
    if shape.named:
        for name in names:
            if not _VARIABLE_NAME.fullmatch(name):
                words = _("“%(name)s” cannot be the name of a variable. Use small letters, digits and underscores.")
                yield error(field, words % {"name": name})
                return
    elif sorted(int(name) for name in names) != list(range(1, len(names) + 1)):
        yield error(field, _("Number the variables from 1 on without a gap: {{1}}, {{2}}, {{3}}."))


def _samples(shape: Shape, part: str) -> Iterator[Finding]:
    names, samples = (
        (shape.body_variables, shape.samples) if part == "body" else (shape.header_variables, shape.header_samples)
    )
    for name in names:
        sample = samples.get(name, "").strip()
        if not sample:
            words = _("Give an example for {{%(name)s}}; without it WhatsApp rejects the template.")
            yield error(f"sample.{part}.{name}", words % {"name": name})
        elif placeholders(sample) or "\n" in sample:
            yield error(f"sample.{part}.{name}", _("Write an example as a guest would see it, in one line."))


def _footer(shape: Shape) -> Iterator[Finding]:
    text = shape.footer
    if len(text) > LONGEST_FOOTER:
        yield error("footer", at_most(LONGEST_FOOTER, len(text)))
    if "{" in text or "\n" in text:
        yield error("footer", _("The footer takes no variables and no line breaks."))
    elif _MARKUP.search(text) or EMOJI.search(text):
        yield error("footer", _("The footer takes no emoji and no *bold* or _italic_ marks."))
