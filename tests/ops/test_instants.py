"""What counts as a moment that somebody sent."""

from datetime import UTC, datetime

import pytest

from ops.instants import read_instant


@pytest.mark.parametrize("text", ["2026-12-02T10:00:00Z", "2026-12-02T07:00:00-03:00", "2026-12-03T09:59:00+23:59"])
def test_a_moment_is_read_in_utc(text: str) -> None:
    """The database refuses the last one's offset."""
    found = read_instant(text)
    assert found == datetime(2026, 12, 2, 10, 0, tzinfo=UTC)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "2026-12-02", "2026-12-02T10:00:00", "9999-12-31T23:59:59-23:59", "9" * 400, None, 5, ["2026"]],
    ids=lambda value: str(value)[:30],
)
def test_anything_else_is_none(value: object) -> None:
    assert read_instant(value) is None
