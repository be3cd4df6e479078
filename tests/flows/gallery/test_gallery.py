"""The gallery, and taking a flow of it (FL-013)."""

import pytest
from django.urls import set_urlconf

from channels_wa.message_templates.models import MessageTemplate
from flows.gallery.needs import missing_of
from flows.gallery.ready import ORDER, ready_flow
from flows.models import FlowTest
from ops.salon import inside
from tests.bookings.conftest import make_chair
from tests.flows.gallery.conftest import flows_of
from tests.world import Browser


def test_it_shows_all_in_the_language_one_chooses(alice: Browser) -> None:
    page = alice.get_page("/flows/gallery/", language="es")
    assert all(ready_flow(slug, "es").name in page for slug in ORDER)


def test_it_can_be_searched(alice: Browser) -> None:
    page = alice.get_page("/flows/gallery/", language="en", search="birthday")
    assert "Birthday" in page
    assert "Frequent questions" not in page


def test_a_flow_is_shown_with_its_talk_and_what_it_needs(alice: Browser) -> None:
    page = alice.get_page("/flows/gallery/reminder/", language="en")
    assert "See you then" in page or "see you then" in page
    assert "lembrete_visita (en_US), approved by WhatsApp" in page
    assert "Use it now" not in page


def test_what_needs_nothing_can_be_used_at_once(alice: Browser, aurora: int) -> None:
    answer = alice.post("/flows/gallery/booking_request/install/", {"language": "pt_BR", "publish": "1"})
    (flow,) = flows_of(aurora)
    assert (answer.status_code, answer["Location"]) == (303, f"/flows/{flow.public_id}/")
    assert (flow.name, flow.origin, flow.is_active) == ("Agendar", "booking_request", True)
    assert flow.published is not None
    assert flow.published.graph == ready_flow("booking_request").graph
    # Two of them would want the same guests.
    assert f'<a href="/flows/{flow.public_id}/">Agendar</a>' in alice.get_page("/flows/gallery/booking_request/")


def test_it_brings_its_tests(alice: Browser, aurora: int) -> None:
    alice.post("/flows/gallery/faq/install/", {"language": "en", "publish": "0"})
    with inside(aurora):
        assert FlowTest.objects.count() == len(ready_flow("faq").tests)


def test_what_needs_a_template_stays_a_draft(alice: Browser, aurora: int) -> None:
    """It would start and fail: that is said instead."""
    alice.post("/flows/gallery/birthday/install/", {"language": "en", "publish": "1"})
    (flow,) = flows_of(aurora)
    assert (flow.published, flow.draft is not None) == (None, True)


def test_the_template_it_needs_is_written_for_the_owner(alice: Browser, aurora: int) -> None:
    answer = alice.post("/flows/gallery/birthday/templates/", {"language": "es"})
    with inside(aurora):
        (template,) = MessageTemplate.objects.all()
    assert (template.name, template.language, template.category) == ("parabens", "es", "marketing")
    assert answer["Location"] == f"/templates/{template.public_id}/"


def test_a_template_that_is_there_is_not_written_twice(alice: Browser, aurora: int) -> None:
    for _ in range(2):
        alice.post("/flows/gallery/birthday/templates/", {"language": "es"})
    with inside(aurora):
        assert MessageTemplate.objects.count() == 1


@pytest.mark.parametrize("path", ["/flows/gallery/nothing/", "/flows/gallery/ready/"])
def test_an_unknown_flow_is_not_found(alice: Browser, path: str) -> None:
    assert alice.get(path).status_code == 404


def test_who_may_not_edit_takes_nothing(vera: Browser, aurora: int) -> None:
    assert vera.post("/flows/gallery/faq/install/", {"language": "en", "publish": "1"}).status_code == 403
    assert vera.post("/flows/gallery/birthday/templates/", {"language": "en"}).status_code == 403
    assert flows_of(aurora) == []


def test_it_is_taken_into_ones_own_salon_alone(charlie: Browser, aurora: int, other: int) -> None:
    charlie.post("/flows/gallery/faq/install/", {"language": "en", "publish": "0"})
    assert (len(flows_of(aurora)), len(flows_of(other))) == (0, 1)


def test_a_booking_flow_says_that_it_needs_a_service(aurora: int) -> None:
    """FL-013: what it needs is told before it is installed."""
    set_urlconf("config.urls_salon")
    named = {"nodes": [{"id": "s", "type": "find_slots", "services": ["0198c0de-0000-7000-8000-000000000001"]}]}
    with inside(aurora):
        before = {one.need.kind for one in missing_of(ready_flow("booking").graph)}
        make_chair(aurora)
        after = {one.need.kind for one in missing_of(ready_flow("booking").graph)}
        assert "service" in {one.need.kind for one in missing_of(named)}
    set_urlconf(None)
    assert "calendar" in before
    assert "calendar" not in after
