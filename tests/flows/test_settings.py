"""FL-010: how a flow behaves beside its drawing."""

from typing import Any

import pytest
from pydantic import ValidationError

from flows.settings import FlowSettings


def test_what_is_missing_has_its_default() -> None:
    assert FlowSettings.read({}).to_json() == {
        "failure_text": "",
        "hand_over_on_failure": True,
        "error_budget": {"failures": 10, "within_minutes": 60},
        "may_interrupt": False,
    }


def test_what_is_kept_reads_the_same() -> None:
    given = FlowSettings(failure_text="Desculpe, {{ contact.first_name }}", may_interrupt=True)
    assert FlowSettings.read(given.to_json()) == given


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"failure_text": "{{ 1 + }}"}, "failure_text"),
        ({"error_budget": {"failures": 0}}, "error_budget"),
        ({"error_budget": {"within_minutes": 999_999}}, "error_budget"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wrong_setting_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FlowSettings.model_validate(given)
    assert refused.value.errors()[0]["loc"][0] == field


@pytest.mark.parametrize("kept", [None, {"failure_text": "{{"}, {"error_budget": "many"}, {"of_tomorrow": 1}])
def test_what_another_release_kept_never_fails(kept: Any) -> None:
    assert FlowSettings.read(kept) == FlowSettings()
