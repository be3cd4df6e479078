"""Values that nobody means well with, and what they are put into."""

import random
from typing import Any

LONG = "a" * 70_000
TEXTS = [
    *("", " ", "\0", "a\0b", "\ud800", "\r\nSet-Cookie: a=b", "a\r\nBcc: x@example.com", "\u202e\u200b\ufeff"),
    *('=HYPERLINK("http://x","y")', "+1+1|' /C calc'!A0", "' OR 1=1 --", "1; DROP TABLE contact", "%s%s%n", "1/0"),
    *("{{ contact.name }}", "{{ 7*7 }}", "${7*7}", "⟦secret:KEY⟧", "../../etc/passwd", "..\\..\\x", "/etc/passwd"),
    *("http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:6379/", "file:///etc/passwd", "gopher://x"),
    *("//evil.example/", "javascript:alert(1)", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'),
    *(
        "９９９",
        "٣",
        "Ⅷ",
        "1e400",
        "-1",
        "NaN",
        "Infinity",
        "0x10",
        "null",
        "true",
        "[]",
        "{}",
        "24:00",
        "25:61",
        "P1Y",
    ),
    *("(" * 500, "[" * 20_000, '{"a":' * 5_000, "😀" * 300, "ﷺ" * 100, "İ" * 50, "a@b", "a@b\n.c", "+5511" + "9" * 40),
    *("2026-02-30", "2026-13-01T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z"),
    *("2026-11-20T15:00:00", LONG),
]
NUMBERS = [0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.1, -0.0, 1e308, 1.5e-320, 999_999_999]
OPERATORS = [{"$ne": None}, {"$gt": ""}, {"in": [1, 2]}, {"id__gt": 0}, {"salon__name": 1}, [[]], [None], [{}], {}]
# What a body may never set, whatever it is called inside.
INNER = [
    *("id", "pk", "public_id", "salon", "salon_id", "schema", "tenant", "role", "permissions", "created_at"),
    *("updated_at", "created_by", "by", "version", "state", "status", "is_active", "direction", "wamid"),
    *(
        "sealed",
        "sealed_token",
        "key_hash",
        "contact_id",
        "number_id",
        "conversation_id",
        "published",
        "draft_revision",
    ),
    *("__class__", "_state", "objects", "paid_at", "proved", "merged_into", "owner"),
]


def deep(rng: random.Random, levels: int) -> Any:
    """A list in a list in a list, or the same of objects."""
    value: Any = 1
    for _ in range(levels):
        value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def anything(rng: random.Random) -> Any:
    """Some value of some kind."""
    kind = rng.randrange(9)
    if kind < 4:
        return rng.choice(TEXTS)
    if kind < 6:
        return rng.choice(NUMBERS)
    if kind == 6:
        return rng.choice(OPERATORS)
    if kind == 7:
        return deep(rng, rng.choice([3, 31, 33, 200]))
    return rng.choice([None, True, False])
