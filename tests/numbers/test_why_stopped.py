"""Why a number stopped is said in the owner's words, whoever noted it (WA-013)."""

import pytest
from django.utils import translation

from channels_wa.numbers.words import why_stopped

EXPIRED = "This token has expired or was withdrawn. Make a new one and paste it here."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("190: (#190) Session has expired", EXPIRED),
        ("number_stopped: 190 Error validating access token", EXPIRED),
        ("number_stopped: 999999 Something new", "999999 Something new"),
        ("disconnected", "It was disconnected."),
        ("", ""),
    ],
)
def test_the_code_is_found_and_said(reason: str, words: str) -> None:
    with translation.override("en"):
        assert why_stopped(reason) == words
