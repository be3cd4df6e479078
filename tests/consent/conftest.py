"""Ana's chat with Aurora, whose welcome flow answers anything."""

import pytest

from tests.flows.runtime.conftest import Chat, chat, say

__all__ = ["Chat", "chat"]


@pytest.fixture
def guest(chat: Chat) -> Chat:
    """A guest at a salon that answers "Olá!" to everything."""
    chat.publish("Oi", say("hello", "Olá!"), {"id": "end", "type": "end"}, edges=["start>hello", "hello>end"])
    return chat
