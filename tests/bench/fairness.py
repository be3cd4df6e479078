"""One salon's reply while another sends a campaign of 50,000 (I17)."""

import json
import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.bench.end_to_end import OURS
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.load import Meta, Request, at_rate
from tests.product import call, until

CAMPAIGN = int(os.environ.get("BENCH_CAMPAIGN") or 50_000)
AT_ONCE = 1_000
GUESTS_PER_S, SECONDS = 2, 30
SLUG = "bench-neighbour"
STILL_QUEUED = "SELECT count(*) FROM public.outbox_item WHERE state = 'queued' AND lane = 2"


def reply_delay_p95_s(house: House) -> Result:
    """From the webhook at the neighbour's number to the reply at the provider; statuses of all messages come too."""
    neighbour = _neighbour(house)
    with house.running(*OURS):
        alone = _replies(house, neighbour, "55317")
    _write_campaign(house)
    with house.running(*OURS):
        until(lambda: house.one(STILL_QUEUED) < CAMPAIGN, 30, "the campaign leaves")
        began, at_begin = time.perf_counter(), house.one(STILL_QUEUED)
        beside = _replies(house, neighbour, "55318")
        left = house.one(STILL_QUEUED)
        took = time.perf_counter() - began
    if not left:
        raise RuntimeError(f"the campaign of {CAMPAIGN} ended before the last reply; nothing was measured")
    quiet, busy = percentile(alone, 0.95), percentile(beside, 0.95)
    said = (
        f"nobody else: {quiet * 1000:.0f} ms; beside it the campaign left at {(at_begin - left) / took:.0f}/s; "
        f"slowest {max(beside):.2f} s"
    )
    return Result("fair_reply_delay_p95_s", busy, "s", said, busy / quiet, len(beside))


def _replies(house: House, neighbour: Meta, prefix: str) -> list[float]:
    """Seconds until each guest of the neighbour was answered."""
    _warm_up(house, neighbour, f"{prefix}9")
    sent: dict[str, float] = {}

    def guests() -> Iterator[Request]:
        for n in range(GUESTS_PER_S * SECONDS):
            guest = f"{prefix}1{n:07d}"
            request = neighbour.message(f"wamid.f{guest}", guest)
            sent[guest] = time.time()
            yield request

    at_rate([house.gate_port], guests(), GUESTS_PER_S)
    return list(_delays(house, sent).values())


def _warm_up(house: House, neighbour: Meta, prefix: str) -> None:
    """What a process does once (imports, connections) is not what is measured."""
    sent = {f"{prefix}{n:07d}": time.time() for n in range(20)}
    at_rate([house.gate_port], [neighbour.message(f"wamid.f{guest}", guest) for guest in sent], 20)
    _delays(house, sent)


def _delays(house: House, sent: dict[str, float]) -> dict[str, float]:
    """How long after its webhook each reply was accepted, by the provider's clock, which is this machine's."""
    found: dict[str, float] = {}

    def look() -> bool:
        # Guest by guest: the whole ledger has the campaign in it, and the sandbox shares this machine.
        for guest in sent.keys() - found.keys():
            if rows := _sent_to(house, guest):
                found[guest] = datetime.fromisoformat(rows[0]["at"]).timestamp() - sent[guest]
        return len(found) == len(sent)

    until(look, 60, "every guest of the neighbour is answered")
    return found


def _sent_to(house: House, guest: str) -> list[dict[str, Any]]:
    _, raw = call(int(house.values["SANDBOX_PORT"]), "GET", f"/_sandbox/ledger?to={guest}", timeout_s=60)
    rows: list[dict[str, Any]] = json.loads(raw)["results"]
    return rows


def _neighbour(house: House) -> Meta:
    """A second salon with a number and the welcome flow; it stays in the house."""
    from channels_wa.numbers.models import Number
    from portal.pages.opening import open_for, tell_sandbox
    from tenants.salons.actions import NewSalon
    from tenants.salons.models import Salon

    if not Salon.objects.filter(slug=SLUG).exists():
        open_for(NewSalon("Neighbour", SLUG, plan="unlimited"), owner_email="neighbour@example.com", demo=True)
    number = Number.objects.get(salon_id=Salon.objects.get(slug=SLUG).pk)
    assert tell_sandbox([number])
    return Meta(house.meta.app_secret, number.phone_number_id, number.waba_id)


def _write_campaign(house: House) -> None:
    """The campaign's rows, by the door that a campaign uses, to guests who wrote a minute ago."""
    from channels_wa.outbox.actions import enqueue_many
    from channels_wa.outbox.message import Lane, NewMessage
    from ops.salon import run_in_salon

    number_id = house.number[0]
    house.database.execute(
        "INSERT INTO message (public_id, direction, type, text, payload, status, reason, purpose, contact_id, "
        "conversation_id, number_id, recipient_kind, recipient, reply_to, at, resent, source) "
        "SELECT gen_random_uuid(), 'in', 'text', 'oi', '{}', 'delivered', '', 'reply', 1000000 + n, 1000000 + n, %s, "
        "'', '', '', clock_timestamp(), false, '' FROM generate_series(1, %s) AS n",
        [number_id, CAMPAIGN],
    )
    house.database.execute("ANALYZE message")
    for first in range(1, CAMPAIGN + 1, AT_ONCE):
        batch = [
            # Its purpose is that of an answer, so that the hour of the day and consent do not decide what is measured.
            NewMessage(
                contact_id=1_000_000 + n, conversation_id=1_000_000 + n, number_id=number_id, recipient_kind="phone",
                recipient=f"+55119{n:08d}", text="Oferta da semana", lane=Lane.CAMPAIGN, purpose="reply",
            )
            for n in range(first, min(first + AT_ONCE, CAMPAIGN + 1))
        ]  # fmt: skip
        run_in_salon(house.salon_id, lambda batch=batch: len(enqueue_many(batch)))  # type: ignore[misc]
    assert house.one(STILL_QUEUED) == CAMPAIGN
