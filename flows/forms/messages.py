"""What nodes and the language say of mistakes, in the reader's words: they themselves know no language but English.

A test sees that each of their sentences stands here.
"""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Words

SENTENCES: Final[dict[str, Words]] = {
    # Nodes
    "must be a text": _("Write a text here."),
    "must not be empty": _("Fill this in."),
    "must be at most a year": _("At most a year."),
    "a GET has no body; use query, or another method": _(
        "A GET sends nothing along: choose POST, or use the values in the address."
    ),
    "a date or days of the week are needed, and not both": _("Choose days of the week, or write a date."),
    "a date stands there twice": _("A day stands here twice."),
    "a file of the salon or a link is needed, and not both": _("Upload a file, or give a link to one."),
    "which visit it is belongs to the choice “given”, and is needed there": _(
        "Name the variable of the visit, or choose another way to find it."
    ),
    "choose services here or take them from a variable, not both": _(
        "Choose services here, or take them from a variable: not both."
    ),
    "the services of a visit that is moved stay as they are": _(
        "The services of a visit that is moved stay as they are."
    ),
    "a footer and a time-out need buttons or a list": _("A footer and a time-out need buttons or a list."),
    "a form has up to 50 names with their texts": _("Up to 50 fields, each with a name."),
    "a message has buttons or a list, not both": _("A message has buttons or a list, not both."),
    "a message has buttons that answer, or one that opens a page": _(
        "A message has buttons that answer, or one that opens a page."
    ),
    "a schedule needs a tag: only contacts who have it are written to": _(
        "Add a tag: only guests who have it are written to."
    ),
    "a variable stands there twice": _("A variable stands here twice; give one of them another name."),
    "choices are needed by the answer choice, and by no other": _("Add what the guest can choose from."),
    "days before or after, and each year, belong to a date of the contact": _(
        "Days before or after belong to a date of the guest."
    ),
    "days of the week need a time": _("Days of the week need a time, like 09:00."),
    "days of the week or a contact field with a date are needed, and not both": _(
        "Choose days of the week, or a field with a date."
    ),
    "each branch needs an id of its own, and not that of another exit": _(
        "Two ways have the same id; remove one and add it anew."
    ),
    "each needs an id of its own, and not that of another exit": _(
        "Two ways have the same id; remove one and add it anew."
    ),
    "each value stands in one case only, and says something": _("This value stands in two ways, or says nothing."),
    "future belongs to the answer date": _("“Today or later” belongs to a date."),
    "it needs a reply or an event to wait for": _(
        "Choose what to wait for: the guest's answer, or something that happens."
    ),
    "it needs a tag to add or to remove": _("Name a tag to give or to take away."),
    "kinds belong to the answer media": _("Kinds of files belong to an answer that is a file."),
    "min is larger than max": _("“At least” is more than “at most”."),
    "min, max and whole belong to the answer number": _("Limits belong to an answer that is a number."),
    "must be a web address whose host is written out, as https://example.com/a": _(
        "A web address whose host is written out, like https://example.com/a."
    ),
    "must be later than its beginning; hours past midnight are two spans: "
    "until 24:00, and from 00:00 on the next day": _(
        "It must be later than its beginning. Past midnight are two: until 24:00, and from 00:00 on the next day."
    ),
    "must be named body.1, header.1, header.media or button.0": _("The template has no such place."),
    "must be one emoji": _("One emoji, like 👍."),
    "only a document has a name": _("Only a document has a name."),
    "only replies can be taken together": _("Only what the guest writes can be taken together."),
    "the calendar has no such day": _("The calendar has no such day."),
    "the host must end with / before a blank begins": _("Put a / after the host, before the variable."),
    "the name of a field is needed to set a field, and for nothing else": _("Name the field."),
    "there is a body, but its type says that there is none": _("Choose what is sent along."),
    "these choices become a list, which needs a button that opens it": _(
        "These choices become a list: write the words on the button that opens it."
    ),
    "this body has too many parts": _("This JSON has too many parts."),
    "two options have the same id": _("Two options have the same id; remove one and add it anew."),
    "two options have the same title": _("Two options have the same words; a guest could not tell them apart."),
    "two spans of a day overlap": _("Two spans of this day overlap."),
    # Paths into JSON
    "a name is missing here": _("A name is missing here"),
    # The language
    "a date is moved by a number, by ten years at most": _("A date is moved by a number, by ten years at most"),
    "a letter cannot follow a number": _("A letter cannot follow a number"),
    "a list inside a list cannot be shown as text": _("A list inside a list cannot be shown as text"),
    "a secret cannot be used here": _("A secret cannot be used here"),
    "an object cannot be shown as text": _("An object cannot be shown as text"),
    "join needs a list and a text": _("join needs a list and a text"),
    "lists are nested too deeply": _("Lists are nested too deeply"),
    "pick needs a list that is not empty": _("pick needs a list that is not empty"),
    "replace needs to know what to replace": _("replace needs to know what to replace"),
    "split needs to know where": _("split needs to know where"),
    "substring needs numbers": _("substring needs numbers"),
    "the expression ends too early": _("Something is missing at the end"),
    "the pattern of matches must be written out as a text": _("The pattern of matches must be written out as a text"),
    "the places after the comma are 0 to 6": _("The places after the comma are 0 to 6"),
    "the result is too large": _("The result is too large"),
    "the text is too long": _("The text is too long"),
    "there is no number to choose from": _("There is no number to choose from"),
    "this character cannot be written": _("This character cannot be written"),
    "this date does not exist": _("This date does not exist"),
    "this expression is too long": _("This formula is too long"),
    "this is nested too deeply": _("This is nested too deeply"),
    "this is no date; a date looks like 2026-12-24": _("This is no date; a date looks like 2026-12-24"),
    "this needs too much work": _("This needs too much work"),
    "this pattern is not understood": _("This pattern is not understood"),
    "this pattern is too complex": _("This pattern is too complex"),
    "this sign cannot be used here; write a secret as {{ secret.NAME }}": _(
        "This sign cannot be used here; write a secret as {{ secret.NAME }}"
    ),
    "this text cannot be searched": _("This text cannot be searched"),
    "this text is not closed": _("This text is not closed: its quote is missing"),
    "this value cannot be read": _("This value cannot be read"),
    "unknown escape in a text": _("This sign after \\ is not known; for a \\ write \\\\"),
    "}} is missing": _("The closing }} is missing"),
}
KINDS: Final[dict[str, Words]] = {
    "nothing": _("nothing"),
    "yes/no": _("yes or no"),
    "a number": _("a number"),
    "text": _("a text"),
    "a list": _("a list"),
    "an object": _("an object"),
}
ONE: Final = "(" + "|".join(map(re.escape, KINDS)) + ")"
# With the part that differs; what is a kind of value is put into words too.
PATTERNS: Final[list[tuple[str, Words]]] = [
    (r"an option cannot have the id (.+)", _("This option cannot have the id %(a)s; remove it and add it anew.")),
    (r"must be an address that begins with (.+)", _("An address that begins with %(a)s.")),
    (r"must have at most (\d+) characters", _("At most %(a)s characters.")),
    (r"(.+) cannot be set", _("The header %(a)s cannot be set; the call itself sees to it.")),
    (
        r"WhatsApp shows no caption under this kind of file \((.+)\)",
        _("WhatsApp shows no words under this kind of file."),
    ),
    (
        r"a message is a text or one of media, location, contact and reaction.*",
        _("A message is one thing: a text, a file, a place, a card or an emoji."),
    ),
    (r"a text with buttons has at most (\d+) characters", _("A text with buttons has at most %(a)s characters.")),
    (r"the percentages make (.+), they must make 100", _("The shares make %(a)s; together they must make 100.")),
    (r"(.+) are needed by the trigger (.+)", _("Fill this in.")),
    (r"(.+) belong to the trigger (.+), and to no other", _("This belongs to another way to begin.")),
    (r"this is no JSON.*", _("This is no JSON yet. Blanks stand in quotes.")),
    (r"a text has at most (\d+) blanks", _("A text has at most %(a)s blanks")),
    (r"a text has at most (\d+) characters", _("A text has at most %(a)s characters")),
    (
        r"a date pattern is a text of at most (\d+) characters",
        _("A pattern of a date is a text of at most %(a)s characters"),
    ),
    (rf"expected a text, got {ONE}", _("A text is needed here, and this is %(a)s")),
    (rf"expected a number, got {ONE}", _("A number is needed here, and this is %(a)s")),
    (rf"expected yes or no, got {ONE}", _("Yes or no is needed here, and this is %(a)s")),
    (rf"{ONE} has no size", _("%(a)s has no size")),
    (rf"{ONE} is no number", _("%(a)s is no number")),
    (rf"- needs a number, got {ONE}", _("- needs a number, and this is %(a)s")),
    (r"a list has at most (\d+) items", _("A list has at most %(a)s items")),
    (rf"nothing can be in {ONE}; .*", _("“in” needs a list, and this is %(a)s; for a text use contains(text, part)")),
    (rf"{ONE} cannot pick from {ONE}", _("%(a)s cannot pick from %(b)s")),
    (rf"{ONE} and {ONE} cannot be compared with (.+)", _("%(a)s and %(b)s cannot be compared with %(c)s")),
    (rf"{ONE} (\S+) {ONE} is not possible(.*)", _("%(a)s %(b)s %(c)s is not possible")),
    (r"there is no function (.+)", _("There is no function %(a)s")),
    (r"(\w+) is used like this: (.+)", _("It is used like this: %(b)s")),
    (r"(.+) is not expected here", _("%(a)s is not expected here")),
    (r"(.+) is missing here", _("%(a)s is missing here")),
    (r"(.+) is not known; a name begins with one of: (.+)", _("%(a)s is not known; a name begins with one of: %(b)s")),
    (r"a pattern has at most (\d+) characters", _("A pattern has at most %(a)s characters")),
    (r"matches looks at texts of at most (\d+) characters", _("matches looks at texts of at most %(a)s characters")),
    (r"a number has at most (\d+) digits", _("A number has at most %(a)s digits")),
    (r"an expression has at most (\d+) characters", _("A formula has at most %(a)s characters")),
    (r"(.+) is not understood here; compare with ==", _("Compare with == and not with =")),
    (r"(.+) is not understood here", _("%(a)s is not understood here")),
]


def words_of(said: str) -> str:
    """A sentence of a node or of the language for the reader; as it is, if it is none that is known."""
    if said in SENTENCES:
        return str(SENTENCES[said])
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found:
            parts: dict[str, Any] = {
                name: KINDS.get(part or "", part) for name, part in zip("abcd", found.groups(), strict=False)
            }
            return str(words) % parts
    return said[:1].upper() + said[1:]
