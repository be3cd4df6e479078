"""The deliveries of tests/deliveries/: one example of each kind, with data of our own."""

import json
from pathlib import Path
from typing import Any

from channels_wa.inbound.reading import RawItem, read

FOLDER = Path(__file__).parents[1] / "deliveries"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
NUMBER, WABA = "900100200300400", "800100200300400"


def raw_of(name: str) -> bytes:
    """The bytes as Meta would send them: no spaces, everything but ASCII escaped."""
    return compact(json.loads((FOLDER / f"{name}.json").read_text()))


def compact(delivery: Any) -> bytes:
    """JSON as Meta writes it."""
    return json.dumps(delivery, separators=(",", ":")).encode()


def item_of(name: str) -> RawItem:
    """The only item of an example."""
    (item,) = read(raw_of(name)).items
    return item


def delivery(*messages: Any, **value: Any) -> dict[str, Any]:
    """A delivery with these messages of one number."""
    whole = {"metadata": {"phone_number_id": NUMBER}, "messages": list(messages), **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, "changes": [{"field": "messages", "value": whole}]}],
    }


def message(wamid: str = "wamid.good", **more: Any) -> dict[str, Any]:
    """A plain message."""
    return {
        "from": "5511988887777",
        "id": wamid,
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": "oi"},
        **more,
    }
