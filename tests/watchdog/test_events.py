"""WA-013: what happens to a number is told in the owner's words, once, and taken back when it is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from channels_wa.numbers import actions
from channels_wa.numbers.notes import note_limit, note_quality
from channels_wa.outbox import numbers as outbox_numbers
from channels_wa.outbox.models import NumberCircuit
from channels_wa.watchdog import events, timers
from ops import clock
from ops.eventqueue import handling
from ops.salon import run_in_salon
from ops.timers import ticker
from ops.timers.models import Timer
from tests.watchdog.conftest import Watched


def settle() -> None:
    """Let everybody hear what was emitted."""
    while handling.run():
        pass


def titles(watched: Watched) -> list[str]:
    with translation.override("en"):
        return [alert.title_words for alert in watched.alerts()]


def test_a_token_that_expired_is_one_alert_however_many_messages_failed(watched: Watched) -> None:
    for _ in range(10):
        outbox_numbers.stop(watched.pk, "number_stopped: 190 Session has expired")
    settle()
    phone = watched.number.display_phone
    assert titles(watched) == [f"Cadeira cannot send through {phone}: its access has expired"]
    assert watched.number.health_score == 0


def test_connecting_again_takes_it_back(watched: Watched) -> None:
    outbox_numbers.stop(watched.pk, "number_stopped: 190 expired")
    settle()
    actions.resume(watched.number)
    settle()
    assert (titles(watched), watched.number.health_score) == ([], 100)
    assert watched.incidents(closed_at__isnull=False) == ["stopped"]


def test_a_fresh_stop_is_told_anew(watched: Watched) -> None:
    for _ in range(2):
        outbox_numbers.stop(watched.pk, "number_stopped: 131042 payment")
        settle()
        actions.resume(watched.number)
        settle()
    assert watched.incidents() == ["stopped", "stopped"]


def test_red_quality_pauses_at_once(watched: Watched) -> None:
    note_quality(watched.number, "RED")
    settle()
    assert watched.number.campaigns_paused_until is not None
    assert "lowered its quality to red" in titles(watched)[0]


def test_a_number_that_left_the_salon_has_no_alerts_and_no_timers(watched: Watched) -> None:
    watched.set(quality="RED")
    watched.check()
    run_in_salon(watched.salon_id, lambda: timers.ensure([watched.number]))
    actions.disconnect(watched.number)
    settle()
    assert (watched.alerts(), watched.incidents(closed_at=None)) == ([], [])
    assert not Timer.objects.filter(subject=str(watched.pk), kind__startswith="number.", state="pending").exists()


@pytest.mark.parametrize(("old", "new", "level", "words"), [
    (250, 2000, "info", "raised"), (2000, 250, "warning", "lowered"), (250, "TIER_UNLIMITED", "info", "lifted"),
])  # fmt: skip
def test_a_changed_limit_is_a_notice(watched: Watched, old: int, new: Any, level: str, words: str) -> None:
    watched.set(messaging_limit=old, messaging_limit_known=True)
    note_limit(watched.number, new)
    settle()
    (alert,) = watched.alerts()
    assert (alert.level, alert.is_notice, words in alert.title["msgid"]) == (level, True, True)


def test_the_first_word_of_meta_is_no_change(watched: Watched) -> None:
    note_limit(watched.number, 250)
    settle()
    assert watched.alerts() == []


def template(watched: Watched, new: str, what: str = "status") -> Any:
    return watched.event("template.changed", what=what, old="approved", new=new, name="promo", language="pt_BR")


@pytest.mark.parametrize(("new", "level"), [("rejected", "warning"), ("paused", "warning"), ("disabled", "critical")])
def test_a_template_that_stops_being_usable_is_told(watched: Watched, new: str, level: str) -> None:
    watched.hear(events.on_templates, template(watched, new), template(watched, new))
    (alert,) = watched.alerts()
    assert (alert.level, alert.title["values"]["name"]) == (level, "promo (pt_BR)")


def test_a_template_that_works_again_is_over(watched: Watched) -> None:
    watched.hear(events.on_templates, template(watched, "paused"))
    watched.hear(events.on_templates, template(watched, "approved"))
    assert watched.alerts() == []


def test_its_quality_is_no_alert(watched: Watched) -> None:
    watched.hear(events.on_templates, template(watched, "red", "quality"))
    assert watched.alerts() == []


def meta(watched: Watched, **info: Any) -> Any:
    value = {"entity_type": "BUSINESS", "entity_id": 7, "alert_info": {"alert_type": "OBA_APPROVED", **info}}
    return watched.event("meta.account_alerts", waba_id=watched.number.waba_id, value=value)


def test_metas_own_alerts_are_shown_and_go(watched: Watched) -> None:
    raised = meta(watched, alert_severity="WARNING", alert_status="ACTIVE", alert_description="Read this")
    watched.hear(events.on_account_alerts, raised, raised)
    (alert,) = watched.alerts()
    assert (alert.level, alert.text_words) == ("warning", "Read this")
    watched.hear(events.on_account_alerts, meta(watched, alert_status="RESOLVED"))
    assert watched.alerts() == []


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"alert_info": "x"}, {"alert_info": {"alert_type": 5}}])
def test_odd_alerts_do_no_harm(watched: Watched, value: Any) -> None:
    watched.hear(events.on_account_alerts, watched.event("meta.account_alerts", waba_id="1", value=value))


def test_a_failure_makes_it_look_soon(watched: Watched) -> None:
    run_in_salon(watched.salon_id, lambda: timers.ensure([watched.number]))
    Timer.objects.filter(kind="number.check").update(due_at=clock.now() + timers.EVERY_IDLE)
    watched.sent(1, "failed", "131053 x")
    from channels_wa.messages.models import Message
    from ops.eventqueue.handling import Heard
    from ops.ids import uuid7
    from ops.salon import inside

    with inside(watched.salon_id):
        subject = Message.objects.latest("pk").public_id
    watched.hear(events.on_failed, Heard(1, uuid7(), "message.failed", subject, 1, {}, clock.now()))
    assert Timer.objects.get(kind="number.check").due_at <= clock.now() + events._SOON


def test_an_open_circuit_is_told_when_it_stays_open(watched: Watched, skip_time: Callable[[timedelta], None]) -> None:
    run_in_salon(watched.salon_id, lambda: timers.ensure([watched.number]))
    Timer.objects.filter(kind="number.check").update(due_at=clock.now() + timers.EVERY_IDLE)
    NumberCircuit.objects.create(number_id=watched.pk, opened_at=clock.now())
    watched.hear(events.on_numbers, watched.event("number.circuit_opened", reason="no answer"))
    assert watched.alerts() == []
    skip_time(timedelta(minutes=3))
    ticker.run()
    assert [alert.kind for alert in watched.alerts()] == ["number.circuit"]
