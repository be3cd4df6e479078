"""Deliveries for tests: Meta's envelope, sealed and kept as the gate keeps them."""

import itertools
import json
from typing import Any

from django.db import connection

from channels_wa.gate.delivery import delivery_box
from ops import clock
from ops.ids import uuid7

_count = itertools.count(1)


def text_message(text: str, *, sender: str = "5511990000001", wamid: str = "", **more: Any) -> dict[str, Any]:
    """A guest's text."""
    wamid = wamid or f"wamid.test{next(_count):06d}"
    return {"from": sender, "id": wamid, "timestamp": "1790000000", "type": "text", "text": {"body": text}, **more}


def delivery(
    pnid: str, *messages: dict[str, Any], statuses: list[dict[str, Any]] | None = None, name: str = "Ana"
) -> bytes:
    """Meta's envelope around messages and statuses of one number."""
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": pnid}}
    if messages:
        value["messages"] = list(messages)
        value["contacts"] = [{"wa_id": one.get("from"), "profile": {"name": name}} for one in messages]
    if statuses:
        value["statuses"] = statuses
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()


def keep(raw: bytes) -> str:
    """Put a delivery where the gate puts it; its id."""
    pk = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.delivery (id, received_at, signature, raw) VALUES (%s, %s, '', %s)",
            [pk, clock.real(), delivery_box().seal(raw, pk.bytes)],
        )
    return str(pk)
