"""Rules of the API that a machine holds: every action names its permission, every write honours its key."""

from typing import Any

import pytest
from django.urls import get_resolver

from api.docs import DocsView, SchemaView
from api.errors import nothing_here
from api.permissions import MemberMay
from api.urls import RESOURCES, router
from api.viewset import SalonViewSet
from tenants.access.roles import Permission
from tenants.access.words import OF_THE_API

OPEN_ON_PURPOSE = {
    SchemaView: "the description of the API, without any salon's data",
    DocsView: "the same for people",
    nothing_here: "the answer of every other address",
}
WRITES = {"post", "patch", "put", "delete"}


def _actions() -> list[tuple[type[Any], str, str]]:
    found = []
    for viewset in RESOURCES.values():
        for route in router.get_routes(viewset):
            for method, action in router.get_method_map(viewset, route.mapping).items():
                if method in viewset.http_method_names:
                    found.append((viewset, method, action))
    return found


@pytest.mark.parametrize("viewset", RESOURCES.values())
def test_every_resource_keeps_the_common_guard(viewset: type[Any]) -> None:
    assert issubclass(viewset, SalonViewSet)
    assert viewset.permission_classes == [MemberMay]
    assert viewset.authentication_classes == SalonViewSet.authentication_classes


def test_every_action_names_its_permission() -> None:
    named = {(viewset, action) for viewset, _, action in _actions() if action in viewset.permissions}
    assert {(viewset, action) for viewset, _, action in _actions()} == named
    assert all(isinstance(one, Permission) for viewset, _, _ in _actions() for one in viewset.permissions.values())


def test_a_key_can_be_given_what_the_api_asks_for() -> None:
    """TN-007: and nothing that would open nothing."""
    asked = {permission for viewset in RESOURCES.values() for permission in viewset.permissions.values()}
    assert asked <= set(OF_THE_API)
    # What a body may ask for besides, and what is read by a key that looks after the salon.
    assert set(OF_THE_API) - asked <= {Permission.AUDIT_SEE, Permission.BOOKINGS_OVERRIDE}


def test_no_permission_is_named_for_an_action_that_is_gone() -> None:
    actions = {(viewset, action) for viewset, _, action in _actions()}
    assert {(viewset, name) for viewset in RESOURCES.values() for name in viewset.permissions} <= actions


def test_every_write_honours_the_idempotency_key() -> None:
    for viewset, method, action in _actions():
        if method in WRITES:
            assert getattr(getattr(viewset, action), "is_idempotent", False), f"{viewset.__name__}.{action}"


def test_every_address_is_a_resource_or_open_on_purpose() -> None:
    seen = set()
    for pattern in get_resolver("api.urls").url_patterns:
        view = pattern.callback
        known = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
        if known in OPEN_ON_PURPOSE:
            seen.add(known)
        else:
            assert known in set(RESOURCES.values()), pattern
    assert seen == OPEN_ON_PURPOSE.keys(), "the list above is stale"
