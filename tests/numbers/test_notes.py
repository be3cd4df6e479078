"""What Meta says of a number is noted once (WA-011, WA-013)."""

from typing import Any

import pytest

from channels_wa.numbers.changes import on_events
from channels_wa.numbers.models import Number
from channels_wa.numbers.notes import note_limit, note_quality
from ops import clock
from ops.eventqueue.handling import Heard
from ops.events.models import Event
from ops.ids import uuid7
from ops.salon import inside, run_in_salon
from tests.world import Salons


@pytest.fixture
def number(salons: Salons, db: None) -> Number:
    return Number.objects.get(salon_id=salons.aurora.pk)


def told(number: Number) -> list[dict[str, Any]]:
    with inside(number.salon_id):
        return list(Event.objects.filter(kind="number.changed").order_by("pk").values_list("payload", flat=True))


def hear(number: Number, field: str, value: dict[str, Any]) -> Number:
    payload = {"waba_id": number.waba_id, "value": value}
    event = Heard(1, uuid7(), f"meta.{field}", uuid7(), 1, payload, clock.now())
    run_in_salon(number.salon_id, lambda: on_events([event]))
    return Number.objects.get(pk=number.pk)


def test_a_change_is_one_event(number: Number) -> None:
    assert [note_quality(number, "RED"), note_quality(number, "RED")] == [True, False]
    assert told(number) == [{"number_id": number.pk, "what": "quality", "old": "UNKNOWN", "new": "RED"}]


@pytest.mark.parametrize(
    ("said", "limit", "known"),
    [
        ("TIER_10K", 10_000, True),
        (2000, 2000, True),
        ("TIER_UNLIMITED", None, True),
        ("-1", None, True),
        ("TIER_OF_TEARS", None, False),
        (None, None, False),
    ],
)
def test_no_limit_is_not_the_same_as_not_knowing(
    number: Number, said: str | int | None, limit: int | None, known: bool
) -> None:
    note_limit(number, said)
    kept = Number.objects.get(pk=number.pk)
    assert (kept.messaging_limit, kept.messaging_limit_known, kept.has_no_limit) == (limit, known, known and not limit)


def test_webhooks_about_the_number_are_noted(number: Number) -> None:
    upgraded = {"event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}
    kept = hear(number, "phone_number_quality_update", upgraded | {"display_phone_number": "551111111111"})
    assert (kept.throughput_mps, kept.has_no_limit) == (1000, True)


def test_a_webhook_about_another_number_changes_nothing(number: Number) -> None:
    kept = hear(number, "phone_number_quality_update", {"event": "FLAGGED", "display_phone_number": "4411"})
    assert kept.quality == "UNKNOWN"


def test_a_restriction_stays_until_meta_takes_it_back(number: Number) -> None:
    banned = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
    assert hear(number, "account_update", banned).account_status == "DISABLE"
    assert hear(number, "account_update", {"event": "PARTNER_ADDED"}).account_status == "DISABLE"
    healed = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
    assert hear(number, "account_update", healed).account_status == ""


def test_a_name_is_taken_over_when_it_is_approved(number: Number) -> None:
    decided = {"decision": "APPROVED", "requested_verified_name": "Studio Aurora"}
    kept = hear(number, "phone_number_name_update", decided)
    assert (kept.name_status, kept.name) == ("APPROVED", "Studio Aurora")


@pytest.mark.parametrize("value", [{}, {"event": 7}, {"decision": None}, {"current_limit": [1]}, {"ban_info": "x"}])
def test_odd_webhooks_do_no_harm(number: Number, value: dict[str, Any]) -> None:
    for field in ("phone_number_quality_update", "phone_number_name_update", "account_update", "account_review_update"):
        hear(number, field, value)
    assert told(number) == []
