"""Quiet hours, the frequency cap, and who gets offers at all."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Identity, Message
from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.consent import outbound, policy
from crm.consent.forms import PolicyForm
from crm.consent.policy import Policy
from crm.consent.register import Address, Word, record_many
from ops.salon import inside
from tests.world import Salons

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)  # 12:00 in São Paulo
NIGHT = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # 22:30 there
MORNING = datetime(2026, 11, 21, 8, tzinfo=ZoneInfo("America/Sao_Paulo"))


def facts(purpose: str, contact_id: int = 1) -> OutboundFacts:
    return OutboundFacts(
        contact_id=contact_id, conversation_id=1, number_id=1, type="template", purpose=purpose, last_inbound_at=None,
        payload={},
    )  # fmt: skip


def rules(**changes: object) -> Policy:
    values = {"quiet_from": time(21), "quiet_until": time(8), **changes}
    return Policy(
        zone=ZoneInfo("America/Sao_Paulo"), language="pt-br", marketing_needs_opt_in=False, marketing_per_week=None,
        stop_words=(), confirmations={}, **values,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("purpose", ["marketing", "reminder"])
def test_at_night_it_waits_for_the_morning(salons: Salons, db: None, purpose: str) -> None:
    with inside(salons.aurora.pk):
        assert outbound.quiet_hours([facts(purpose)], NIGHT) == [Refusal("quiet_hours", MORNING)]
        assert outbound.quiet_hours([facts(purpose)], NOON) == [None]


@pytest.mark.parametrize("purpose", ["reply", "service"])
def test_answers_and_what_the_guest_caused_do_not_wait(salons: Salons, db: None, purpose: str) -> None:
    with inside(salons.aurora.pk):
        assert outbound.quiet_hours([facts(purpose)], NIGHT) == [None]


@pytest.mark.parametrize(
    ("start", "end", "at", "until"),
    [
        (time(21), time(8), NIGHT, MORNING),
        (time(21), time(8), MORNING - timedelta(seconds=1), MORNING),
        (time(21), time(8), MORNING, None),
        (time(12), time(13), NOON, datetime(2026, 11, 20, 13, tzinfo=ZoneInfo("America/Sao_Paulo"))),
        (time(8), time(8), NIGHT, None),
        (None, None, NIGHT, None),
    ],
)
def test_when_quiet_hours_end(start: time | None, end: time | None, at: datetime, until: datetime | None) -> None:
    assert rules(quiet_from=start, quiet_until=end).quiet_ends(at) == until


def test_the_cap_lets_so_many_offers_go_and_keeps_the_next(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        policy.change({"marketing_per_week": 2}, by=None)
        sent_at = [NOON - timedelta(days=days) for days in (8, 6, 1)]
        for n, at in enumerate(sent_at):
            Message.objects.create(
                direction="out", type="template", purpose="marketing", status="delivered", contact_id=1,
                conversation_id=1, number_id=1, at=at, wamid=f"wamid.{n}",
            )  # fmt: skip
        batch = [
            facts("marketing"),
            facts("marketing", 2),
            facts("reminder"),
            facts("marketing", 2),
            facts("marketing", 2),
        ]
        waits = Refusal("frequency_cap", sent_at[1] + timedelta(days=7))
        assert outbound.frequency_cap(batch, NOON) == [
            waits, None, None, None, Refusal("frequency_cap", NOON + timedelta(days=7)),
        ]  # fmt: skip


def test_ca002_an_offer_is_never_the_first_word_to_a_stranger(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        Message.objects.create(
            direction="in", type="text", contact_id=2, conversation_id=1, number_id=1, at=NOON, wamid="wamid.in"
        )
        batch = [facts("marketing", 1), facts("marketing", 2), facts("service", 1)]
        assert outbound.check(batch, NOON) == [Refusal("no_opt_in"), None, None]
        policy.change({"marketing_needs_opt_in": True}, by=None)
        assert outbound.check(batch, NOON) == [Refusal("no_opt_in"), Refusal("no_opt_in"), None]


@pytest.mark.parametrize("purpose", ["reply", "service"])
def test_wa012_a_marketing_template_is_an_offer_whatever_it_is_called(salons: Salons, db: None, purpose: str) -> None:
    with inside(salons.aurora.pk):
        MessageTemplate.objects.create(waba_id="1" * 16, name="sale", language="pt_BR", category="MARKETING")
        address = Address("1" * 16, "phone", "+5511999990000")
        Identity.objects.create(
            portfolio=address.portfolio, kind="phone", value=address.value, contact_id=1, created_at=NOON
        )
        word = Word(
            contact_id=1,
            contact_public_id=None,
            addresses=[address],
            purposes=["marketing"],
            state="revoked",
            source="api",
        )
        record_many([word])
        batch = [replace(facts(purpose), payload={"name": name}) for name in ("sale", "hello")]
        assert outbound.check(batch, NOON) == [Refusal("opted_out"), None]


GOOD = {
    "takeover_hours": "12",
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    "marketing_per_week": "4",
    "own_words": "",
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quiet_until": ""}, "quiet_until"),
        ({"own_words": "Cancelar"}, "own_words"),
        ({"own_words": "x" * 41}, "own_words"),
        ({"marketing_per_week": "-1"}, "marketing_per_week"),
        ({"quiet_from": "25:00"}, "quiet_from"),
    ],
)
def test_a_wrong_rule_is_said_at_its_field(salons: Salons, db: None, changes: dict[str, str], field: str) -> None:
    with inside(salons.aurora.pk):
        form = PolicyForm({**GOOD, **changes}, instance=policy.stored())
        assert list(form.errors) == [field]
