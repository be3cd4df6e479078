"""Every code of Meta's table, refused at once and told later by a status: what becomes of message, number and guest."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from channels_wa.adapters.error_classes import OF_CODE, class_of
from channels_wa.adapters.outcome import Accepted, ErrorClass, Rejected
from channels_wa.numbers.models import Number
from channels_wa.outbox import settling
from channels_wa.outbox.message import Enqueued, Lane
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.events.models import Event
from ops.salon import run_in_salon
from tests.outbox.conftest import Error, Out, Told


@dataclass(frozen=True)
class Row:
    """What a class does. `sync` is how the message stands after a refusal; told later it has failed in any case."""

    sync: str
    number: str = ""
    """What becomes of the number: slow, stopped, or its campaigns paused."""
    event: str = ""


TABLE = {
    ErrorClass.SLOW_NUMBER: Row("queued", "slow"),
    ErrorClass.SLOW_PAIR: Row("queued"),
    ErrorClass.TRANSIENT: Row("queued"),
    ErrorClass.MEDIA: Row("queued"),
    ErrorClass.SLOW_HOURS: Row("queued", "paused"),
    ErrorClass.WAIT_A_DAY: Row("failed"),
    ErrorClass.RECIPIENT: Row("failed", event="contact.unreachable"),
    ErrorClass.NEEDS_TEMPLATE: Row("failed"),
    ErrorClass.CONTENT: Row("failed"),
    ErrorClass.TEMPLATE_STATE: Row("failed", event="template.refused"),
    ErrorClass.ACCOUNT_STOP: Row("queued", "stopped"),
}
# Of a class, but with an event of their own, or none.
EVENTS = {131050: "contact.opted_out", 131062: ""}
CODES = [*sorted(code for code in OF_CODE if not 200 <= code < 300), 200, 299]


def state_of(number: Number) -> str:
    number.refresh_from_db()
    if number.state == Number.State.STOPPED:
        return "stopped"
    if number.slow_until and number.slow_until > clock.real():
        return "slow"
    return "paused" if number.campaigns_paused_until and number.campaigns_paused_until > clock.now() else ""


def events_of(out: Out, one: Enqueued) -> list[str]:
    kinds = run_in_salon(
        out.salon_id, lambda: list(Event.objects.filter(subject=one.public_id).values_list("kind", flat=True))
    )
    return [kind for kind in kinds if not kind.startswith("message.")]


def payload_of(out: Out, one: Enqueued, kind: str) -> dict[str, object]:
    return run_in_salon(out.salon_id, lambda: Event.objects.get(subject=one.public_id, kind=kind).payload)


def template(out: Out) -> Enqueued:
    return out.say(type="template", payload={"name": "lembrete", "language": {"code": "pt_BR"}}, lane=Lane.CAMPAIGN)


@pytest.mark.parametrize("code", CODES)
def test_fr_wa_009_refused_at_once(out: Out, code: int) -> None:
    row = TABLE[class_of(code)]
    out.phone.answers.append(Rejected(code, class_of(code), "why"))
    one = template(out)
    out.run(2, campaigns=True)
    assert out.status(one) == row.sync
    assert str(code) in out.item(one).reason
    assert row.sync == "failed" or out.item(one).not_before > clock.now()
    assert state_of(out.number) == row.number
    expected = EVENTS.get(code, row.event)
    assert events_of(out, one) == ([expected] if expected and row.sync == "failed" else [])


@pytest.mark.parametrize("code", CODES)
def test_fr_wa_005_told_later_by_a_status(out: Out, code: int) -> None:
    row = TABLE[class_of(code)]
    out.phone.answers.append(Accepted(f"wamid.{code}"))
    one = template(out)
    out.run(campaigns=True)
    failed = Told("failed", f"wamid.{code}", at=clock.now(), errors=(Error(code, "Why", "why"),))
    assert out.apply(failed, failed) == ["applied", "duplicate"]
    assert out.shown(one) == ("failed", f"{code} why")
    assert state_of(out.number) == row.number
    expected = EVENTS.get(code, row.event)
    assert events_of(out, one) == ([expected] if expected else [])


def test_wa_012_who_stopped_marketing_is_told_to_the_consent_part(out: Out) -> None:
    out.phone.answers.append(Rejected(131050, ErrorClass.RECIPIENT, "stopped"))
    guest = out.guest()
    one = out.say(guest)
    out.run()
    assert payload_of(out, one, "contact.opted_out") == {
        "contact": guest, "number": out.number.pk, "purpose": "marketing", "source": "meta:131050",
    }  # fmt: skip


def test_a_paused_template_is_named(out: Out) -> None:
    out.phone.answers.append(Rejected(132015, ErrorClass.TEMPLATE_STATE, "paused"))
    one = template(out)
    out.run(campaigns=True)
    told = payload_of(out, one, "template.refused")
    assert (told["name"], told["language"], told["code"]) == ("lembrete", "pt_BR", 132015)


def test_spam_lets_campaigns_rest_and_reminders_go(out: Out) -> None:
    out.phone.answers.append(Rejected(131048, ErrorClass.SLOW_HOURS, "spam"))
    out.say(lane=Lane.CAMPAIGN)
    out.run(2, campaigns=True)
    campaign, reminder = out.say(text="c", lane=Lane.CAMPAIGN), out.say(text="r", lane=Lane.REMINDER)
    out.run(2, campaigns=True)
    assert (out.status(campaign), out.status(reminder)) == ("queued", "sent")
    settling.run()
    item = out.item(campaign)
    assert item.reason.startswith("campaign_paused: slow_hours: 131048")
    assert item.not_before > clock.now() + timedelta(minutes=50)


def stop_events(out: Out) -> int:
    return run_in_salon(out.salon_id, lambda: Event.objects.filter(kind="number.stopped").count())


def test_fr_wa_009_a_dead_token_stops_once_and_the_queue_drains_in_order_after_reconnecting(out: Out) -> None:
    from channels_wa.numbers.actions import seal_token, tell
    from ops.eventqueue import handling

    before = stop_events(out)
    guests = [out.guest() for _ in range(5)]
    out.phone.answers += [Rejected(190, ErrorClass.ACCOUNT_STOP, "expired")] * 5
    made = [out.say(guest, text=f"{n}{guest}") for n in range(2) for guest in guests]
    for _ in range(3):
        out.run(2)
        settling.run()
    assert stop_events(out) == before + 1
    assert 1 <= len(out.phone.sent) <= 5
    for one in made:
        assert out.item(one).reason.startswith("number_stopped") and out.item(one).not_before > clock.now()
    out.phone.forget()
    seal_token(out.number, "a new token")
    out.number.state = Number.State.ACTIVE
    out.number.save(update_fields=["sealed_token", "state"])
    tell(out.number, "number.connected")
    handling.run()
    out.run()
    assert [message.text for message in out.phone.sent] == [f"{n}{guest}" for n in range(2) for guest in guests]
    assert not OutboxItem.objects.filter(state="queued").exists()


def test_an_answer_to_the_old_token_does_not_stop_the_new_one(out: Out) -> None:
    from channels_wa.outbox import numbers

    Number.objects.filter(pk=out.number.pk).update(sealed_token=b"new")
    assert not numbers.stop(out.number.pk, "number_stopped: 190 expired", sealed_token=b"old")
    assert numbers.stop(out.number.pk, "number_stopped: 190 expired", sealed_token=b"new")
