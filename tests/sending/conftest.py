"""Messages of Aurora that did not leave, as the outbox would have left them."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.salon import inside
from tests.portal.conftest import Guest, guest  # noqa: F401 - the fixture

Stuck = Callable[..., Message]
_numbers = count(1)


@pytest.fixture
def stuck(guest: Guest) -> Stuck:  # noqa: F811
    """Make a message with its outbox row; `status` as it is shown."""

    def make(status: str = "failed", reason: str = "recipient: 131026 no", **fields: Any) -> Message:
        item = {"state": "queued" if status == "queued" else "settled", "not_before": clock.now()}
        item |= {"outcome": "" if status == "queued" else status, **fields.pop("item", {})}
        text = fields.pop("text", f"Oi {next(_numbers)}")
        message = guest.wrote(text, direction="out", status=status, reason=reason, purpose="reply", **fields)
        OutboxItem.objects.create(
            salon_id=guest.salon_id, number_id=guest.number.pk, order_key="x", message_id=message.pk, reason=reason,
            **item,
        )  # fmt: skip
        return message

    return make


@pytest.fixture
def window_closed(guest: Guest) -> None:  # noqa: F811
    """The guest wrote two days ago."""
    with inside(guest.salon_id):
        Message.objects.filter(direction="in").update(at=clock.now() - timedelta(days=2))
