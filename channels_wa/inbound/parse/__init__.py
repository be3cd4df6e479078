"""From Meta's JSON to typed values: what the rest of the product knows of a message or a status."""

from channels_wa.inbound.parse.message import parse_message
from channels_wa.inbound.parse.status import parse_status
from channels_wa.inbound.parse.values import InboundMessage, StatusUpdate, Unreadable

__all__ = ["InboundMessage", "StatusUpdate", "Unreadable", "parse_message", "parse_status"]
