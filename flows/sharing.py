"""Flows, as things that may be shared one by one."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.inbox.rights import sees_own_only, sees_phones
from flows.graph import Problem
from flows.models import Flow
from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind
from tenants.sharing.queries import closed_to, holds, opened_to, reached, visible
from tenants.sharing.rights import Right

FLOW: Final = "flow"


def living() -> QuerySet[Flow]:
    """Those that a plan counts (PLAN_THINGS): one that was put away makes room."""
    return Flow.objects.filter(archived_at=None)


def _rows() -> QuerySet[Flow]:
    return Flow.objects.defer("draft")


def _link(flow: Any) -> str:
    return reverse("flows:flow", args=[flow.public_id])


KINDS = [
    Kind(
        FLOW,
        _("Flow"),
        {Right.VIEW: Permission.FLOWS_SEE, Right.EDIT: Permission.FLOWS_EDIT, Right.DELETE: Permission.FLOWS_EDIT},
        rows=_rows,
        link=_link,
    )
]


def sees_runs(who: Any, flow: UUID | None = None) -> bool:
    """Whether they may see the runs of this flow (of any): these tell what guests said.

    To whom a flow was given they are open too, unless the salon's rules keep some guests or phones from them.
    """
    if holds(who, Permission.EXECUTIONS_SEE):
        return flow not in closed_to(who, FLOW)
    given = opened_to(who, FLOW)
    return bool(given if flow is None else flow in given) and _sees_all_guests(who)


def _sees_all_guests(who: Any) -> bool:
    return holds(who, Permission.INBOX_SEE) and not sees_own_only(who) and sees_phones(who)


def unseen_in(who: Any, graph: Any, before: Any = None) -> list[Problem]:
    """Steps that call a flow which they may not see, and which no step of the drawing before called."""
    wanted = {node: flow for node, flow in _called(graph) if flow not in {was for _node, was in _called(before)}}
    if not wanted or (holds(who, Permission.FLOWS_SEE) and not closed_to(who, FLOW)):
        return []
    ids = {flow for flow in wanted.values() if _is_uuid(flow)}
    seen = set(map(str, visible(who, Flow.objects.filter(public_id__in=ids), FLOW).values_list("public_id", flat=True)))
    words, hint = gettext("There is no such flow"), gettext("Choose one of the flows that you see.")
    return [Problem(node, "flow", words, hint) for node, flow in wanted.items() if flow in ids and flow not in seen]


def _called(graph: Any) -> list[tuple[str, str]]:
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return [
        (str(node.get("id", "")), str(node.get("flow", "")).lower())
        for node in (nodes if isinstance(nodes, list) else [])
        if isinstance(node, dict) and node.get("type") == "subflow"
    ]


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def check_runs(who: Any) -> None:
    """Raises PermissionDenied for whom runs tell too much."""
    if not holds(who, Permission.EXECUTIONS_SEE) and not _sees_all_guests(who):
        raise PermissionDenied(Permission.EXECUTIONS_SEE.value)


def seen_runs(who: Any, flows: QuerySet[Flow]) -> QuerySet[Flow]:
    """Of these flows those whose runs they may see."""
    return reached(who, flows, FLOW, Permission.EXECUTIONS_SEE)
