"""I11: a run that always raises is parked with its cause, and nobody else waits for it."""

from collections.abc import Iterator, Sequence

import pytest
from pytest_django import Settings

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.steps import Incoming, steps
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

PNID = "1" * 15
POISON, OTHERS = "veneno", 20
answered: list[str] = []


def answer_or_raise(batch: Sequence[Incoming]) -> list[bool]:
    if any(one.message.text == POISON for one in batch):
        raise ValueError("this flow always raises")
    answered.extend(one.message.wamid or "" for one in batch)
    return [True] * len(batch)


@pytest.fixture(autouse=True)
def poisoned(settings: Settings) -> Iterator[None]:
    answered.clear()
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.answer_or_raise"]}
    steps.cache_clear()
    yield
    steps.cache_clear()


def test_i11_the_poison_is_parked_and_everybody_else_is_answered(salons: Salons, db: None) -> None:
    keep(delivery(PNID, text_message(POISON, sender="5511999999999")))
    for n in range(OTHERS):
        keep(delivery(PNID, text_message("oi", sender=f"5511990001{n:03d}", wamid=f"wamid.11.{n}")))
    drain.run()
    assert sorted(answered) == sorted(f"wamid.11.{n}" for n in range(OTHERS))
    for _ in range(10):
        InboxItem.objects.filter(state="pending").update(due_at="2020-01-01T00:00:00Z")
        drain.run()
    parked = InboxItem.objects.get(state="dead")
    assert (parked.stage, parked.error) == ("answer", "ValueError: this flow always raises")
    assert len(answered) == OTHERS
