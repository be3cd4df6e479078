"""Each example of tests/deliveries/ through the whole drain: which rows it leaves (FR-WA-001, I4)."""

import json
from pathlib import Path
from typing import Any

import pytest

from channels_wa.inbound import drain
from channels_wa.inbound.contents import Routes
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from crm.contacts.models import Contact
from ops.events.models import Event
from ops.salon import inside
from tests.inbound.examples import NAMES, NUMBER, WABA, raw_of
from tests.incoming import keep
from tests.world import Salons

# Of each file: its messages as "direction type source status", its contacts' names, what became of its items, and the
# events that it left beside those of messages and contacts.
EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())
ALWAYS = ("message.received", "contact.created")


@pytest.fixture
def routes(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Salons:
    """The number of the examples is Aurora's, and the batch's second one too; the third is nobody's."""
    Number.objects.all().delete()
    for number, waba in ((NUMBER, WABA), ("900100200300401", "8001002003004999")):
        Number.objects.create(
            salon_id=salons.aurora.pk,
            phone_number_id=number,
            waba_id=waba,
            portfolio="1",
            display_phone="+551140001001",
        )
    for place in ("drain", "split", "changes", "elsewhere"):
        monkeypatch.setattr(f"channels_wa.inbound.{place}.routes", Routes)
    return salons


def left_by(salons: Salons) -> dict[str, Any]:
    with inside(salons.aurora.pk):
        messages = Message.objects.order_by("at", "pk").values_list("direction", "type", "source", "status")
        return {
            "messages": [" ".join(part or "-" for part in row) for row in messages],
            "contacts": sorted(Contact.objects.values_list("name", flat=True)),
            "items": sorted(
                f"{kind} {state}: {error}" if error else f"{kind} {state}"
                for kind, state, error in InboxItem.objects.values_list("kind", "state", "error")
            ),
            "events": sorted(Event.objects.exclude(kind__in=ALWAYS).values_list("kind", flat=True)),
        }


def test_fr_wa_001_every_example_is_expected_to_leave_something() -> None:
    assert EXPECTED.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_fr_wa_001_it_leaves_the_rows_that_are_expected(name: str, routes: Salons) -> None:
    keep(raw_of(name))
    drain.run()
    assert left_by(routes) == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(("account", "unused", "error"))])
def test_i03_a_second_delivery_of_it_leaves_the_same_messages(name: str, routes: Salons) -> None:
    for _ in range(2):
        keep(raw_of(name))
    drain.run()
    left = left_by(routes)
    assert (left["messages"], left["contacts"]) == (EXPECTED[name]["messages"], EXPECTED[name]["contacts"])
