"""The console: the newest steps of a flow or of one run, what of them is shown, and where news of more come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from crm.contacts.models import Contact
from flows.console.rows import steps_of
from flows.console.runs import Contacts
from flows.models import Flow, FlowExecution, FlowStep
from flows.sharing import sees_runs
from portal.frame.keyset import by_id
from tenants.access.guard import SalonRequest

STEPS_A_PAGE = 50
# Of a guest's runs the newest: the console is not the place for the years before.
RUNS_OF_A_GUEST = 200


@dataclass(frozen=True)
class Shown:
    """What of a console is wanted; empty is all of it. `contact` and `execution` are public ids."""

    execution: str = ""
    contact: str = ""
    node: str = ""
    errors: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Shown":
        """As an address says it; what is no id is not asked for."""
        return cls(
            execution=_id(query.get("execution", "")),
            contact=_id(query.get("contact", "")),
            node=query.get("node", "")[:60].replace("\0", ""),
            errors=query.get("errors", "") == "1",
        )

    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        found = {"execution": self.execution, "contact": self.contact, "node": self.node}
        return {name: value for name, value in found.items() if value} | ({"errors": "1"} if self.errors else {})

    def of(self, steps: QuerySet[FlowStep], flow_id: int) -> QuerySet[FlowStep]:
        """These steps of a flow only."""
        if self.execution:
            run = FlowExecution.objects.filter(flow_id=flow_id, public_id=self.execution)
            steps = steps.filter(execution=run.values("pk")[:1])
        if self.contact:
            guest = Contact.objects.filter(public_id=self.contact).values_list("pk", flat=True).first() or 0
            runs = FlowExecution.objects.filter(contact_id=guest).order_by("-pk")
            steps = steps.filter(execution__in=list(runs.values_list("pk", flat=True)[:RUNS_OF_A_GUEST]))
        if self.node:
            steps = steps.filter(node=self.node)
        return steps.exclude(error="") if self.errors else steps

    def fits(self, message: Mapping[str, Any]) -> bool:
        """Whether a step that was rendered for everybody (consumers.message_of) is one of these."""
        return (
            self.execution in ("", message["execution"])
            and self.contact in ("", message["contact"])
            and self.node in ("", message["node"])
            and (not self.errors or bool(message["error"]))
        )


def console_of(
    request: SalonRequest, flow: Flow, run: FlowExecution | None = None, contacts: Contacts | None = None
) -> dict[str, Any]:
    """What a page with a console needs: the newest steps, and where news of more come from."""
    if not sees_runs(request.member, flow.public_id):
        nothing = dict.fromkeys(("older_url", "live_path", "console_url", "counts_url"), "")
        return {"steps": [], "execution": run, "shown": Shown(), "are_gone": False, "last_seq": 0, **nothing}
    shown = Shown.read(request.GET)
    before = request.GET.get("before", "")
    steps = shown.of(FlowStep.objects.filter(flow_id=flow.pk), flow.pk)
    if run:
        steps = steps.filter(execution=run)
    rows = steps.select_related("execution__flow").defer("execution__state", "execution__flow__draft")
    page = by_id(rows, before=before, size=STEPS_A_PAGE)
    own = console_url(flow, run)
    live = urlencode({"execution": str(run.public_id)} if run else {})
    return {
        "steps": steps_of(page.rows, outside=run is not None, contacts=contacts),
        "older_url": page.next_url(own, **shown.query()),
        "execution": run,
        "shown": shown,
        # Pruned (flows.console.pruning): it had steps once.
        "are_gone": bool(run and run.last_seq and not page.rows and not before),
        "live_path": f"/ws/flows/{flow.public_id}/console/" + (f"?{live}" if live else ""),
        "last_seq": page.rows[0].pk if page.rows else 0,
        "console_url": own,
        "sees_runs": True,
        "counts_url": "" if run else reverse("flows:counts", args=[flow.public_id]),
    }


def console_url(flow: Flow, run: FlowExecution | None) -> str:
    """Where the steps are read from, without the page around them."""
    if run:
        return reverse("flows:execution_steps", args=[flow.public_id, run.public_id])
    return reverse("flows:console", args=[flow.public_id])


@dataclass(frozen=True)
class Way:
    """Where a run went: nodes and edges, the newest node, and the newest that had an error."""

    nodes: list[str]
    edges: list[str]
    newest: str
    erred: str


def way_of(run: FlowExecution) -> Way:
    """The way of a run, however often it went round."""
    taken = run.steps.order_by().values("node", "edge")
    found = list(taken.annotate(newest=Max("seq"), erred=Max("seq", filter=~Q(error=""))))
    newest = max(found, key=lambda one: one["newest"], default=None)
    erred = max((one for one in found if one["erred"]), key=lambda one: one["erred"], default=None)
    return Way(
        sorted({one["node"] for one in found}),
        sorted({one["edge"] for one in found if one["edge"]}),
        newest["node"] if newest else "",
        erred["node"] if erred else "",
    )


def path_of(run: FlowExecution | None, way: Way | None = None) -> dict[str, Any]:
    """Where a run went, for the canvas to light up."""
    if run is None:
        return {"nodes": [], "edges": [], "current": None, "execution": None}
    way = way or way_of(run)
    is_active = run.status in (FlowExecution.Status.RUNNING, FlowExecution.Status.WAITING)
    return {
        "nodes": way.nodes,
        "edges": way.edges,
        "current": way.newest or None if is_active else None,
        "execution": str(run.public_id),
    }


def _id(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""
