"""Meta's word about templates: once, in any order, whatever field it comes under (FR-WA-004)."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from channels_wa.inbound import drain
from channels_wa.message_templates import changes
from channels_wa.message_templates.actions import SYNC
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from ops import clock
from ops.eventqueue import handling
from ops.eventqueue.handling import Heard
from ops.events.actions import emit
from ops.events.models import Event
from ops.ids import uuid7
from ops.salon import inside
from ops.timers import errands
from ops.timers.models import Timer
from tests.incoming import keep
from tests.message_templates.account import Account
from tests.message_templates.conftest import Make
from tests.world import Salons

ABOUT: dict[str, Any] = {
    "message_template_id": 745620194,
    "message_template_name": "lembrete",
    "message_template_language": "pt_BR",
}
NOON = 1_795_000_000


def hear(number: Number, *values: dict[str, Any], field: str = "message_template_status_update") -> None:
    """Each value is ABOUT with what is given; `at` are the seconds after noon at which Meta wrote it."""
    heard = [
        Heard(
            id=place,
            public_id=uuid7(),
            kind=f"meta.{field}",
            subject=uuid7(),
            version=1,
            payload={
                "waba_id": number.waba_id,
                "time": NOON + value.get("at", 0),
                "value": {**ABOUT, **{name: part for name, part in value.items() if name != "at"}},
            },
            at=clock.now(),
        )
        for place, value in enumerate(values)
    ]
    with inside(number.salon_id):
        changes.on_events(heard)


def now(number: Number) -> MessageTemplate:
    with inside(number.salon_id):
        return MessageTemplate.objects.get()


def told(number: Number) -> list[tuple[str, str, str]]:
    with inside(number.salon_id):
        events = Event.objects.filter(kind="template.changed").order_by("pk")
        return [(one.payload["what"], one.payload["old"], one.payload["new"]) for one in events]


def test_an_approval_is_told_once(number: Number, make: Make) -> None:
    make(status="pending")
    for _ in range(2):
        hear(number, {"event": "APPROVED", "reason": None})
    assert now(number).status == "approved"
    assert told(number) == [("status", "pending", "approved")]


def test_one_whose_id_we_do_not_know_yet_is_found_by_its_name(number: Number, make: Make) -> None:
    make(status="pending", meta_id="")
    hear(number, {"event": "APPROVED"})
    assert (now(number).status, now(number).meta_id) == ("approved", "745620194")


def test_a_rejection_brings_its_reason(number: Number, make: Make) -> None:
    make(status="pending")
    info = {"reason": "Variables", "recommendation": "Give samples"}
    hear(number, {"event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": info})
    found = now(number)
    assert (found.status, found.reason, found.recommendation) == ("rejected", "INVALID_FORMAT", "Give samples")


@pytest.mark.parametrize(("title", "hours"), [("FIRST_PAUSE", 3), ("SECOND_PAUSE", 6)])
def test_a_pause_has_an_end_after_which_meta_is_asked(number: Number, make: Make, title: str, hours: int) -> None:
    make()
    hear(number, {"event": "PAUSED", "other_info": {"title": title, "description": "Paused"}})
    end = datetime.fromtimestamp(NOON, UTC) + timedelta(hours=hours)
    assert (now(number).status, now(number).paused_until) == ("paused", end)
    assert Timer.objects.get(kind=SYNC).due_at == end + timedelta(minutes=2)


STORY = [
    {"event": "APPROVED", "at": 1},
    {"event": "PAUSED", "other_info": {"title": "FIRST_PAUSE"}, "at": 2},
    {"event": "REINSTATED", "at": 3},
    {"event": "DISABLED", "at": 4},
]


@pytest.mark.parametrize("order", permutations(range(4)))
def test_the_newest_word_counts_in_every_order(number: Number, make: Make, order: tuple[int, ...]) -> None:
    make(status="pending")
    hear(number, *(STORY[place] for place in order))
    assert now(number).status == "disabled"


@pytest.mark.parametrize("field", ["message_template_quality_update", "message_template_status_update"])
def test_quality_is_known_by_its_content(number: Number, make: Make, field: str) -> None:
    make()
    hear(number, {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}, field=field)
    assert (now(number).quality, now(number).status) == ("yellow", "approved")
    assert told(number) == [("quality", "unknown", "yellow")]


def test_a_category_is_announced_and_then_changed(number: Number, make: Make) -> None:
    make()
    field = "template_category_update"
    hear(number, {"new_category": "UTILITY", "correct_category": "MARKETING", "at": 1}, field=field)
    assert (now(number).category, now(number).correct_category) == ("utility", "marketing")
    hear(number, {"previous_category": "UTILITY", "new_category": "MARKETING", "at": 2}, field=field)
    assert (now(number).category, now(number).correct_category) == ("marketing", "")
    assert [what for what, _old, _new in told(number)] == ["category_announced", "category"]


def test_an_unknown_template_has_its_account_read(number: Number, account: Account) -> None:
    account.has("lembrete", id="745620194")
    hear(number, {"event": "APPROVED"})
    errands.work()
    assert (now(number).name, now(number).status) == ("lembrete", "approved")


def test_another_accounts_word_changes_nothing(number: Number, make: Make) -> None:
    make(status="pending")
    number.waba_id = "999"
    hear(number, {"event": "APPROVED"})
    assert now(number).status == "pending"
    assert not Timer.objects.filter(kind=SYNC).exists()


@pytest.mark.parametrize("value", [{"event": "NEWS"}, {"event": ["x"]}, {"new_quality_score": "?"}, {"event": None}])
def test_what_cannot_be_understood_changes_nothing(number: Number, make: Make, value: dict[str, Any]) -> None:
    make(status="pending")
    hear(number, value)
    assert (now(number).status, now(number).quality) == ("pending", "unknown")


@pytest.mark.parametrize(("code", "status"), [(132015, "paused"), (132016, "disabled"), (132001, "approved")])
def test_a_send_that_fails_for_its_template_marks_it_and_asks_meta(
    number: Number, make: Make, code: int, status: str
) -> None:
    make()
    with inside(number.salon_id):
        message = Message.objects.create(
            direction="out", type="template", payload={"name": "lembrete", "language": {"code": "pt_BR"}},
            status="failed", contact_id=1, conversation_id=1, number_id=number.pk, at=clock.now(),
        )  # fmt: skip
        emit("message.failed", subject=message.public_id, payload={"code": code, "conversation_id": 1})
    handling.run()
    assert now(number).status == status
    assert Timer.objects.filter(kind=SYNC, subject=number.waba_id).exists()


def test_a_delivery_of_meta_reaches_the_template(salons: Salons, number: Number, make: Make) -> None:
    """The whole way: delivery, item, event, handler."""
    make(status="pending")
    entry = {"id": number.waba_id, "time": NOON, "changes": [
        {"field": "message_template_status_update", "value": {**ABOUT, "event": "APPROVED", "reason": None}}
    ]}  # fmt: skip
    keep(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    drain.run()
    handling.run()
    assert now(number).status == "approved"
    assert now(number).heard_at["status"] == datetime.fromtimestamp(NOON, UTC).isoformat()
