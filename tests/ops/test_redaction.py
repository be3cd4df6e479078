"""Log lines hold no phone, no mail address, no texts (CO-001)."""

import pytest

from ops import redaction


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("sending to +55 11 98888-1234 failed", "sending to [phone] failed"),
        ("recipient 5511988881234", "recipient [phone]"),
        ("Ana <ana@example.com>", "Ana <[mail]>"),
        ("duplicate\nDETAIL: Failing row contains (1, oi Ana)\nend", "duplicate\nDETAIL: [redacted]\nend"),
        ("number 111111111111111 of 2026-12-01T10:00:00", "number 111111111111111 of 2026-12-01T10:00:00"),
        ("took 123 ms, 45678 rows", "took 123 ms, 45678 rows"),
        ("wamid.HBgNNTUxMTk4ODg4MTIzNBUCABEYEjQ1", "wamid…EYEjQ1"),
    ],
)
def test_co001_what_leads_to_a_person_is_masked(line: str, becomes: str) -> None:
    assert redaction.clean(line) == becomes


def test_co001_how_much_is_the_salons_choice_and_nothing_where_it_is_not_known() -> None:
    redaction.learn(777, redaction.LAST4)
    event = {"event": "to +5511988881234", "tenant_id": 777, "text": "oi Ana", "error": {"to": "+5511988881234"}}
    assert redaction.redact(None, "", dict(event)) == {
        "event": "to …1234", "tenant_id": 777, "text": "[redacted]", "error": "{'to': '…1234'}",
    }  # fmt: skip
    assert redaction.redact(None, "", {"event": "to +5511988881234", "tenant_id": 778})["event"] == "to [phone]"
