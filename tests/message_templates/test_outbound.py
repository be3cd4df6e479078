"""A template that Meta has paused or ended is not tried (FR-WA-004)."""

from datetime import timedelta

import pytest

from channels_wa.message_templates import outbound
from channels_wa.numbers.models import Number
from channels_wa.outbox.checks import OutboundFacts, Refusal
from ops import clock
from ops.salon import inside
from tests.message_templates.conftest import Make


def facts(
    number: Number, *, purpose: str = "service", name: str = "lembrete", kind: str = "template", given: int = 2
) -> OutboundFacts:
    values = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "15h"}]
    payload = {
        "name": name,
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": values[:given]}],
    }
    return OutboundFacts(1, 1, number.pk, kind, purpose, None, payload)


def ask(number: Number, *batch: OutboundFacts) -> list[Refusal | None]:
    with inside(number.salon_id):
        return outbound.check(batch, clock.now())


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("approved", None),
        ("paused", "template_paused"),
        ("disabled", "template_unusable"),
        ("pending", "template_unusable"),
    ],
)
def test_only_an_approved_one_leaves(number: Number, make: Make, status: str, reason: str | None) -> None:
    make(status=status)
    (found,) = ask(number, facts(number))
    assert (found.reason if found else None) == reason
    assert found is None or found.until is None


def test_an_offer_waits_for_the_end_of_the_pause(number: Number, make: Make) -> None:
    end = clock.now() + timedelta(hours=3)
    make(status="paused", paused_until=end)
    assert ask(number, facts(number, purpose="marketing"), facts(number)) == [
        Refusal("template_paused", until=end), Refusal("template_paused"),
    ]  # fmt: skip


def test_other_messages_and_unknown_templates_pass(number: Number, make: Make) -> None:
    make(status="disabled")
    assert ask(number, facts(number, kind="text"), facts(number, name="other")) == [None, None]


def test_a_name_that_was_used_again_is_judged_by_its_newest(number: Number, make: Make) -> None:
    make(status="deleted")
    make(meta_id="2")
    assert ask(number, facts(number)) == [None]


def test_one_without_its_values_is_not_tried(number: Number, make: Make) -> None:
    make()
    assert ask(number, facts(number, given=1), facts(number)) == [Refusal("template_values"), None]
