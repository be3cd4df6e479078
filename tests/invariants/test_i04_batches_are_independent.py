"""I4: of n parts of a delivery of which k are bad, n - k take effect and k lie in quarantine with their bytes."""

import json
from itertools import zip_longest
from typing import Any

from channels_wa.inbound import drain
from channels_wa.inbound.contents import contents
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from ops.salon import run_in_salon
from tests.incoming import keep, text_message
from tests.world import Salons

PNID, WABA = "1" * 15, "1" * 16
SURROGATE = "\ud800"


def change(**value: Any) -> dict[str, Any]:
    return {"field": "messages", "value": {"metadata": {"phone_number_id": PNID}, **value}}


def status(wamid: Any) -> dict[str, Any]:
    return {"id": wamid, "status": "read", "timestamp": "1790000000", "recipient_id": "5511990000001"}


GOOD = [
    change(messages=[text_message(f"boa {n}", sender=f"551199000{n:04d}", wamid=f"wamid.i4.{n}")]) for n in range(5)
]
BAD = [
    change(messages=[text_message("nul \x00", wamid="wamid.i4.nul")]),
    change(messages=[text_message(f"half {SURROGATE}", wamid="wamid.i4.half")]),
    change(messages=[{"from": "5511990000001", "type": "text", "text": {"body": "no id"}}]),
    change(messages=["not an object"]),
    change(statuses=[status("wamid.nobody.knows")]),
    change(statuses=[{"id": ["list"], "status": 7}]),
    {"field": "messages", "value": {"metadata": {"phone_number_id": "999"}, "messages": [text_message("stranger")]}},
    {"field": "field_of_the_future", "value": {"huge": 10**40}},
    {"field": "messages", "value": "a word"},
]


def test_i04_the_good_take_effect_and_the_bad_keep_their_bytes(salons: Salons, db: None) -> None:
    # A bad one before, between and after the good ones.
    mixed = [json.dumps(part) for pair in zip_longest(BAD, GOOD) for part in pair if part]
    raw = f'{{"object":"whatsapp_business_account","entry":[{{"id":"{WABA}","changes":[{",".join(mixed)}]}}]}}'
    keep(raw.encode())
    drain.run()
    kept = run_in_salon(
        salons.aurora.pk,
        lambda: list(Message.objects.filter(wamid__startswith="wamid.i4.").values_list("text", flat=True)),
    )
    assert sorted(kept) == [f"boa {n}" for n in range(5)]
    bad = list(InboxItem.objects.filter(state="quarantined"))
    assert len(bad) == len(BAD), [(item.kind, item.error) for item in bad]
    found = contents((item.delivery_id, item.index) for item in bad)
    assert all(found.values()) and all(item.error for item in bad)
