"""BL-009: through the outbox: what a plan has room for goes, to the message; the rest waits where it is seen."""

from collections.abc import Callable
from typing import Any

from billing.metering.totals import used
from billing.quotas import asking, watching
from channels_wa.outbox.message import Lane
from channels_wa.outbox.plan_changes import on_changed
from ops import clock, retention
from ops.salon import run_in_salon
from tests.billing.conftest import fresh, limit  # noqa: F401 - fixtures
from tests.outbox.conftest import Out


def test_a_campaign_ends_on_the_limit(out: Out, limit: Callable[..., int], settings: Any) -> None:  # noqa: F811
    settings.OUTBOUND_CHECKS = ["billing.quotas.outbound.check"]
    limit(messages=5)
    offers = [out.say(purpose="marketing", lane=Lane.CAMPAIGN) for _n in range(8)]
    out.run(campaigns=True)
    shown = [out.shown(one)[0] for one in offers]
    assert (shown.count("sent"), shown.count("queued")) == (5, 3)
    assert used(out.salon_id, "messages") == 5
    waiting = [out.item(one) for one in offers if out.status(one) == "queued"]
    assert {one.reason for one in waiting} == {"quota"}
    assert all(one.not_before > clock.now() for one in waiting)
    # A guest who just wrote gets the answer all the same, on the day on which the limit was reached.
    watching.run()
    answer = out.say()
    out.run()
    assert out.status(answer) == "sent"
    # A larger plan lets go what waits.
    limit(messages=100)
    asking.forget()
    run_in_salon(out.salon_id, lambda: on_changed([object()]))  # type: ignore[list-item]
    out.run(campaigns=True)
    assert [out.status(one) for one in offers] == ["sent"] * 8
    assert used(out.salon_id, "messages") == 9


def test_old_keys_go(out: Out, skip_time: Callable[..., None]) -> None:
    out.say()
    out.run()
    assert retention._prune("usage_once") == 0
    skip_time(retention.RULES["usage_once"][1])
    assert retention._prune("usage_once") == 1
