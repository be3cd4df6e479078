"""/api/v1/segments/, tags/ and custom-fields/ (CR-001, API-001)."""

import pytest

from crm.contacts.models import CustomField, Segment, Tag
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program, fields


def test_a_segment_and_who_belongs_to_it(program: Program, seeded: Seeded) -> None:
    with inside(program.salon.pk):
        vips = {"field": "tag", "op": "has", "value": "aurora"}
        own = Segment.objects.create(name="Own", filter={"all": [vips]})
        others = Segment.objects.create(name="Others", filter={"not": vips})
    assert program.ask(f"segments/{own.public_id}/")["filter"] == {"all": [vips]}
    assert [one["id"] for one in program.ask("contacts/", segment=str(own.public_id))["results"]] == [seeded.contact]
    assert program.ask("contacts/", segment=str(others.public_id))["results"] == []


def test_tags_and_fields_are_listed(program: Program) -> None:
    with inside(program.salon.pk):
        Tag.objects.create(name="vip", colour="green")
        CustomField.objects.create(key="hair", name="Hair", kind="choice", options=["curly"])
    assert [one["name"] for one in program.ask("tags/")["results"]] == ["vip"]
    assert [one["options"] for one in program.ask("custom-fields/")["results"]] == [["curly"]]


def test_a_segment_that_is_none_is_refused(program: Program) -> None:
    answer = program.get("/api/v1/contacts/", {"segment": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"})
    assert fields(answer, 404) == ["segment"]


@pytest.mark.parametrize("resource", ["tags", "custom-fields", "segments"])
def test_they_are_read_only(program: Program, resource: str) -> None:
    assert program.write(f"{resource}/", {"name": "x"}).status_code == 405
