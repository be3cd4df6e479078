"""Conversations, and what people need to answer in them."""

from crm.inbox.models.answering import CannedReply, Draft, Team
from crm.inbox.models.conversation import Conversation

__all__ = ["CannedReply", "Conversation", "Draft", "Team"]
