"""Deny by default: an action opens to those who hold the permission it names."""

from typing import Any

from rest_framework import permissions
from rest_framework.request import Request

from api.actor import Actor


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
        return needed is not None and actor.may(needed)
