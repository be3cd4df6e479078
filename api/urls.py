"""Addresses under /api/."""

from typing import Any

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from api.docs import DocsView, SchemaView
from api.errors import nothing_here
from api.v1.audit import AuditViewSet
from api.v1.availability import AvailabilityViewSet
from api.v1.bookings import BookingViewSet
from api.v1.connections import ConnectionViewSet
from api.v1.consents import ConsentViewSet
from api.v1.contacts import ContactViewSet
from api.v1.conversations import ConversationViewSet
from api.v1.deals import DealViewSet
from api.v1.executions import ExecutionViewSet
from api.v1.flows import FlowViewSet
from api.v1.media import MediaViewSet
from api.v1.message_templates import MessageTemplateViewSet
from api.v1.messages import MessageViewSet
from api.v1.pipelines import PipelineViewSet
from api.v1.professionals import ProfessionalViewSet
from api.v1.segments import CustomFieldViewSet, SegmentViewSet, TagViewSet
from api.v1.services import ServiceViewSet
from api.v1.tasks import TaskViewSet
from api.v1.teams import MemberViewSet, TeamViewSet
from api.v1.usage import UsageViewSet
from api.v1.waitlist import WaitlistViewSet
from api.viewset import SalonViewSet


class Router(SimpleRouter):
    """Routes of what a resource has; one that names no permission for showing one row has no address of rows."""

    def get_method_map(self, viewset: Any, method_map: Any) -> dict[str, str]:
        """The actions by method."""
        found = super().get_method_map(viewset, method_map)
        return {method: name for method, name in found.items() if name != "retrieve" or name in viewset.permissions}


router = Router()
# A slash that was left out is no reason to fail, and a redirect would lose the body of a POST.
router.trailing_slash = "/?"
RESOURCES: dict[str, type[SalonViewSet[Any]]] = {
    "contacts": ContactViewSet,
    "tags": TagViewSet,
    "custom-fields": CustomFieldViewSet,
    "segments": SegmentViewSet,
    "consents": ConsentViewSet,
    "conversations": ConversationViewSet,
    "teams": TeamViewSet,
    "members": MemberViewSet,
    "messages": MessageViewSet,
    "media": MediaViewSet,
    "message-templates": MessageTemplateViewSet,
    "deals": DealViewSet,
    "pipelines": PipelineViewSet,
    "tasks": TaskViewSet,
    "services": ServiceViewSet,
    "professionals": ProfessionalViewSet,
    "availability": AvailabilityViewSet,
    "bookings": BookingViewSet,
    "waitlist": WaitlistViewSet,
    "flows": FlowViewSet,
    "executions": ExecutionViewSet,
    "connections": ConnectionViewSet,
    "usage": UsageViewSet,
    "audit": AuditViewSet,
}
for resource, viewset in RESOURCES.items():
    router.register(f"v1/{resource}", viewset, basename=resource)

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    # Without the slash too: the last line would hide Django's redirect.
    path("schema", SchemaView.as_view()),
    path("docs", DocsView.as_view()),
    re_path(r"^[\s\S]*\Z", nothing_here),
]
