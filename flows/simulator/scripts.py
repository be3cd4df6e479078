"""A flow's tests as rows: keeping, changing and dropping them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from flows.models import Flow, FlowTest
from flows.simulator.script import read
from tenants.audit import actions as audit
from tenants.members.models import Member

JSON = dict[str, Any]
MOST_TESTS = 50


class NameTaken(Exception):
    """Another test of the flow has this name."""


class TooMany(Exception):
    """A flow has at most so many tests."""


@transaction.atomic
def keep_test(
    flow: Flow, name: str, script: JSON, *, by: Member | None = None, test: FlowTest | None = None
) -> FlowTest:
    """A new test, or other words for one; raises NameTaken, TooMany and flows.simulator.script.ScriptError."""
    read(script)
    name = name.strip()[:120] or _("A talk")
    others = FlowTest.objects.select_for_update().filter(flow=flow)
    others = others.exclude(pk=test.pk) if test else others
    taken = set(others.values_list("name", flat=True))
    if name in taken:
        raise NameTaken(name)
    if test is None and len(taken) >= MOST_TESTS:
        raise TooMany(MOST_TESTS)
    if test is None:
        test = FlowTest(flow=flow, created_by=by)
    test.name, test.script, test.result, test.ran_at = name, script, None, None
    test.save()
    audit.record("flow.test_saved", subject=flow.public_id, by=by, after={"name": name})
    return test


@transaction.atomic
def switch(test: FlowTest, *, on: bool, by: Member | None) -> None:
    """Let a test be asked at publish, or not."""
    test.is_on = on
    test.save(update_fields=["is_on"])
    audit.record("flow.test_switched", subject=test.flow.public_id, by=by, after={"name": test.name, "on": on})


@transaction.atomic
def drop(test: FlowTest, *, by: Member | None) -> None:
    """Delete a test."""
    audit.record("flow.test_dropped", subject=test.flow.public_id, by=by, before={"name": test.name})
    test.delete()
