"""I26: what looks like a credential stands in no log line and no error."""

import logging
from typing import Any

import pytest

from ops.logs import PROCESSORS
from ops.secrecy import HIDDEN, hidden

SECRET = "Zs9secretsecretsecret"


@pytest.mark.parametrize(
    "text",
    [
        f"key cad_{SECRET} is unknown",
        f"EAA{SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"Api-Key {SECRET}",
        f"GET https://graph.facebook.com/x?access_token={SECRET}&y=1",
        f"postgresql://cadeira:{SECRET}@db/cadeira",
        f"whsec_{SECRET} sk_live_{SECRET}",
    ],
)
def test_it_is_hidden(text: str) -> None:
    """I26: in whatever a library puts into its message."""
    assert SECRET not in hidden(text) and HIDDEN in hidden(text)


@pytest.mark.parametrize(
    "text", ["a token of love", "https://example.com/a:b", "EAA is short", "cad_", "password reset"]
)
def test_words_stay(text: str) -> None:
    """I26: nothing else is lost."""
    assert hidden(text) == text


def test_log_lines_are_without() -> None:
    """I26: events, fields and tracebacks pass by it."""
    line: Any = {"event": f"said Bearer {SECRET}", "given": {"token": f"cad_{SECRET}"}, "exception": f"EAA{SECRET}"}
    for process in PROCESSORS:
        if getattr(process, "__name__", "") == "hide":
            line = process(logging.getLogger(), "info", line)
    assert SECRET not in str(line)
