"""CR-002: pipelines and stages are named, put in order and put away; open deals are never left behind."""

import pytest

from crm.deals.actions import pipelines
from crm.deals.defaults import default_pipeline
from crm.deals.models import Pipeline, Stage
from ops.salon import inside
from tests.crm.deals.conftest import Desk

THREE = [{"name": "A"}, {"name": "Ganho", "kind": "won"}, {"name": "Perdido", "kind": "lost"}]


def names(pipeline: Pipeline) -> list[str]:
    return list(
        Stage.objects.filter(pipeline=pipeline, archived_at=None).order_by("order").values_list("name", flat=True)
    )


def test_one_is_made_and_becomes_the_default(desk: Desk) -> None:
    with inside(desk.salon_id):
        made = pipelines.create("Noivas", stages=THREE, by=None)
        assert names(made) == ["A", "Ganho", "Perdido"]
        pipelines.make_default(made, by=None)
        assert default_pipeline() == made


def test_one_without_an_end_is_refused(desk: Desk) -> None:
    with inside(desk.salon_id), pytest.raises(pipelines.Needed):
        pipelines.create("Noivas", stages=THREE[:2], by=None)


def test_a_stage_is_added_before_the_end_and_moved(desk: Desk) -> None:
    with inside(desk.salon_id):
        made = pipelines.create("Noivas", stages=THREE, by=None)
        stage = pipelines.add_stage(made, {"name": "B", "probability": 70}, by=None)
        assert names(made) == ["A", "B", "Ganho", "Perdido"]
        pipelines.move_stage(stage, -1, by=None)
        pipelines.change_stage(stage, {"name": "C"}, by=None)
        assert names(made) == ["C", "A", "Ganho", "Perdido"]


def test_a_stage_with_open_deals_wants_to_know_where_they_go(desk: Desk) -> None:
    first, second = desk.deal("first"), desk.deal("second")
    desk.deal("there", "quoted")
    with inside(desk.salon_id):
        with pytest.raises(pipelines.InUse) as used:
            pipelines.archive_stage(desk.stages["new"], by=None)
        assert used.value.count == 2
        pipelines.archive_stage(desk.stages["new"], target=desk.stages["quoted"], by=None)
    assert desk.order("quoted") == ["there", "second", "first"]
    assert desk.fresh(first).version == desk.fresh(second).version == 2


def test_the_last_stage_of_its_kind_stays(desk: Desk) -> None:
    with inside(desk.salon_id), pytest.raises(pipelines.Needed):
        pipelines.archive_stage(desk.stages["won"], by=None)


def test_a_pipeline_is_put_away_with_its_deals_elsewhere(desk: Desk) -> None:
    with inside(desk.salon_id):
        made = pipelines.create("Noivas", stages=THREE, by=None)
        stage = made.stages.get(name="A")
    desk.stages["other"] = stage
    deal = desk.deal(stage="other")
    with inside(desk.salon_id):
        with pytest.raises(pipelines.InUse):
            pipelines.archive(made, by=None)
        pipelines.archive(made, target=desk.stages["new"], by=None)
        with pytest.raises(pipelines.Needed):
            pipelines.archive(default_pipeline(), by=None)
    assert desk.fresh(deal).pipeline_id == desk.stages["new"].pipeline_id
