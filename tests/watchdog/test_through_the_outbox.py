"""WA-013, WA-014 from end to end: what the watchdog decides is what leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.numbers.models import Number
from channels_wa.outbox import numbers as outbox_numbers
from channels_wa.outbox.message import Enqueued, Lane
from channels_wa.watchdog import watching
from channels_wa.watchdog.models import WarmUpTalk
from ops import clock
from ops.salon import inside, run_in_salon
from tests.outbox.conftest import Out, out  # noqa: F401 - a fixture

TEMPLATE: dict[str, Any] = {"type": "template", "payload": {"name": "hello", "language": {"code": "pt_BR"}}}


@pytest.fixture(autouse=True)
def _only_ours(out: Out, settings: Any) -> None:  # noqa: F811
    """Neither the hour of the day nor consent decides here; after `out`, which leaves the window alone."""
    settings.OUTBOUND_CHECKS = ["channels_wa.outbox.window.check", "channels_wa.watchdog.outbound.check"]


def look(out: Out) -> None:  # noqa: F811
    run_in_salon(out.salon_id, lambda: watching.check([Number.objects.get(pk=out.number.pk)]))


def offer(out: Out) -> Enqueued:  # noqa: F811
    return out.say(purpose="marketing", lane=Lane.CAMPAIGN, **TEMPLATE)


def test_while_quality_is_red_campaigns_wait_and_the_rest_leaves(out: Out) -> None:  # noqa: F811
    before = offer(out)
    Number.objects.filter(pk=out.number.pk).update(quality="RED")
    look(out)
    during = offer(out)
    reminder = out.say(purpose="reminder", lane=Lane.REMINDER, **TEMPLATE)
    answer = out.say()
    out.run()
    out.run(campaigns=True)
    outbox_numbers.hold_back()
    assert [out.status(one) for one in (before, during)] == ["queued", "queued"]
    assert [out.status(one) for one in (reminder, answer)] == ["sent", "sent"]
    assert all(out.item(one).reason.startswith("campaign_paused") for one in (before, during))
    assert all(out.item(one).not_before > clock.now() for one in (before, during))


def test_when_it_is_better_they_leave_by_themselves(
    out: Out,  # noqa: F811
    skip_time: Callable[[timedelta], None],
) -> None:
    Number.objects.filter(pk=out.number.pk).update(quality="RED")
    look(out)
    waiting = offer(out)
    skip_time(timedelta(hours=2))
    Number.objects.filter(pk=out.number.pk).update(quality="GREEN")
    look(out)
    out.run(campaigns=True)
    assert out.status(waiting) == "sent"


def test_a_new_number_begins_no_more_talks_than_its_day_allows(out: Out) -> None:  # noqa: F811
    Number.objects.filter(pk=out.number.pk).update(warm_up_started_at=clock.now() - timedelta(hours=1))
    with inside(out.salon_id):
        WarmUpTalk.objects.bulk_create(WarmUpTalk(number_id=out.number.pk, day=1, contact_id=n) for n in range(48))
    begun = [out.say(out.guest(wrote=None), purpose="service", **TEMPLATE) for _ in range(5)]
    answer = out.say()
    out.run()
    assert sorted(out.status(one) for one in begun) == ["queued"] * 3 + ["sent"] * 2
    waiting = [out.item(one) for one in begun if out.status(one) == "queued"]
    assert {one.reason for one in waiting} == {"warm_up"}
    assert all(one.not_before > clock.now() + timedelta(hours=22) for one in waiting)
    assert out.status(answer) == "sent"
