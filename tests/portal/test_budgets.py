"""UX-004: no page asks more than twelve questions, and none of them grows with the salon's past."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows.models import FlowExecution
from ops.salon import inside
from tests.portal.conftest import Guest
from tests.portal.crowd import fill
from tests.world import Browser

MOST_QUERIES = 12
PAGES = (
    *("/", "/inbox/", "/inbox/?show=waiting", "/inbox/?show=attention", "/inbox/?show=closed", "/inbox/{talk}/"),
    *("/inbox/{talk}/?part=messages", "/inbox/{talk}/?part=head", "/contacts/", "/contacts/?search=Lima"),
    *("/inbox/?who=nobody", "/inbox/?unread=1", "/inbox/?search=souza+guest", "/contacts/?search=guest+19999+souza"),
    *("/contacts/?sort=name", "/contacts/?sort=seen", "/deals/"),
    *("/contacts/?search=1190000", "/contacts/{contact}/", "/flows/", "/flows/{flow}/", "/flows/contacts/{contact}/"),
    *("/flows/{flow}/executions/", "/flows/{flow}/executions/?status=failed", "/flows/{flow}/executions/{run}/"),
)
# Tables that grow with the years: none of them may be read from end to end.
GROWING = ("message", "conversation", "flow_step", "flow_execution", "identity", "contact")
MAY_READ_ALL = {
    # No run has failed: an index by status would be written at every step of every run.
    "/flows/{flow}/executions/?status=failed": {"flow_execution"},
}


def address(page: str, guest: Guest, run: FlowExecution) -> str:
    return page.format(
        talk=guest.conversation.public_id, contact=guest.contact.public_id, flow=run.flow.public_id, run=run.public_id
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_at_most_twelve_questions(alice: Browser, guest: Guest, run: FlowExecution, page: str) -> None:
    with inside(guest.salon_id):
        fill(people=300, messages_each=3)
    with CaptureQueriesContext(connection) as asked:
        assert alice.get(address(page, guest, run)).status_code == 200
    questions = [one["sql"] for one in asked if not one["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))]
    # The salon of a host and its plan are asked for every few seconds: by chance it may be this page's turn.
    questions = [one for one in questions if 'FROM "domain"' not in one and "public.plan_version" not in one]
    assert len(questions) <= MOST_QUERIES, "\n".join(questions)


def test_no_page_reads_a_growing_table_from_end_to_end(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    """With 20,000 conversations and 100,000 messages."""
    with inside(guest.salon_id):
        fill(people=20_000, messages_each=5)
    found = {}
    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            alice.get(address(page, guest, run))
        questions = [one["sql"] for one in asked if one["sql"].strip().startswith("SELECT")]
        with inside(guest.salon_id):
            read = {table for question in questions for table in read_whole(question)}
        if bad := read - MAY_READ_ALL.get(page, set()):
            found[page] = bad
    assert not found


def read_whole(question: str) -> set[str]:
    """Growing tables that PostgreSQL reads from end to end to answer."""
    if not any(re.search(rf"\b{table}\b", question) for table in GROWING):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {question}")
        plan = cursor.fetchone()[0]
    return {
        node["Relation Name"]
        for node in nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING
    }


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan's nodes, each once."""
    return [plan, *(below for part in plan.get("Plans", []) for below in nodes(part))]
