"""Guests and the salon's phone for tests of what a message does in the salon."""

import json
from typing import Any

from channels_wa.inbound import drain
from channels_wa.inbound.contents import Routes
from ops.eventqueue import handling
from tests.incoming import delivery, keep, text_message

PNID = "1" * 15
WABA = "1" * 16
GUEST = "5511990000001"


def take(raw: bytes) -> None:
    """Deliver, drain, and tell those who listen."""
    keep(raw)
    drain.run()
    handling.run()


def hear(text: str = "oi", **more: Any) -> None:
    """A guest writes."""
    take(delivery(PNID, text_message(text, **more)))


def hear_of(user_id: str, text: str = "oi", **more: Any) -> None:
    """A guest whose phone is hidden writes."""
    message = {**text_message(text, **more), "from_user_id": user_id}
    del message["from"]
    take(delivery(PNID, message))


def notice(event: str, *, at: str = "1790000100", sender: dict[str, Any] | None = None, **system: Any) -> None:
    """WhatsApp says that a guest changed."""
    body = {"id": f"wamid.notice.{event}.{at}", "type": "system", "timestamp": at, "system": {"type": event, **system}}
    take(delivery(PNID, {**(sender or {"from": GUEST}), **body}))


def change(field: str, **value: Any) -> None:
    """A change that is no message."""
    whole = {"metadata": {"phone_number_id": PNID, "display_phone_number": "+55 11 1111-1111"}, **value}
    take(json.dumps({"entry": [{"id": WABA, "changes": [{"field": field, "value": whole}]}]}).encode())


def echo(text: str = "já te respondo", *, wamid: str = "wamid.echo", **more: Any) -> None:
    """The salon writes on its phone."""
    body = {"from": "551111111111", "to": GUEST, "id": wamid, "timestamp": "1790000200", "type": "text"}
    change("smb_message_echoes", message_echoes=[{**body, "text": {"body": text}, **more}])


ROUTED = ("drain", "split", "changes", "elsewhere")


def read_routes_anew(monkeypatch: Any) -> None:
    """Routes are remembered for some seconds; tests change numbers between two of them."""
    for place in ROUTED:
        monkeypatch.setattr(f"channels_wa.inbound.{place}.routes", Routes)
