"""Making flows of ready ones, of files and of what other salons gave; giving one's own."""

from django.db import transaction
from django.db.models import F

from channels_wa.message_templates import actions as message_templates
from channels_wa.message_templates.drafts import from_form
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from flows import actions as flows
from flows.gallery.exchange import FlowFile, check_graph
from flows.gallery.models import SharedFlow
from flows.gallery.needs import FILE, FLOW, MEMBER, PROFESSIONAL, SERVICE, STAGE, needs_of
from flows.gallery.ready import ReadyFlow
from flows.models import Flow, FlowTest
from flows.settings import FlowSettings
from ops.salon import current_salon_id
from tenants.audit import actions as audit
from tenants.members.models import Member

# What stands in a drawing by an id that means nothing in another salon.
OWN_THINGS = (FLOW, MEMBER, FILE, STAGE, SERVICE, PROFESSIONAL)


class CannotShare(ValueError):
    """The flow was not given; `nodes` name what belongs to this salon alone."""

    def __init__(self, nodes: list[str]) -> None:
        super().__init__(", ".join(nodes))
        self.nodes = nodes


@transaction.atomic
def make(found: FlowFile, *, by: Member | None, origin: str = "") -> Flow:
    """A flow of the salon's own, as a draft that starts nothing, with its tests."""
    settings = FlowSettings.read(found.settings).to_json() if found.settings else {}
    flow = flows.draw(found.name, found.graph, by=by, origin=origin, settings=settings)
    FlowTest.objects.bulk_create(
        FlowTest(flow=flow, name=test["name"][:120], script=test["script"], created_by=by) for test in found.tests
    )
    audit.record("flow.imported", subject=flow.public_id, by=by, after={"origin": origin or "file"})
    return flow


def of_ready(ready: ReadyFlow) -> FlowFile:
    """A ready flow as a file would hold it."""
    return FlowFile(
        name=ready.name,
        graph=ready.graph,
        description=ready.description,
        language=ready.language,
        tests=ready.tests,
        templates=ready.templates,
        settings=ready.settings,
    )


def of_shared(shared: SharedFlow) -> FlowFile:
    """One that a salon gave, as a file would hold it."""
    content = shared.content
    return FlowFile(
        name=shared.name,
        graph=content["graph"],
        description=shared.description,
        language=shared.language,
        settings=content.get("settings", {}),
        tests=content.get("tests", []),
        templates=content.get("templates", []),
    )


def exported(flow: Flow, *, description: str = "", language: str = "") -> FlowFile:
    """The flow as it is drawn now, with its tests and settings; no secret's value, nobody's data."""
    graph = flow.draft or (flow.published.graph if flow.published else None)
    tests = FlowTest.objects.filter(flow=flow).order_by("pk")
    return FlowFile(
        name=flow.name,
        graph=graph or {"version": 1, "nodes": [], "edges": []},
        description=description,
        language=language,
        settings=flow.settings,
        tests=[{"name": one.name, "script": one.script} for one in tests],
    )


@transaction.atomic
def write_templates(found: FlowFile, *, by: Member) -> list[MessageTemplate]:
    """Drafts of the message templates that the flow sends and the salon does not have yet; a person submits them."""
    written = []
    for waba_id in list(accounts())[:1]:
        for one in found.templates:
            draft = from_form(one)
            known = MessageTemplate.objects.live().filter(waba_id=waba_id, name=draft.name, language=draft.language)
            if draft.name and not known.exists():
                written.append(message_templates.create(draft, waba_id=waba_id, by=by))
    return written


@transaction.atomic
def share(flow: Flow, *, description: str, language: str, by: Member) -> SharedFlow:
    """Give a flow to all salons; they see it when an operator has read it. Raises CannotShare, CannotRead."""
    found = exported(flow, description=description, language=language)
    check_graph(found.graph)
    if own := sorted({need.node for need in needs_of(found.graph) if need.kind in OWN_THINGS}):
        raise CannotShare(own)
    salon_id = current_salon_id() or 0
    waiting = SharedFlow.objects.filter(
        salon_id=salon_id, flow_public_id=flow.public_id, state=SharedFlow.State.SUBMITTED
    )
    waiting.update(state=SharedFlow.State.WITHDRAWN)
    shared = SharedFlow.objects.create(
        salon_id=salon_id,
        flow_public_id=flow.public_id,
        name=flow.name,
        description=description,
        language=language,
        content=found.to_json(),
    )
    audit.record("flow.shared", subject=flow.public_id, by=by, after={"shared": str(shared.public_id)})
    return shared


@transaction.atomic
def withdraw(shared: SharedFlow, *, by: Member) -> None:
    """Take back what was given; what others have made of it stays theirs."""
    shared.state = SharedFlow.State.WITHDRAWN
    shared.save(update_fields=["state"])
    audit.record("flow.unshared", subject=shared.flow_public_id, by=by, before={"shared": str(shared.public_id)})


def count_install(shared: SharedFlow) -> None:
    """One more salon has it."""
    SharedFlow.objects.filter(pk=shared.pk).update(installs=F("installs") + 1)
