"""Deny by default (TN-004): every door names by which right it opens, or stands here with a reason."""

import importlib
import pkgutil
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.contrib import admin
from django.core import checks
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.urls import path

from api.viewset import SalonViewSet
from config.celery import app
from config.sockets import socket_urls
from ops.doorbell import Doorbell
from ops.timers import registry
from tenants.access import doors
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tests.guards import walk

OPEN_ON_PURPOSE: dict[str, str] = settings.OPEN_ON_PURPOSE


def views() -> list[walk.Address]:
    """Every view of both hosts."""
    return [*walk.addresses("config.urls_public"), *walk.addresses("config.urls_salon")]


def test_every_door_says_who_may_use_it() -> None:
    """Views, API actions, consumers, tasks, timers, lists, operators' pages: what the start of a server asks too."""
    assert not list(doors.undeclared())


def forgotten(request: Any) -> HttpResponse:
    """A view whose guard was forgotten."""
    return HttpResponse()


class Forgotten(SalonConsumer):
    """A consumer that has its permission from nowhere."""


class Half:
    """A resource that names the permission of one action only."""

    permissions: ClassVar = {"list": Permission.INBOX_SEE}


def test_nothing_starts_with_a_view_that_forgets_its_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-004: deny by default; the error names the view and what to do."""
    monkeypatch.setattr("config.urls_salon.urlpatterns", [path("forgotten/", forgotten)])
    with pytest.raises(SystemCheckError, match=r"test_permissions\.forgotten.*@allowed"):
        doors.refuse_undeclared()
    assert [error.level for error in checks.run_checks(tags=[doors.TAG])] == [checks.ERROR]


def test_nothing_starts_with_an_api_action_or_a_consumer_that_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-004."""
    resource: Any = lambda request: HttpResponse()  # noqa: E731
    resource.cls, resource.actions = Half, {"get": "list", "post": "create"}
    monkeypatch.setattr("config.urls_salon.urlpatterns", [path("half/", resource)])
    monkeypatch.setattr("config.sockets.socket_urls", [path("ws/forgotten/", Forgotten.as_asgi())])
    found = list(doors.undeclared())
    assert [one.partition(" ")[0].rpartition(".")[2] for one in found] == ["Half", "Forgotten"]


def test_nothing_starts_with_a_task_timer_list_or_page_that_says_not_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-004: what takes no actor says on whose behalf it acts."""

    class Bare:
        actions = ("burn",)

        def burn(self) -> None: ...

    monkeypatch.setitem(app.tasks, "ops.forgotten", object())
    monkeypatch.setitem(registry._handlers, "forgotten", print)
    monkeypatch.setattr("config.lists.FORGOTTEN_STEPS", ["ops.forgotten"], raising=False)
    pages: dict[Any, Any] = admin.site._registry
    monkeypatch.setitem(pages, Permission, Bare())
    found = " ".join(doors.undeclared())
    for name in ("ops.forgotten:", "timer forgotten", "FORGOTTEN_STEPS", "page of Permission", "Bare.burn"):
        assert name in found


def test_the_list_of_open_views_is_not_stale() -> None:
    found = {one.path for one in views()}
    assert OPEN_ON_PURPOSE.keys() <= found
    for prefix in settings.GUARDED_BY_THEMSELVES:
        assert any(one.startswith(prefix) for one in found), prefix


def test_what_is_open_on_purpose_is_not_guarded_by_now() -> None:
    assert not [one.path for one in views() if one.path in OPEN_ON_PURPOSE and doors.is_guarded(one)]


def test_no_api_resource_names_an_action_it_does_not_have() -> None:
    for address in views():
        resource = getattr(address.view, "cls", None)
        if isinstance(resource, type) and issubclass(resource, SalonViewSet):
            assert all(hasattr(resource, action) for action in resource.permissions), resource


@pytest.mark.parametrize("address", socket_urls, ids=lambda one: str(one.pattern))
def test_every_consumer_is_guarded_by_the_house(address: Any) -> None:
    assert issubclass(address.callback.consumer_class, SalonConsumer)


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


def test_every_permission_is_used_and_held_by_somebody() -> None:
    from tenants.access.roles import ROLE_PERMISSIONS

    held = set().union(*ROLE_PERMISSIONS.values())
    assert held == set(Permission)
