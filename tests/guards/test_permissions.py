"""Deny by default (TN-004): every door names by which right it opens, or stands here with a reason."""

import importlib
import pkgutil
from typing import Any

import pytest
from django.contrib import admin

from api.viewset import SalonViewSet
from config.celery import app
from config.sockets import socket_urls
from ops.doorbell import Doorbell
from ops.operator import OperatorAdmin
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tests.guards import walk

# Views without a permission, and why.
OPEN_ON_PURPOSE = {
    "tenants.accounts.views.front": "leads to the login or to one's salons",
    "tenants.accounts.views.salons": "a person's own list; log-in required",
    "tenants.accounts.views.enter": "asks the membership itself; log-in required",
    "tenants.accounts.views.enter_with_code": "the code is the right",
    "tenants.accounts.views.leave": "ends the caller's own session",
    "tenants.accounts.views.demo_mail": "the demo's mail; 404 anywhere else",
    "django.views.generic.base.RedirectView": "/signup/ leads to the form",
    "portal.frame.language.choose_language": "one's own language",
    "channels_wa.numbers.pages.connect.come_back": "Meta sends people here; the state, which opens once, is the right",
    "crm.bookings.page.views.book.book": "the booking page: for guests, who have no login",
    "crm.bookings.page.views.visit.visit": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.stage": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.code": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.send": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.move": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.cancel": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.earlier": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.file": "the secret in the address is the right to this one visit",
    "crm.bookings.feeds.views.calendar": "calendar programs have no login; the secret in the address is the right",
    "billing.payment_links.views.news": "payment providers tell; their signature is the right",
    "api.docs.SchemaView": "the API's description; shows no salon's data",
    "api.docs.DocsView": "the API's description; shows no salon's data",
    "api.errors.nothing_here": "says 404 in JSON",
}
# Whole packages with doors of their own.
GUARDED_BY_THEMSELVES = {
    "allauth.account.": "log-in, registration, passwords: for strangers by nature",
    "django.contrib.admin.": "/operator/: is_staff (secure_admin_login, AdminSite.admin_view)",
    "channels_wa.gate.admin.": "/operator/: behind AdminSite.admin_view, as all of ModelAdmin's own",
    "django.contrib.contenttypes.": "/operator/r/: behind AdminSite.admin_view",
}


def doors() -> dict[str, Any]:
    """Every view of both hosts by its path."""
    found = [*walk.addresses("config.urls_public"), *walk.addresses("config.urls_salon")]
    return {address.path: address.view for address in found}


def is_guarded(path: str, view: Any) -> bool:
    if isinstance(getattr(view, "permission", None), Permission):
        return True
    resource = getattr(view, "cls", None)
    if isinstance(resource, type) and issubclass(resource, SalonViewSet):
        # Its actions are looked at below.
        return True
    return path.startswith(tuple(GUARDED_BY_THEMSELVES))


def test_every_view_says_who_may_use_it() -> None:
    unguarded = {path for path, view in doors().items() if not is_guarded(path, view)} - OPEN_ON_PURPOSE.keys()
    assert not unguarded, "add @allowed(...) or list it above with a reason"


def test_the_list_of_open_views_is_not_stale() -> None:
    assert OPEN_ON_PURPOSE.keys() <= doors().keys()
    for prefix in GUARDED_BY_THEMSELVES:
        assert any(path.startswith(prefix) for path in doors()), prefix


def test_what_is_open_on_purpose_is_not_guarded_by_now() -> None:
    assert not [path for path in OPEN_ON_PURPOSE if is_guarded(path, doors()[path])]


def test_every_api_action_names_its_permission() -> None:
    resources = {view.cls: view for view in doors().values() if issubclass(getattr(view, "cls", int), SalonViewSet)}
    assert resources
    for address in walk.addresses("config.urls_salon"):
        resource: Any = getattr(address.view, "cls", None)
        if resource in resources:
            for action in address.view.actions.values():
                assert isinstance(resource.permissions.get(action), Permission), f"{resource.__name__}.{action}"


def test_no_api_resource_names_an_action_it_does_not_have() -> None:
    for view in doors().values():
        resource = getattr(view, "cls", None)
        if isinstance(resource, type) and issubclass(resource, SalonViewSet):
            assert all(hasattr(resource, action) for action in resource.permissions), resource


@pytest.mark.parametrize("address", socket_urls, ids=lambda one: str(one.pattern))
def test_every_consumer_names_its_permission(address: Any) -> None:
    consumer = address.callback.consumer_class
    assert issubclass(consumer, SalonConsumer)
    assert isinstance(consumer.__dict__.get("permission"), Permission)


def import_all_tasks() -> None:
    """Every module of the product that could hold a task."""
    for top in walk.PRODUCT:
        package = importlib.import_module(top)
        for module in pkgutil.walk_packages(package.__path__, f"{top}."):
            if module.name.rpartition(".")[2] in ("tasks", "retention", "accounting"):
                importlib.import_module(module.name)


def test_every_task_is_a_doorbell() -> None:
    import_all_tasks()
    ours = {name: task for name, task in app.tasks.items() if name.startswith(tuple(f"{top}." for top in walk.PRODUCT))}
    assert ours
    for name, task in ours.items():
        assert isinstance(task, Doorbell), name
        assert task.permission == "system", name
        assert task.queue in ("replies", "background"), name


def test_no_task_hides_in_another_file() -> None:
    marked = {
        walk.place(file)
        for file in walk.files(*walk.PRODUCT)
        for function in walk.functions(file)
        for decorator in function.decorator_list
        if "shared_task" in ast_text(decorator)
    }
    known = {place for place in marked if place.endswith(("tasks.py", "ops/retention.py", "ops/accounting.py"))}
    assert marked == known


def ast_text(node: Any) -> str:
    import ast

    return ast.unparse(node)


def test_every_operator_page_is_for_operators_and_notes_its_acts() -> None:
    for model, page in admin.site._registry.items():
        assert isinstance(page, OperatorAdmin), model
        for name in map(str, page.actions or ()):
            assert getattr(getattr(type(page), name), "act", ""), f"{type(page).__name__}.{name}: mark it with @act"


def test_every_permission_is_used_and_held_by_somebody() -> None:
    from tenants.access.roles import ROLE_PERMISSIONS

    held = set().union(*ROLE_PERMISSIONS.values())
    assert held == set(Permission)
