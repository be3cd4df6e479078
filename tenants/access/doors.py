"""Deny by default, looked at before anything is served: every door names by which right it opens.

A view names a Permission (`@allowed`), an API resource one for each action, a consumer one; what takes no actor says on
whose behalf it acts (tasks, timers, the lists of config.lists); the operator's pages are OperatorAdmin. What is open on
purpose stands in config.doors with its reason. The start fails on anything else (a system check of level error).
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import admin
from django.core import checks
from django.core.management.base import SystemCheckError
from django.urls import URLPattern, URLResolver
from django.utils.module_loading import autodiscover_modules, import_string

from ops.doorbell import Doorbell
from ops.operator import OperatorAdmin
from ops.timers.registry import ACTORS, acts_for, kinds
from tenants.access.roles import Permission

TAG = "doors"
_OURS = ("api.", "billing.", "channels_wa.", "config.", "crm.", "flows.", "ops.", "portal.", "tenants.")


class Address(NamedTuple):
    """One address of a host and the view behind it."""

    route: str
    view: Any
    path: str


def addresses(urlconf: str) -> Iterator[Address]:
    """Every address of an urlconf."""
    yield from _walk(import_module(urlconf).urlpatterns, "")


def dotted(view: Any) -> str:
    """The path by which a view is known."""
    named = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    return f"{named.__module__}.{named.__qualname__}"


def is_guarded(address: Address) -> bool:
    """Whether a view names a permission, or an API resource one for each action that it has here."""
    actions, resource = getattr(address.view, "actions", None), getattr(address.view, "cls", None)
    named = getattr(resource, "permissions", None)
    if actions is not None and isinstance(named, Mapping):
        return all(isinstance(named.get(action), Permission) for action in actions.values())
    return isinstance(getattr(address.view, "permission", None), Permission)


def is_open_on_purpose(address: Address) -> bool:
    """Whether it stands in the visible list."""
    return address.path in settings.OPEN_ON_PURPOSE or address.path.startswith(tuple(settings.GUARDED_BY_THEMSELVES))


def undeclared() -> list[str]:
    """What opens without saying to whom; empty where all is well."""
    return [*_views(), *_sockets(), *_tasks(), *_timers(), *_lists(), *_operator_pages()]


def check(**_: Any) -> list[checks.CheckMessage]:
    """The system check."""
    return [
        checks.Error(f"{what} does not say who may use it.", hint=hint, id="doors.E001")
        for what, _sep, hint in (found.partition(": ") for found in undeclared())
    ]


def refuse_undeclared() -> None:
    """Called where a server starts. Raises SystemCheckError."""
    if errors := check():
        raise SystemCheckError("\n".join(f"{error.msg} {error.hint}" for error in errors))


def _walk(patterns: list[Any], before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback, dotted(pattern.callback))


def _views() -> Iterator[str]:
    for urlconf in (settings.ROOT_URLCONF, settings.SALON_URLCONF):
        for address in addresses(urlconf):
            if not is_guarded(address) and not is_open_on_purpose(address):
                yield f"{address.path} ({address.route}): Add @allowed(Permission.…), or list it in config/doors.py."


def _sockets() -> Iterator[str]:
    for address in import_string("config.sockets.socket_urls"):
        consumer = address.callback.consumer_class
        # Its own: one that is inherited was not thought of.
        if not isinstance(consumer.__dict__.get("permission"), Permission):
            yield f"{dotted(consumer)} (/{address.pattern}): Name its `permission`."


def _tasks() -> Iterator[str]:
    app = import_string("config.celery.app")
    for module in ("tasks", "retention", "accounting"):
        autodiscover_modules(module)
    for name, task in app.tasks.items():
        if name.startswith(_OURS) and not (isinstance(task, Doorbell) and task.permission in ACTORS):
            yield f"{name}: Make it a Doorbell, whose `permission` says for whom it acts."


def _timers() -> Iterator[str]:
    for kind in sorted(kinds()):
        if acts_for(kind) not in ACTORS:
            yield f"The timer {kind}: Register it with acts_for."


def _lists() -> Iterator[str]:
    lists = vars(import_module("config.lists"))
    for name, value in lists.items():
        if name.isupper() and isinstance(value, list | dict | str) and settings.ACTS_FOR.get(name) not in ACTORS:
            yield f"The list {name} of config.lists: Say in ACTS_FOR of config/doors.py for whom it acts."


def _operator_pages() -> Iterator[str]:
    for model, page in admin.site._registry.items():
        if not isinstance(page, OperatorAdmin):
            yield f"The operator's page of {model.__name__}: Base it on OperatorAdmin."
        for name in map(str, page.actions or ()):
            if not getattr(getattr(type(page), name, None), "act", ""):
                yield f"{type(page).__name__}.{name}: Mark it with @act."
