"""Putting ready flows into a salon without asking anybody."""

from flows import actions
from flows.gallery.actions import make, of_ready
from flows.gallery.ready import LANGUAGES, ready_flow
from flows.models import Flow

DEMO = ("welcome", "booking", "change_visit", "rebooking")


def install(slug: str, language: str = LANGUAGES[0]) -> Flow:
    """Make a ready flow the salon's own, with its tests, and publish it. Raises NoSuchFlow."""
    flow = make(of_ready(ready_flow(slug, language)), by=None, origin=slug)
    actions.publish_draft(flow, by=None, revision=flow.draft_revision)
    flow.refresh_from_db()
    return flow


def install_demo_flows() -> None:
    """What the demo salon answers with."""
    for slug in DEMO:
        install(slug)
