"""Runs of flows: what a guest answered stands in their variables and steps."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from flows.privacy_rules import RETENTION  # noqa: F401
from flows.runtime.cancelling import cancel_many
from tenants.privacy.declaring import BY_NAME, BY_RULE, LEAVES, OF_CONTACT, OF_RUN, ROWS, Nothing, Table
from tenants.privacy.whom import Person

TABLES = [
    Table(
        "flow_call",
        holds=("request", "response", "error"),
        also=("kind", "created_at", "status_code"),
        why=_("To show what a flow asked of other programs"),
        kept=BY_RULE,
        where=OF_RUN,
        order=LEAVES,
        label=_("Calls of flows"),
    ),
    Table(
        "flow_step",
        holds=("changes", "input", "error"),
        also=("node", "type", "at", "event"),
        why=_("To show how a flow went"),
        kept=BY_RULE,
        where=OF_RUN,
        order=LEAVES,
        label=_("Steps of flows"),
    ),
    Table(
        "flow_execution",
        holds=("state", "error"),
        also=("public_id", "status", "began_by", "started_at", "ended_at"),
        why=_("To know where a guest stands in a flow"),
        kept=BY_RULE,
        where=OF_CONTACT,
        order=ROWS,
        label=_("Runs of flows"),
    ),
    Table(
        "flow_simulation",
        holds=("state", "graph"),
        why=_("To try a flow; a real run may have been its model"),
        kept=_("until it is begun anew"),
        where="(t.state::text LIKE ANY(%(likes)s) OR t.graph::text LIKE ANY(%(likes)s))",
        in_export=False,
        is_of_many=True,
        order=BY_NAME,
        label=_("Trials of flows"),
    ),
    Table(
        "flow_test",
        holds=("script", "result"),
        why=_("To test a flow; a real talk may have been its model"),
        kept=_("as long as the flow"),
        where="(t.script::text LIKE ANY(%(likes)s) OR t.result::text LIKE ANY(%(likes)s))",
        in_export=False,
        is_of_many=True,
        order=BY_NAME,
        label=_("Tests of flows"),
    ),
    Nothing("flow", _("drawings of the salon's own")),
    Nothing("flow_version", _("drawings of the salon's own")),
    Nothing("flow_revision", _("drawings of the salon's own")),
    Nothing("flow_count", _("how often a step was reached")),
    Nothing("flow_secret", _("keys of programs, sealed")),
    Nothing("flow_circuit", _("names of hosts")),
]


def before_erasure(person: Person) -> None:
    """Nothing of a flow happens to them any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM flow_execution WHERE contact_id = ANY(%s) AND status IN ('running', 'waiting') "
            "ORDER BY id FOR UPDATE",
            [list(person.ids)],
        )
        cancel_many([pk for (pk,) in cursor.fetchall()], why="erased")
