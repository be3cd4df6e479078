"""WA-013: incidents open and close by themselves, pause campaigns and let them go on, and are told once."""

from collections.abc import Callable
from datetime import timedelta

from channels_wa.outbox.claiming import ready_numbers
from channels_wa.outbox.message import Lane
from channels_wa.outbox.models import OutboxItem
from channels_wa.watchdog.models import NumberHealth
from ops import clock
from ops.salon import inside
from tests.watchdog.conftest import Watched

SkipTime = Callable[[timedelta], None]


def test_red_quality_pauses_campaigns_and_tells_the_owner(watched: Watched) -> None:
    watched.set(quality="RED")
    watched.check()
    number = watched.number
    assert number.campaigns_paused_until is not None and number.campaigns_paused_until > clock.now()
    assert (number.health_score, number.campaigns_paused_reason) == (40, "quality_red")
    assert watched.steps("quality_red") == ["opened", "told", "slowed", "paused"]
    (alert,) = watched.alerts()
    assert (alert.level, alert.link) == ("critical", f"/settings/numbers/{number.public_id}/")
    assert number.display_phone in alert.title["values"]["phone"]


def test_looking_again_changes_nothing(watched: Watched) -> None:
    watched.set(quality="RED")
    for _ in range(3):
        watched.check()
    assert watched.incidents() == ["quality_red"]
    assert watched.steps("quality_red") == ["opened", "told", "slowed", "paused"]
    assert len(watched.alerts()) == 1


def test_it_closes_and_campaigns_go_on_when_it_is_better(watched: Watched, skip_time: SkipTime) -> None:
    watched.set(quality="RED")
    watched.check()
    watched.set(quality="GREEN")
    skip_time(timedelta(hours=2))
    assert watched.check().value == 100
    assert watched.steps("quality_red")[-3:] == ["closed", "sped_up", "resumed"]
    assert watched.incidents(closed_at=None) == []
    assert (watched.number.campaigns_paused_until, watched.alerts()) == (None, [])


def test_it_holds_for_a_while_before_it_is_believed(watched: Watched, skip_time: SkipTime) -> None:
    watched.set(quality="RED")
    watched.check()
    watched.set(quality="GREEN")
    skip_time(timedelta(minutes=30))
    assert watched.check().pauses_campaigns
    assert watched.incidents(closed_at=None) == ["quality_red"]


def test_the_second_time_in_a_day_it_rests_twice_as_long(watched: Watched, skip_time: SkipTime) -> None:
    holds = []
    for _ in range(3):
        watched.set(quality="RED")
        watched.check()
        with inside(watched.salon_id):
            from channels_wa.watchdog.models import Incident

            latest = Incident.objects.latest("pk")
            holds.append(latest.holds_until - latest.opened_at)
        watched.set(quality="GREEN")
        skip_time(holds[-1] + timedelta(minutes=1))
        watched.check()
    assert holds == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]


def test_what_waited_for_the_pause_leaves_when_it_ends(watched: Watched, skip_time: SkipTime) -> None:
    watched.set(quality="RED")
    watched.check()
    item = OutboxItem.objects.create(
        salon_id=watched.salon_id, number_id=watched.pk, lane=Lane.CAMPAIGN, order_key="1:1", message_id=1,
        purpose="marketing", reason="campaign_paused", not_before=clock.now() + timedelta(hours=9),
    )  # fmt: skip
    watched.set(quality="GREEN")
    skip_time(timedelta(hours=2))
    watched.check()
    item.refresh_from_db()
    assert (item.reason, item.not_before <= clock.now()) == ("", True)


def test_a_longer_pause_of_the_outbox_stands(watched: Watched) -> None:
    until = clock.now() + timedelta(hours=9)
    watched.set(campaigns_paused_until=until, campaigns_paused_reason="slow_hours: 131048 spam")
    watched.check()
    assert watched.number.campaigns_paused_until == until
    assert watched.incidents() == ["spam"]


def test_a_number_in_trouble_sends_at_a_quarter_of_its_speed(watched: Watched) -> None:
    def speed() -> list[int]:
        OutboxItem.objects.all().delete()
        OutboxItem.objects.create(
            salon_id=watched.salon_id, number_id=watched.pk, order_key="1:1", message_id=1, not_before=clock.now()
        )
        return [one.throughput_mps for one in ready_numbers([Lane.REPLY]) if one.id == watched.pk]

    watched.set(throughput_mps=80)
    speeds = [speed()]
    for quality in ("YELLOW", "RED"):
        watched.set(quality=quality)
        watched.check()
        speeds.append(speed())
    assert speeds == [[80], [40], [20]]


def test_yellow_slows_and_warns_and_pauses_nothing(watched: Watched) -> None:
    watched.set(quality="YELLOW")
    watched.check()
    assert watched.number.campaigns_paused_until is None
    assert [alert.level for alert in watched.alerts()] == ["warning"]


def test_many_failures_open_one_incident(watched: Watched) -> None:
    watched.sent(10)
    watched.sent(12, "failed", "131053 media")
    watched.check()
    assert watched.incidents(closed_at=None) == ["failures"]
    assert watched.number.campaigns_paused_until is not None


def test_the_page_knows_the_reasons(watched: Watched) -> None:
    watched.set(quality="YELLOW")
    watched.check()
    with inside(watched.salon_id):
        health = NumberHealth.objects.get(number_id=watched.pk)
    assert (health.score, [one["code"] for one in health.reasons]) == (75, ["quality_yellow"])


def test_what_is_only_shown_is_no_incident(watched: Watched) -> None:
    watched.heard(25, every=timedelta(minutes=30), until=timedelta(hours=30))
    watched.check()
    assert (watched.incidents(), watched.alerts()) == ([], [])
