"""What can be shared, and with whom. Each app that has such things says so in a `sharing.py` of its own:

    KINDS = [Kind("flow", _("Flow"), {Right.VIEW: Permission.FLOWS_SEE, …}, rows=…, link=…)]
    SUBJECTS = [SubjectKind("team", _("Team"), choices=…, of_member=…)]

Either may be missing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from tenants.access.roles import Permission
from tenants.sharing.rights import Right


@dataclass(frozen=True)
class Kind:
    """A kind of things that can be shared one by one."""

    key: str
    label: str | Promise
    permissions: Mapping[Right, Permission]
    """Which of a role's permissions gives which right on all things of this kind."""
    rows: Callable[[], QuerySet[Any]]
    """This salon's."""
    link: Callable[[Any], str]
    """The page of one."""
    name: Callable[[Any], str] = str

    def right_of(self, permission: Permission) -> Right:
        """The least right that this permission gives; to see it, where it is none of theirs."""
        return next((right for right in Right if self.permissions.get(right) == permission), Right.VIEW)

    def find(self, thing: UUID) -> Any:
        """One of this salon's; None for any other."""
        return self.rows().filter(public_id=thing).first()


@dataclass(frozen=True)
class SubjectKind:
    """A kind of subjects that rights can be given to. A subject is named by a key, which no other ever gets."""

    key: str
    label: str | Promise
    choices: Callable[[], Iterable[tuple[str, str]]]
    """Key and name of each that a right can be given to."""
    of_member: Callable[[int], Any]
    """The keys of those that this member belongs to, as a query of texts."""
    members: Callable[[], Iterable[tuple[str, Iterable[int]]]]
    """Key and member ids of each: for many members at once."""


@cache
def kinds() -> dict[str, Kind]:
    """All of them by key."""
    return {kind.key: kind for kind in _declared("KINDS")}


@cache
def subject_kinds() -> dict[str, SubjectKind]:
    """All that apps add to members and roles, by key."""
    return {kind.key: kind for kind in _declared("SUBJECTS")}


def kind_of(key: str) -> Kind:
    """The kind of this key. Raises KeyError."""
    return kinds()[key]


def _declared(name: str) -> list[Any]:
    found: list[Any] = []
    for app in apps.get_app_configs():
        if app.module is not None and app.name != "tenants.sharing" and module_has_submodule(app.module, "sharing"):
            found += getattr(import_module(f"{app.name}.sharing"), name, [])
    return found
