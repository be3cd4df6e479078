"""What a channel's capabilities forbid of a message: the same for every adapter."""

from django.utils.translation import gettext as _

from channels_wa.adapters.base import Capabilities, OutboundMessage
from channels_wa.messages.problems import Problem


def problems_by(capabilities: Capabilities, message: OutboundMessage) -> list[Problem]:
    """Kinds that the channel does not know, and text that is longer than it takes."""
    found = []
    if message.type not in capabilities.types:
        words = _("This channel cannot carry messages of type %(type)s.")
        found.append(Problem("type", words % {"type": message.type}))
    if len(message.text) > capabilities.longest_text:
        words = _("Must have at most %(most)d characters; it has %(length)d.")
        found.append(Problem("text", words % {"most": capabilities.longest_text, "length": len(message.text)}))
    return found
