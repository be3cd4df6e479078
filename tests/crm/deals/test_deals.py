"""CR-002: the verbs of deals; each writes the row, an audit line and an event."""

from datetime import date
from typing import Any

import pytest

from crm.deals import actions, defaults
from crm.deals.models import Deal, DealMove, Pipeline, Stage
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.crm.deals.conftest import Desk
from tests.world import Browser, Salons


def told(desk: Desk, deal: Deal) -> list[str]:
    """The kinds of its events, in their order."""
    with inside(desk.salon_id):
        return list(Event.objects.filter(subject=deal.public_id).order_by("id").values_list("kind", flat=True))


def test_a_salon_has_a_pipeline_from_its_first_day(salons: Salons, db: None) -> None:
    with inside(salons.other.pk):
        pipeline = Pipeline.objects.get(is_default=True)
        stages = list(pipeline.stages.order_by("order").values_list("kind", "probability"))
    assert stages == [("open", 10), ("open", 30), ("open", 60), ("won", 100), ("lost", 0)]
    assert pipeline.lost_reasons


def test_a_salon_of_before_gets_it_at_first_use(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        Stage.objects.all().delete()
        Pipeline.objects.all().delete()
        assert defaults.default_pipeline() == defaults.default_pipeline()
        assert (Pipeline.objects.count(), Stage.objects.count()) == (1, 5)


def test_it_is_made(desk: Desk) -> None:
    deal = desk.deal("Noiva", value_minor=150_000)
    assert (deal.stage, deal.currency, deal.version, deal.closed_at) == (desk.stages["new"], "BRL", 1, None)
    with inside(desk.salon_id):
        assert AuditEntry.objects.get(subject=str(deal.public_id)).action == "deal.created"
        event = Event.objects.get(subject=deal.public_id)
        assert DealMove.objects.get(deal=deal).from_stage is None
    assert (event.kind, event.payload["contact_id"], event.payload["stage_ref"]) == (
        "deal.created", desk.contact.pk, str(deal.stage.public_id),
    )  # fmt: skip


def test_it_is_moved(desk: Desk, alice: Browser) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        moved = actions.move(deal, desk.stages["quoted"], by=alice.member, version=1)
        last = DealMove.objects.select_related("from_stage", "to_stage", "by").filter(deal=deal).latest("pk")
    assert (moved.stage, moved.version) == (desk.stages["quoted"], 2)
    assert (last.from_stage, last.to_stage, last.by) == (desk.stages["new"], desk.stages["quoted"], alice.member)
    assert moved.stage_since > deal.stage_since
    assert told(desk, deal) == ["deal.created", "deal.stage_changed"]


def test_it_goes_between_two(desk: Desk) -> None:
    low, high, deal = desk.deal("low"), desk.deal("high"), desk.deal("deal", "quoted")
    with inside(desk.salon_id):
        actions.move(deal, desk.stages["new"], by=None, above=high, below=low)
        assert desk.order() == ["high", "deal", "low"]
        actions.move(deal, desk.stages["new"], by=None, above=low)
        assert desk.order() == ["high", "low", "deal"]
        actions.move(deal, desk.stages["new"], by=None, below=high)
        assert desk.order() == ["deal", "high", "low"]


def test_there_is_always_room_between_two(desk: Desk) -> None:
    below, above = desk.deal("below"), desk.deal("above")
    for number in range(60):
        with inside(desk.salon_id):
            between = actions.move(desk.deal(f"{number}", "quoted"), desk.stages["new"], by=None, above=above)
    assert desk.order() == ["above", *(str(number) for number in range(59, -1, -1)), "below"]
    assert below.pk
    assert between.pk


def test_a_place_in_the_same_stage_is_no_new_stage(desk: Desk) -> None:
    deal, top = desk.deal(), desk.deal("top")
    with inside(desk.salon_id):
        moved = actions.move(deal, desk.stages["new"], by=None, below=top)
        assert DealMove.objects.filter(deal=deal).count() == 1
    assert (moved.stage_since, moved.version) == (deal.stage_since, 2)
    assert told(desk, deal) == ["deal.created", "deal.changed"]


def test_it_is_won(desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        won = actions.win(deal, by=None)
    assert won.closed_at is not None
    assert told(desk, deal)[1:] == ["deal.stage_changed", "deal.won"]


def test_it_is_lost_for_a_reason(desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        with pytest.raises(actions.NoReason):
            actions.lose(deal, "  ", by=None)
        assert desk.fresh(deal).stage == desk.stages["new"]
        lost = actions.lose(deal, "Caro", by=None)
        event = Event.objects.get(kind="deal.lost")
    assert (lost.lost_reason, event.payload["reason"], lost.closed_at is None) == ("Caro", "Caro", False)


def test_it_is_opened_again_where_it_was(desk: Desk) -> None:
    deal = desk.deal(stage="quoted")
    with inside(desk.salon_id):
        actions.lose(deal, "Caro", by=None)
        again = actions.reopen(desk.fresh(deal), by=None)
        with pytest.raises(actions.NotOpen):
            actions.reopen(again, by=None)
    assert (again.stage, again.closed_at, again.lost_reason) == (desk.stages["quoted"], None, "")
    assert told(desk, deal)[-2:] == ["deal.stage_changed", "deal.reopened"]


def test_it_is_changed(desk: Desk, alice: Browser) -> None:
    deal = desk.deal()
    values: dict[str, Any] = {"title": "Debutante", "value_minor": 5, "owner": alice.member,
                              "expected_on": date(2026, 12, 24)}  # fmt: skip
    with inside(desk.salon_id):
        changed = actions.change(deal, values, by=alice.member, version=1)
        entry = AuditEntry.objects.get(action="deal.changed")
        assert actions.change(changed, values, by=None).version == 2
    assert (changed.title, changed.version, (entry.before or {})["title"]) == ("Debutante", 2, "Noiva")
    assert told(desk, deal) == ["deal.created", "deal.changed"]


def test_who_saw_an_older_one_changes_nothing(desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        actions.move(deal, desk.stages["contacted"], by=None, version=1)
        with pytest.raises(actions.Stale) as stale:
            actions.move(deal, desk.stages["quoted"], by=None, version=1)
        with pytest.raises(actions.Stale):
            actions.change(deal, {"title": "x"}, by=None, version=1)
    assert stale.value.deal.stage == desk.stages["contacted"]
    assert (desk.fresh(deal).stage, desk.fresh(deal).title) == (desk.stages["contacted"], "Noiva")


def test_a_stage_put_away_takes_no_deals(desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        Stage.objects.filter(pk=desk.stages["quoted"].pk).update(archived_at=deal.created_at)
        with pytest.raises(actions.WrongPlace):
            actions.move(deal, desk.stages["quoted"], by=None)
    assert desk.fresh(deal).stage == desk.stages["new"]
