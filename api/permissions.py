"""Deny by default: an action opens to those who hold the permission it names."""

from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from rest_framework import permissions
from rest_framework.request import Request

from api.actor import Actor
from billing.subscriptions.doors import check_thing
from billing.subscriptions.refusing import require
from billing.subscriptions.states import API_WRITE, SEND_REPLIES
from ops.salon import current_salon_id
from tenants.sharing.queries import was_given_some

_ROOT: Final = "/api/v1/"
# What a guest wants is written down whatever the salon has paid.
_RIGHTS_OF_GUESTS: Final = frozenset({"consents"})
_TALKS: Final = frozenset({"messages", "conversations", "media"})
# Things of which a plan has only so many.
_THINGS: Final = {
    "contacts": "contacts",
    "connections": "numbers",
    "flows": "flows",
    "professionals": "professionals",
}


class MemberMay(permissions.BasePermission):
    """Asks the view which permission its action needs, and the actor whether they hold it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request may go on."""
        actor = request.user
        if not isinstance(actor, Actor):
            return False
        if view.action is None or str(request.method).lower() not in view.http_method_names:
            # A method this address does not have: nothing is done, the answer is 405.
            return True
        needed = view.permissions.get(view.action)
        if needed is None:
            return False
        if not (actor.may(needed) or bool(view.shared and was_given_some(actor.who, view.shared, needed))):
            return False
        if request.method not in permissions.SAFE_METHODS:
            _ask_plan(request.path, view)
        return True


def _ask_plan(path: str, view: Any) -> None:
    """Raises Refused where the subscription's state, or its plan for this thing, lets programs only look."""
    resource, salon_id = path.removeprefix(_ROOT).partition("/")[0], current_salon_id()
    if salon_id is None or resource in _RIGHTS_OF_GUESTS:
        return
    require(salon_id, SEND_REPLIES if resource in _TALKS else API_WRITE)
    if (name := _THINGS.get(resource)) is not None:
        with suppress(ValueError):
            check_thing(salon_id, name, UUID(str(view.kwargs.get("id"))))
