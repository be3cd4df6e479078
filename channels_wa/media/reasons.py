"""Why a file is not to be seen: the word that is stored, and the sentence that people read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "too_large": _("The file is larger than WhatsApp allows."),
    "empty": _("The file is empty."),
    "lying_type": _("The file is not what it says it is, so we did not keep it."),
    "not_taken": _("Files of this type are not taken, because a browser could run what is in them."),
    "program": _("This is a program, so we did not keep it."),
    "polyglot": _("Something else is hidden behind this file, so we did not keep it."),
    "too_many_pixels": _("The picture has too many pixels to be opened safely."),
    "unreadable": _("The picture cannot be opened; it is damaged."),
    "damaged": _("The file arrived damaged, and again when we asked once more."),
    "private_address": _("The link of this file leads into a private network, so we did not follow it."),
    "bad_link": _("The link of this file is none that we follow."),
    "expired": _("WhatsApp keeps files for 7 days and does not have this one any more."),
    "unreachable": _("WhatsApp did not hand over this file in 7 days of asking."),
    "no_number": _("The number that this file came through is not connected any more."),
    "no_id": _("WhatsApp did not say where this file is."),
    "erased": _("This file was deleted."),
    "not_mono_opus": _("WhatsApp takes OGG sound only as Opus with one channel. Save it as MP3 or M4A."),
    "bad_form": _("The upload did not arrive whole. Try again."),
    "not_sendable": _("WhatsApp does not send files of this type."),
}


def words_of(reason: str) -> str:
    """The sentence of a reason, in the reader's language; nothing for no reason."""
    return str(WORDS.get(reason, reason)) if reason else ""
