"""I9 for what waits for Meta: killed around a file's or a template's call, it is there once in the end."""

import json
import time
from typing import Any

import pytest

from tests.invariants.guests import sent_to, strangers
from tests.invariants.test_i09_exactly_once_steps import CRASHED, work
from tests.product import Product, call, until

pytestmark = pytest.mark.processes

FILES = "SELECT state, count(*) FROM media WHERE direction = 'in' AND message_id = %s GROUP BY 1"


def photo(product: Product, guest: str) -> str:
    """A guest sends a photo, and the gate has it; its wamid."""
    before = product.one("SELECT count(*) FROM delivery")
    kept = product.sandbox("inbound", phone_number_id=product.meta.phone_number_id, type="image", **{"from": guest})
    until(lambda: product.one("SELECT count(*) FROM delivery") > before, 20, "the delivery is kept")
    return str(kept["wamid"])


def crash(product: Product, crash_at: str) -> None:
    """A worker goes on until it dies there; its claims are free at once."""
    assert work(product, crash_at) == CRASHED
    product.end_leases()


@pytest.mark.parametrize("crash_at", ["media.after_stream", "media.after_keep"])
def test_i09_a_guests_file_is_fetched_once(product: Product, crash_at: str) -> None:
    (guest,) = strangers(1)
    with product.paused("worker"):
        wamid = photo(product, guest)
        crash(product, crash_at)
    message = product.one("SELECT id FROM message WHERE wamid = %s", [wamid])
    until(lambda: product.rows(FILES, [message]) == [("ready", 1)], 30, "one file is ready")


def test_i09_a_file_of_ours_is_sent_once(product: Product) -> None:
    (guest,) = strangers(1)
    wamid = photo(product, guest)
    message = until(lambda: product.rows("SELECT id FROM message WHERE wamid = %s", [wamid]), 20, "it is kept")[0][0]
    until(lambda: product.rows(FILES, [message]) == [("ready", 1)], 30, "the file is ready")
    file = product.one("SELECT public_id::text FROM media WHERE message_id = %s", [message])
    product.until_at_rest()
    with product.paused("worker"):
        status, said = product.api(
            "POST", "messages/", {"to": f"+{guest}", "type": "image", "media": {"id": file}, "purpose": "reply"}
        )
        assert status == 202, said
        crash(product, "media.after_upload")
    until(lambda: photos_to(product, guest), 60, "the photo leaves")
    product.until_at_rest()
    assert len(photos_to(product, guest)) == 1


def photos_to(product: Product, guest: str) -> list[dict[str, Any]]:
    return [row for row in sent_to(product, guest) if row["body"]["type"] == "image"]


def templates_named(product: Product, name: str) -> list[str]:
    """Their statuses at Meta."""
    token = {"Authorization": "Bearer any"}
    path = f"/v26.0/{product.meta.waba_id}/message_templates?name={name}&fields=name,status"
    _status, raw = call(product.sandbox_port, "GET", path, headers=token)
    return [one["status"] for one in json.loads(raw)["data"]]


@pytest.mark.parametrize("crash_at", ["template.before_call", "template.after_call"])
def test_i09_a_template_is_submitted_once(product: Product, crash_at: str) -> None:
    name = f"crash_{time.time_ns():x}"
    body = {"type": "BODY", "text": "O seu horário está marcado. Até breve!"}
    new = {"name": name, "language": "pt_BR", "category": "utility", "components": [body], "submit": True}
    with product.paused("worker"):
        status, said = product.api("POST", "message-templates/", new)
        assert status == 201, said
        crash(product, crash_at)
    shown = "SELECT status FROM message_template WHERE name = %s"
    until(lambda: product.one(shown, [name]) == "approved", 60, "it is approved here")
    assert templates_named(product, name) == ["APPROVED"]
