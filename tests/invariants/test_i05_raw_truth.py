"""I5: stored bytes still carry Meta's signature, and replayed into an empty salon they give the same salon."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from channels_wa.gate.delivery import delivery_box
from channels_wa.inbound import drain
from channels_wa.inbound.contents import Routes
from channels_wa.numbers.models import Number
from ops.salon import inside
from tests.incoming import delivery, keep, text_message
from tests.invariants.guests import strangers, write
from tests.product import Product
from tests.world import Salons

PNID = "1" * 15
LISTED = {
    "messages": "SELECT wamid, direction, type, text, payload::text, reply_to, meta_at FROM message "
    "WHERE direction = 'in' ORDER BY wamid",
    "identities": "SELECT portfolio, kind, value FROM identity ORDER BY 1, 2, 3",
    "contacts": "SELECT name, language FROM contact ORDER BY id",
    "conversations": "SELECT count(*), sum(unread) FROM conversation",
    "who wrote what": "SELECT m.wamid, i.value FROM message m JOIN identity i USING (contact_id) "
    "WHERE direction = 'in' ORDER BY 1, 2",
}


@pytest.mark.processes
def test_i05_every_kept_delivery_still_verifies(product: Product) -> None:
    write(product, strangers(20))
    settings = product.settings()
    box, secret = delivery_box(settings["SALON_KEYS"].split(",")), settings["META_APP_SECRETS"].split(",")[0].encode()
    rows: list[tuple[UUID, str, bytes]] = product.rows("SELECT id, signature, raw FROM delivery")  # type: ignore[assignment]
    assert len(rows) >= 20
    for identifier, signature, sealed in rows:
        raw = box.open(bytes(sealed), identifier.bytes)
        assert signature == "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()


def test_i05_replayed_into_an_empty_salon_they_give_the_same(
    salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels_wa.inbound.drain.routes", Routes)
    monkeypatch.setattr("channels_wa.inbound.split.routes", Routes)
    raws = [
        delivery(PNID, text_message("oi", sender="5511990000001", wamid="wamid.5.1"), name="Ana"),
        delivery(PNID, text_message("boa tarde", sender="5511990000002", wamid="wamid.5.2"), name="Bia"),
        delivery(PNID, text_message("de novo", sender="5511990000001", wamid="wamid.5.3", from_user_id="BR.7")),
        delivery(PNID, text_message("oi", sender="5511990000001", wamid="wamid.5.1"), name="Ana"),
        delivery(PNID, {"from": "5511990000002", "id": "wamid.5.4", "type": "image", "image": {"id": "9"}}),
    ]
    for raw in raws:
        keep(raw)
    drain.run()
    first = _salon(salons.aurora.pk)
    Number.objects.filter(phone_number_id=PNID).update(salon_id=salons.other.pk)
    for raw in raws:
        keep(raw)
    drain.run()
    assert first["messages"] and _salon(salons.other.pk) == first


def _salon(salon_id: int) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with inside(salon_id), connection.cursor() as cursor:
        for name, query in LISTED.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found
