"""Meta's rules for buttons."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from channels_wa.message_templates.drafts import MOST_BUTTONS
from channels_wa.message_templates.findings import Finding, advice, at_most, error
from channels_wa.message_templates.models import Category
from channels_wa.message_templates.shape import PLACEHOLDER, Button, Shape, placeholders

LONGEST_TEXT, LONGEST_URL, LONGEST_PHONE, LONGEST_CODE = 25, 2000, 20, 20
MOST_OF_A_KIND = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
NOT_IN_TEXT = re.compile("[\n*_~`{}]|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,}")
# Meta rejects links that lead back into WhatsApp, and distrusts those that hide where they lead.
_WHATSAPP = ("wa.me", "whatsapp.com", "wa.link")
_SHORTENERS = ("bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "encurtador.com.br", "cutt.ly")


def of_buttons(shape: Shape, category: str) -> Iterator[Finding]:
    """What is wrong with the buttons together, then with each."""
    if len(shape.buttons) > MOST_BUTTONS:
        yield error("buttons", _("At most %(most)d buttons are possible.") % {"most": MOST_BUTTONS})
    counts = Counter(one.type for one in shape.buttons)
    names = {"URL": _("Link"), "PHONE_NUMBER": _("Call"), "COPY_CODE": _("Copy code")}
    for kind, most in MOST_OF_A_KIND.items():
        if counts[kind] > most:
            words = _("At most %(most)d buttons of the kind “%(kind)s” are possible.")
            yield error("buttons", words % {"most": most, "kind": names[kind]})
    if _is_mixed([one.type == "QUICK_REPLY" for one in shape.buttons]):
        yield error("buttons", _("Keep quick replies together, before or after the other buttons."))
    texts = Counter(one.text.strip().lower() for one in shape.buttons if one.text.strip())
    if any(count > 1 for count in texts.values()):
        yield error("buttons", _("Each button needs words of its own."))
    for button in shape.buttons:
        yield from _one(button, f"buttons.{button.place}", category)


def _is_mixed(quick: list[bool]) -> bool:
    """Whether the kinds alternate more than once."""
    return sum(one != other for one, other in pairwise(quick)) > 1


def _one(button: Button, field: str, category: str) -> Iterator[Finding]:
    if button.type == "COPY_CODE":
        if category != Category.MARKETING:
            yield error(f"{field}.type", _("Only marketing templates may have a code to copy."))
        if not button.example.strip():
            yield error(f"{field}.sample", _("Give an example of the code."))
        elif len(button.example) > LONGEST_CODE:
            yield error(f"{field}.sample", at_most(LONGEST_CODE, len(button.example)))
        return
    if not button.text.strip():
        yield error(f"{field}.text", _("Write what stands on the button."))
    elif len(button.text) > LONGEST_TEXT:
        yield error(f"{field}.text", at_most(LONGEST_TEXT, len(button.text)))
    elif NOT_IN_TEXT.search(button.text):
        yield error(f"{field}.text", _("A button takes no emoji, no variables and no *bold* or _italic_ marks."))
    if button.type == "URL":
        yield from _url(button, field)
    elif button.type == "PHONE_NUMBER" and (len(button.phone) > LONGEST_PHONE or not _PHONE.fullmatch(button.phone)):
        yield error(f"{field}.phone", _("Write the number with country code, for example +5511999998888."))


def _url(button: Button, field: str) -> Iterator[Finding]:
    bare = PLACEHOLDER.sub("", button.url)
    host = _host(bare)
    if not host:
        yield error(f"{field}.url", _("Write the whole address, beginning with https://."))
        return
    if len(button.url) > LONGEST_URL:
        yield error(f"{field}.url", at_most(LONGEST_URL, len(button.url)))
    if _is_one_of(host, _WHATSAPP):
        yield error(f"{field}.url", _("WhatsApp rejects links into WhatsApp. Use a quick reply or a page's address."))
    elif _is_one_of(host, _SHORTENERS):
        yield advice(f"{field}.url", _("Shortened links look like spam to reviewers. Use the address itself."))
    variables = placeholders(button.url)
    if not variables:
        if "{" in button.url or "}" in button.url:
            yield error(f"{field}.url", _("The address takes one variable, {{1}}, at its end."))
        return
    if len(variables) > 1 or not button.url.endswith("}}") or "{" in bare:
        yield error(f"{field}.url", _("The address takes one variable, {{1}}, at its end."))
    elif not button.example.strip():
        yield error(f"{field}.sample", _("Give an example of the whole address."))
    elif not button.example.startswith(bare):
        words = _("The example must begin with %(start)s.")
        yield error(f"{field}.sample", words % {"start": bare})


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.lower() if parts.scheme in ("http", "https") and "." in host and " " not in url else ""


def _is_one_of(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)
