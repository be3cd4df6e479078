"""/api/v1/flows/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Instant
from api.filters import YesNoFilter
from api.idempotency import idempotent
from api.seeing import check_contact
from api.v1.executions import ExecutionOut, shown_executions
from api.v1.flow_bodies import DraftIn, FlowIn, FlowPatch, PublishIn, StartIn
from api.v1.recipients import contact_of
from api.viewset import SalonViewSet
from crm.inbox.sending import CannotSend, first_number
from flows import actions
from flows.actions.drafts import drawing_of
from flows.builder.reading import problems_of
from flows.graph import GraphError
from flows.models import Flow, FlowVersion
from flows.sharing import FLOW, unseen_in
from flows.triggers.by_hand import CannotBegin, begin
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.audit import actions as audit

EXAMPLE = {
    "id": "019a1f5d-2a11-7c44-9c3e-0b4de2f8a777",
    "name": "Boas-vindas",
    "is_active": True,
    "trigger": {"on": "any_message"},
    "priority": 0,
    "version": 3,
    "created_at": "2026-11-01T12:00:00Z",
}
GRAPH = {"version": 1, "nodes": [{"id": "start", "type": "start"}], "edges": []}
DRAFT = {"revision": 12, "graph": GRAPH, "problems": []}
VERSION = {
    "version": 3,
    "note": "",
    "published_at": "2026-11-20T15:00:00Z",
    "published_by": "Alice",
    "is_current": True,
}
WHY_NOT = {
    "busy": "Another flow waits for this guest's answer; ask with interrupt to end it.",
    "people": "A person answers this guest now; ask with interrupt to let flows answer again.",
    "gone": "This flow cannot begin: it is not published, switched off, paused or put away; or no number is connected.",
    "too_often": "Too many flows began with this guest within an hour.",
}


@described("Flow", EXAMPLE)
class FlowOut(serializers.Serializer[Any]):
    """A conversation as a drawing."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_active = serializers.BooleanField(help_text="Whether it starts by itself.")
    trigger = serializers.DictField(help_text='When it starts, e.g. {"on": "any_message"}.')
    priority = serializers.IntegerField(help_text="Among flows that want the same message the highest wins.")
    version = serializers.IntegerField(allow_null=True, help_text="Number of the published version.")
    created_at = Instant()


@described("FlowWithGraph", {**EXAMPLE, "graph": GRAPH})
class FlowDetail(FlowOut):
    """With its published drawing."""

    graph = serializers.DictField(allow_null=True, help_text="Nodes, and edges from their exits.")


class ProblemOut(serializers.Serializer[Any]):
    """Something that is not right with a drawing."""

    node = serializers.CharField(help_text="Empty: the whole drawing.")
    field = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    level = serializers.ChoiceField(choices=("error", "warning"), help_text="Errors keep it from being published.")


@described("FlowDraft", DRAFT)
class DraftOut(serializers.Serializer[Any]):
    """The drawing that is being worked on."""

    revision = serializers.IntegerField(help_text="Counts up with each change.")
    graph = serializers.DictField()
    problems = ProblemOut(many=True)


@described("FlowVersion", VERSION)
class VersionOut(serializers.Serializer[Any]):
    """A drawing that was published, never changed again."""

    version = serializers.IntegerField()
    note = serializers.CharField()
    published_at = Instant()
    published_by = serializers.CharField(allow_null=True)
    is_current = serializers.BooleanField()


class FlowFilter(django_filters.FilterSet):
    """Filters of the list."""

    is_active = YesNoFilter()


class FlowViewSet(SalonViewSet[Flow]):
    """The salon's flows."""

    what = "flow"
    shared = FLOW
    http_method_names = ["get", "post", "patch", "put", "head"]
    permissions = {
        "list": Permission.FLOWS_SEE,
        "retrieve": Permission.FLOWS_SEE,
        "create": Permission.FLOWS_EDIT,
        "partial_update": Permission.FLOWS_EDIT,
        "draft": Permission.FLOWS_SEE,
        "put_draft": Permission.FLOWS_EDIT,
        "publish": Permission.FLOWS_EDIT,
        "resume": Permission.FLOWS_EDIT,
        "versions": Permission.FLOWS_SEE,
        "start": Permission.INBOX_ANSWER,
    }
    queryset = Flow.objects.select_related("published").defer("published__graph", "draft")
    serializer_class = FlowOut
    filterset_class = FlowFilter

    def get_queryset(self) -> QuerySet[Flow]:
        """What was put away is found by its id only."""
        rows: QuerySet[Flow] = super().get_queryset()
        return rows.filter(archived_at=None) if self.action == "list" else rows

    def present(self, rows: Sequence[Flow]) -> Sequence[object]:
        """With the number of the published version."""
        return [_shown(row) for row in rows]

    @extend_schema(responses=FlowDetail)
    def retrieve(self, request: Request, id: str) -> Response:
        """One flow with its graph."""
        flow = self.load(id)
        graph = flow.published.graph if flow.published else None
        return Response(FlowDetail({**_shown(flow), "graph": graph}).data)

    @extend_schema(request=FlowIn, responses={201: FlowOut})
    @idempotent
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Take a flow in as a draft; it begins nothing until it is published."""
        data = self.read(FlowIn)
        if unseen := unseen_in(self.actor.who, data.get("graph")):
            raise _refused(GraphError(unseen))
        try:
            flow = actions.draw(
                data["name"], data.get("graph"), by=self.actor.member, settings=data.get("settings"), origin="api"
            )
        except GraphError as error:
            raise _refused(error) from error
        except actions.BadName as error:
            raise invalid("name", str(error)) from error
        self._note(flow, "created")
        return self.shown(flow, status.HTTP_201_CREATED)

    @extend_schema(request=FlowPatch, responses=FlowOut)
    @idempotent
    @transaction.atomic
    def partial_update(self, request: Request, id: str) -> Response:
        """Call it otherwise, switch it, or let it go before others."""
        flow, data, by = self.load(id), self.read(FlowPatch), self.actor.member
        try:
            if "name" in data:
                actions.rename(flow, data["name"], by=by)
            if "is_active" in data:
                actions.switch(flow, on=data["is_active"], by=by)
            if "priority" in data:
                actions.set_priority(flow, data["priority"], by=by)
        except actions.BadName as error:
            raise invalid("name", str(error)) from error
        except actions.Archived as error:
            raise _put_away() from error
        self._note(flow, "changed", **data)
        return Response(self.show([self.load(id)])[0])

    @extend_schema(responses=DraftOut)
    @action(detail=True)
    def draft(self, request: Request, id: str) -> Response:
        """The drawing that is being worked on; as published, where nobody changed it."""
        return Response(_draft(self.load(id)))

    @extend_schema(request=DraftIn, responses=DraftOut)
    @draft.mapping.put
    @idempotent
    @transaction.atomic
    def put_draft(self, request: Request, id: str) -> Response:
        """Put a drawing in its place. 409 where another revision was saved meanwhile."""
        flow, data = self.load(id), self.read(DraftIn)
        if unseen := unseen_in(self.actor.who, data["graph"], drawing_of(flow)):
            raise _refused(GraphError(unseen))
        try:
            actions.save_draft(flow, data["graph"], data["revision"], by=self.actor.member)
        except GraphError as error:
            raise _refused(error) from error
        except actions.Stale as error:
            raise _stale(error) from error
        except actions.Archived as error:
            raise _put_away() from error
        self._note(flow, "draft_changed")
        return Response(_draft(self.load(id)))

    @extend_schema(request=PublishIn, responses={201: VersionOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def publish(self, request: Request, id: str) -> Response:
        """Let guests meet the draft. What runs goes on by the version it began with."""
        flow, data = self.load(id), self.read(PublishIn)
        revision = data.get("revision", flow.draft_revision)
        try:
            version = actions.publish_draft(flow, by=self.actor.member, revision=revision, note=data["note"])
        except GraphError as error:
            raise _refused(error) from error
        except actions.Stale as error:
            raise _stale(error) from error
        except actions.NothingToPublish as error:
            raise Conflict("The draft is what is published already.", code="nothing_to_publish") from error
        except actions.TestsFailed as error:
            names = ", ".join(sorted(str(one.name) for one in error.failed))
            raise Conflict(f"Tests of the flow failed: {names}.", code="tests_failed") from error
        except actions.Archived as error:
            raise _put_away() from error
        self._note(flow, "published", version=version.number)
        return Response(_version(version, flow_version=version.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=FlowOut)
    @action(detail=True, methods=["post"])
    @idempotent
    @transaction.atomic
    def resume(self, request: Request, id: str) -> Response:
        """Let it begin again after its failures had paused it."""
        flow = self.load(id)
        try:
            actions.resume(flow, by=self.actor.member)
        except actions.Archived as error:
            raise _put_away() from error
        self._note(flow, "resumed")
        return Response(self.show([self.load(id)])[0])

    @extend_schema(responses=VersionOut(many=True), filters=False)
    @action(detail=True)
    def versions(self, request: Request, id: str) -> Response:
        """What was published, newest first."""
        flow = self.load(id)
        rows: Any = FlowVersion.objects.filter(flow=flow).select_related("published_by").defer("graph")
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_version(one, flow_version=flow.published_id) for one in page])

    @extend_schema(
        request=StartIn, responses={202: OpenApiResponse(ExecutionOut, description="The run, as it is by now.")}
    )
    @action(detail=True, methods=["post"])
    @idempotent
    @transaction.atomic
    def start(self, request: Request, id: str) -> Response:
        """Begin a flow with a contact. What it says is started by the salon: consent and the service window hold."""
        flow, data = self.load(id), self.read(StartIn)
        try:
            number = data.get("number")
            contact = data.get("contact") or contact_of(
                data["to"], number or first_number(who=self.actor.who), by=self.actor.who
            )
            check_contact(self.actor.who, contact, "contact" if "contact" in data else "to")
            execution = begin(
                flow,
                contact,
                by=self.actor.who,
                number_id=number.pk if number else None,
                variables=data.get("variables"),
                takes_over=data["interrupt"],
            )
        except CannotSend as error:
            raise Conflict(str(error), code="no_number") from error
        except CannotBegin as error:
            raise Conflict(WHY_NOT[error.fate.value], code=f"cannot_begin_{error.fate.value}") from error
        where = request.build_absolute_uri(f"/api/v1/executions/{execution.public_id}/")
        [shown] = ExecutionOut(shown_executions([execution]), many=True).data
        return Response(shown, status=status.HTTP_202_ACCEPTED, headers={"Location": where})

    def _note(self, flow: Flow, what: str, **after: Any) -> None:
        """The verbs note members; a key is noted here."""
        if isinstance(self.actor.who, ApiKey):
            audit.record(f"api.flow.{what}", subject=flow.public_id, by=self.actor.who, after=after or None)


def _shown(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.public_id,
        "name": flow.name,
        "is_active": flow.is_active,
        "trigger": flow.trigger,
        "priority": flow.priority,
        "version": flow.published.number if flow.published else None,
        "created_at": flow.created_at,
    }


def _draft(flow: Flow) -> Any:
    graph = drawing_of(flow)
    problems = problems_of(graph, str(flow.public_id))
    return DraftOut({"revision": flow.draft_revision, "graph": graph, "problems": problems}).data


def _version(one: FlowVersion, *, flow_version: int | None) -> Any:
    return VersionOut(
        {
            "version": one.number,
            "note": one.note,
            "published_at": one.published_at,
            "published_by": one.published_by.name if one.published_by else None,
            "is_current": one.pk == flow_version,
        }
    ).data


def _refused(error: GraphError) -> serializers.ValidationError:
    """Each problem at its place: `graph.nodes.<id>.<field>`."""
    found: dict[str, list[str]] = {}
    for one in error.problems:
        place = ".".join(part for part in ("graph", f"nodes.{one.node}" if one.node else "", one.field) if part)
        found.setdefault(place, []).append(f"{one.message}. {one.hint}".strip(". ") + ".")
    return serializers.ValidationError(found, "graph")


def _stale(error: actions.Stale) -> Conflict:
    words = f"Revision {error.revision} was saved meanwhile by {error.by or 'a program'}."
    return Conflict(words, field="revision", code="stale")


def _put_away() -> Conflict:
    return Conflict("This flow was put away; bring it back first.", code="archived")
