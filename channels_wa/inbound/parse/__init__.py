"""From Meta's JSON to typed values: what the rest of the product knows of a message or a status."""

from channels_wa.inbound.parse.elsewhere import PLACEHOLDER, parse_echo, parse_history, parse_phonebook
from channels_wa.inbound.parse.message import parse_message
from channels_wa.inbound.parse.status import parse_status
from channels_wa.inbound.parse.values import Elsewhere, InboundMessage, PhonebookEntry, StatusUpdate, Unreadable

__all__ = [
    "PLACEHOLDER",
    "Elsewhere",
    "InboundMessage",
    "PhonebookEntry",
    "StatusUpdate",
    "Unreadable",
    "parse_echo",
    "parse_history",
    "parse_message",
    "parse_phonebook",
    "parse_status",
]
