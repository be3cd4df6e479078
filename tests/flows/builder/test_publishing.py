"""Publishing: from the draft to what guests meet, and everything that stops it (FL-001, FL-008)."""

from collections.abc import Callable
from typing import Any

import pytest

from flows import actions
from flows.graph import GraphError
from flows.models import Flow, FlowTest, FlowVersion
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.flows.builder.conftest import fresh, hello
from tests.world import Salons


def test_the_draft_becomes_the_next_version(drawn: Flow, ana: Member) -> None:
    """FL-001: an immutable version, with who, when and why; the draft is empty then."""
    version = actions.publish_draft(drawn, by=ana, revision=1, note="  The  first ")
    found = fresh(drawn)
    assert (version.number, version.note, version.published_by, version.graph) == (1, "The first", ana, hello())
    assert (found.published, found.draft, found.draft_revision) == (version, None, 1)
    assert AuditEntry.objects.filter(subject=str(drawn.public_id), action="flow.published").count() == 1
    assert Event.objects.filter(subject=drawn.public_id, kind="flow.published").count() == 1


def test_a_draft_with_errors_is_refused(drawn: Flow, ana: Member) -> None:
    """FL-001: and everything wrong with it is said."""
    actions.save_draft(drawn, hello(""), 1, by=ana)
    with pytest.raises(GraphError) as refused:
        actions.publish_draft(drawn, by=ana, revision=2)
    assert [problem.node for problem in refused.value.problems] == ["hi"]
    assert not FlowVersion.objects.exists()


def test_who_read_an_older_draft_does_not_publish_the_newer_one(drawn: Flow, ana: Member, bea: Member) -> None:
    """FL-001: what is published is what was looked at."""
    actions.save_draft(drawn, hello("Olá!"), 1, by=bea)
    with pytest.raises(actions.Stale):
        actions.publish_draft(drawn, by=ana, revision=1)
    assert not FlowVersion.objects.exists()


def expects(flow: Flow, text: str) -> FlowTest:
    """A test of the flow: whoever writes is told this."""
    script = {"version": 1, "steps": [{"say": "oi"}, {"expect": "message", "text": text}]}
    return FlowTest.objects.create(flow=flow, name="greets", script=script)


def test_a_red_test_blocks(drawn: Flow, ana: Member) -> None:
    """FL-008."""
    expects(drawn, "Bom dia!")
    with pytest.raises(actions.TestsFailed) as red:
        actions.publish_draft(drawn, by=ana, revision=1)
    assert [one.name for one in red.value.failed] == ["greets"]
    assert not FlowVersion.objects.exists()


def test_a_green_test_does_not(drawn: Flow, ana: Member) -> None:
    """FL-008."""
    expects(drawn, "Oi!")
    assert actions.publish_draft(drawn, by=ana, revision=1).number == 1


def test_nothing_changed_is_no_version(drawn: Flow, ana: Member) -> None:
    """FL-001."""
    actions.publish_draft(drawn, by=ana, revision=1)
    with pytest.raises(actions.NothingToPublish):
        actions.publish_draft(drawn, by=ana, revision=1)
    assert FlowVersion.objects.count() == 1


def test_a_program_that_publishes_leaves_the_draft(drawn: Flow, ana: Member) -> None:
    """FL-001: the old way in (API, gallery) takes nobody's work."""
    actions.publish(drawn, hello("Bom dia!"), by=ana)
    assert fresh(drawn).draft == hello()


def test_whoever_has_the_page_open_hears_of_what_a_program_published(aurora: int, ana: Member) -> None:
    """FL-001: they drew on the version before."""
    flow = actions.create("Ready", hello())
    before = fresh(flow).draft_revision
    actions.publish(flow, hello("Bom dia!"))
    with pytest.raises(actions.Stale) as stale:
        actions.save_draft(flow, hello("Olá!"), before, by=ana)
    assert any("Bom dia!" in line for line in stale.value.changes)


def test_two_who_publish_at_once_make_one_version(salons: Salons, at_once: Callable[..., list[Any]]) -> None:
    """FL-001: the second finds it done."""
    with inside(salons.aurora.pk):
        flow = actions.draw("Welcome", hello())
    results = at_once(*[lambda: actions.publish_draft(flow, by=None, revision=1).number] * 4)
    assert sorted(str(type(one).__name__) for one in results) == ["NothingToPublish"] * 3 + ["int"]
    with inside(salons.aurora.pk):
        assert FlowVersion.objects.filter(flow=flow).count() == 1


def test_of_two_who_save_at_once_one_is_told(salons: Salons, at_once: Callable[..., list[Any]]) -> None:
    """FL-001: revisions have no gap and no double."""
    with inside(salons.aurora.pk):
        flow = actions.draw("Welcome", hello())
    saves = [lambda text=text: actions.save_draft(flow, hello(text), 1, by=None) for text in "abcd"]
    results = at_once(*saves)
    assert [one for one in results if isinstance(one, int)] == [2]
    assert sum(isinstance(one, actions.Stale) for one in results) == 3
