"""Giving a flow to all salons, with an operator's word in between."""

import pytest
from django.test import Client

from flows.actions import draw
from flows.gallery.models import SharedFlow
from flows.gallery.ready import ready_flow
from flows.gallery.reviewing import review
from ops.salon import run_in_salon
from tests.flows.gallery.conftest import flows_of
from tests.operator.conftest import at_operator
from tests.tenants.people import registered
from tests.world import Browser

WORDS = {"description": "Marca um horário pelo WhatsApp", "language": "pt_BR"}


@pytest.fixture
def flow(aurora: int) -> str:
    """A flow of Aurora's."""
    return run_in_salon(aurora, lambda: str(draw("Agendar", ready_flow("booking_request").graph).public_id))


@pytest.fixture
def given(alice: Browser, flow: str) -> SharedFlow:
    """The same, given to all and not read yet."""
    assert alice.post(f"/flows/{flow}/share/", WORDS).status_code == 303
    return SharedFlow.objects.get()


def test_nobody_sees_it_before_an_operator_has_read_it(given: SharedFlow, charlie: Browser) -> None:
    assert given.state == "submitted"
    assert WORDS["description"] not in charlie.get_page("/flows/gallery/", language="pt_BR")
    assert charlie.get(f"/flows/gallery/shared/{given.public_id}/").status_code == 404


def test_an_approved_one_is_taken_by_others(given: SharedFlow, charlie: Browser, other: int) -> None:
    assert review(given, approve=True, by="op@example.com")
    assert WORDS["description"] in charlie.get_page("/flows/gallery/", language="pt_BR")
    charlie.post(f"/flows/gallery/shared/{given.public_id}/install/", {"publish": "1"})
    (made,) = flows_of(other)
    assert (made.name, made.origin) == ("Agendar", str(given.public_id))
    given.refresh_from_db()
    assert given.installs == 1


def test_a_rejected_one_is_not_shown(given: SharedFlow, charlie: Browser) -> None:
    assert review(given, approve=False, by="op@example.com")
    assert charlie.get(f"/flows/gallery/shared/{given.public_id}/").status_code == 404


def test_an_operator_has_one_word(given: SharedFlow) -> None:
    assert review(given, approve=True, by="op@example.com")
    assert not review(given, approve=False, by="op@example.com")
    given.refresh_from_db()
    assert given.state == "approved"


def test_an_operator_reads_and_approves_in_the_admin(given: SharedFlow) -> None:
    operator: Client = at_operator(registered("olga@example.com", is_staff=True).email)
    page = operator.get(f"/operator/gallery/sharedflow/{given.pk}/change/").content.decode()
    assert "Que bom! O que vamos fazer?" in page
    operator.post(
        "/operator/gallery/sharedflow/", {"action": "approve", "_selected_action": [str(given.pk)]}, follow=True
    )
    given.refresh_from_db()
    assert given.state == "approved"


def test_a_newer_word_of_the_salon_takes_the_place_of_the_one_that_waits(
    given: SharedFlow, alice: Browser, flow: str
) -> None:
    alice.post(f"/flows/{flow}/share/", WORDS)
    assert sorted(SharedFlow.objects.values_list("state", flat=True)) == ["submitted", "withdrawn"]


def test_it_can_be_taken_back(given: SharedFlow, alice: Browser) -> None:
    alice.post(f"/flows/gallery/shared/{given.public_id}/withdraw/")
    given.refresh_from_db()
    assert given.state == "withdrawn"


def test_another_salon_takes_nothing_back(given: SharedFlow, charlie: Browser) -> None:
    assert charlie.post(f"/flows/gallery/shared/{given.public_id}/withdraw/").status_code == 404
    given.refresh_from_db()
    assert given.state == "submitted"


def test_what_belongs_to_one_salon_alone_is_not_given(alice: Browser, aurora: int) -> None:
    graph = {
        "version": 1,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "who", "type": "assign", "member": "019a1f60-0d52-7a31-8f02-64a1f0c7e911"},
        ],
        "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "who"}],
    }
    flow = run_in_salon(aurora, lambda: str(draw("Meu", graph).public_id))
    answer = alice.post(f"/flows/{flow}/share/", WORDS)
    assert (answer.status_code, SharedFlow.objects.count()) == (422, 0)
    assert "in: who" in answer.content.decode()


def test_who_may_not_edit_gives_nothing(vera: Browser, charlie: Browser, flow: str) -> None:
    assert vera.post(f"/flows/{flow}/share/", WORDS).status_code == 403
    assert charlie.post(f"/flows/{flow}/share/", WORDS).status_code == 404
    assert SharedFlow.objects.count() == 0
