"""BL-009: where there is no room, nothing is added, and the way out is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.metering import gauges
from billing.metering.kinds import GAUGES
from billing.quotas import gates
from billing.quotas.asking import QuotaExceeded
from channels_wa.media.models import Media
from channels_wa.numbers.models import Number
from config.env import env
from crm.bookings.models import Booking, Professional
from crm.contacts import actions
from crm.contacts.models import Contact
from flows.models import Flow, FlowExecution
from ops.salon import inside
from tests.api.program import Program
from tests.api.test_bookings import body as visit
from tests.api.test_flow_writes import published
from tests.bookings.conftest import Chair, chair
from tests.media import files
from tests.numbers.conftest import meta
from tests.numbers.test_connect import CONNECT, FORM
from tests.world import Browser, Salons

__all__ = ["chair", "meta"]

# What is limited, and a row of it.
ROWS: dict[str, Any] = {
    "contacts": Contact,
    "professionals": Professional,
    "flows": Flow,
    "numbers": Number,
    "storage_mb": Media,
    "bookings": Booking,
    "flow_executions": FlowExecution,
}


@pytest.fixture
def program(salons: Salons, db: None) -> Program:
    """Aurora's, with a manager's key."""
    return Program(salons.aurora)


def test_the_last_place_and_no_more(limit: Callable[..., int]) -> None:
    with inside(limit(contacts=1000)):
        there = Contact.objects.count()
    salon_id = limit(contacts=there + 1)
    with inside(salon_id):
        actions.create(actions.NewContact("Ana"), by=None)
        with pytest.raises(QuotaExceeded):
            actions.create(actions.NewContact("Bia"), by=None)
        assert gates.room("contacts", 5) == 0
        assert Contact.objects.count() == there + 1


def test_programs_get_problem_details(limit: Callable[..., int], program: Program) -> None:
    limit(contacts=0, api_calls=100)
    answer = program.write("contacts/", {"name": "Ana"})
    body = answer.json()
    assert answer.status_code == 403
    assert body["type"] == "urn:cadeira:problem:quota_exceeded"
    assert (body["name"], body["limit"], answer["X-Usage-Limit"]) == ("contacts", 0, "0")
    assert body["way_out"].endswith("/billing/")


def test_calls_are_counted_and_end(limit: Callable[..., int], program: Program) -> None:
    limit(api_calls=2)
    seen = [program.get("/api/v1/contacts/") for _n in range(3)]
    assert [one.status_code for one in seen] == [200, 200, 429]
    assert [one["X-Usage-Remaining"] for one in seen] == ["1", "0", "0"]
    assert int(seen[2]["X-Usage-Reset"]) > 0
    assert int(seen[2]["Retry-After"]) > 0


def test_a_page_says_it_in_words(limit: Callable[..., int], alice: Browser) -> None:
    limit(contacts=0)
    answer = alice.post("/contacts/new/", {"name": "Ana", "phone": ""})
    assert answer.status_code == 403
    assert "/billing/" in answer.content.decode()


@pytest.mark.parametrize("name", ROWS)
def test_each_gate_ends_at_its_limit(
    name: str,
    limit: Callable[..., int],
    program: Program,
    alice: Browser,
    chair: Chair,
    meta: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(env, "storage_url", tmp_path.as_uri())
    flow = published(program)
    acts: dict[str, Callable[[], Any]] = {
        "contacts": lambda: program.write("contacts/", {"name": "Bia"}),
        "professionals": lambda: program.write("professionals/", {"name": "Caio"}),
        "flows": lambda: program.write("flows/", {"name": "Import"}),
        "numbers": lambda: alice.post(CONNECT, FORM),
        "storage_mb": lambda: program.post(
            "/api/v1/media/", {"file": SimpleUploadedFile("a.jpg", files.jpeg(), "image/jpeg")}
        ),
        "bookings": lambda: program.write("bookings/", visit(chair)),
        "flow_executions": lambda: program.write(f"flows/{flow}/start/", {"contact": str(chair.contact.public_id)}),
    }
    salon_id = int(program.salon.pk)

    def rows() -> int:
        with inside(salon_id):
            return int(ROWS[name].objects.count())

    there = gauges.count(salon_id, name) if name in GAUGES else 0
    before = rows()
    limit(**{name: there})
    refused = acts[name]()
    assert (refused.status_code, rows()) == (403, before), refused.content
    assert "/billing/" in (refused.content.decode() if name == "numbers" else refused.json()["way_out"])
    limit(**{name: there + 1})
    taken = acts[name]()
    assert taken.status_code in (201, 202, 302), taken.content
    assert rows() == before + 1
