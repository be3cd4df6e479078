"""What the apps say in their `privacy.py`: tables, and functions found by these names.

find_person(public_id) -> Person | None         whose contact it is; one app has it
lock_people()                                   nobody is kept under our feet until the transaction ends
before_erasure(person)                          in the transaction that cuts a contact loose: end what is under way
also_erase(person) -> dict[str, int]            what is no row; outside of a transaction, safe to do again
still_there(person) -> dict[str, int]           the same, looked for and not touched
files_of(person) -> Iterator[File]              what goes into an export beside rows
RETENTION: list[Rule]                           what the salon's rules take away (retention)
PLACES: list[Place]                             where else personal data lies
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from tenants.privacy.declaring import GUEST, Nothing, Place, Table


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every app's privacy.py."""
    found = [app for app in apps.get_app_configs() if app.module and module_has_submodule(app.module, "privacy")]
    # The app of this folder has a folder of that name above it.
    return tuple(module for app in found if hasattr(module := import_module(f"{app.name}.privacy"), "TABLES"))


@cache
def declared() -> dict[str, Table | Nothing]:
    """What is said of each table."""
    found: dict[str, Table | Nothing] = {}
    for module in modules():
        for one in module.TABLES:
            if one.name in found:
                raise ValueError(f"two privacy.py name the table {one.name}")
            found[one.name] = one
    return found


@cache
def tables() -> tuple[Table, ...]:
    """Those that hold personal data."""
    return tuple(one for one in declared().values() if isinstance(one, Table))


@cache
def of_guests() -> tuple[Table, ...]:
    """Those with rows of a contact, in the order in which they are erased."""
    return tuple(sorted((one for one in tables() if one.where and one.whose == GUEST), key=lambda one: one.order))


@cache
def apps_of_tables() -> dict[str, str]:
    """The name of the app that speaks of a table: crm.contacts."""
    return {one.name: module.__name__.removesuffix(".privacy") for module in modules() for one in module.TABLES}


@cache
def functions(name: str) -> tuple[Callable[..., Any], ...]:
    """The functions of this name, in the order of the apps."""
    return tuple(getattr(module, name) for module in modules() if hasattr(module, name))


def function(name: str) -> Callable[..., Any]:
    """The one function of this name."""
    (found,) = functions(name)
    return found


def all_of(name: str) -> Iterator[Any]:
    """What stands in the lists of this name."""
    for module in modules():
        yield from getattr(module, name, ())


def places() -> tuple[Place, ...]:
    """Where else personal data lies."""
    return tuple(all_of("PLACES"))


@cache
def models_of_tables() -> dict[str, Any]:
    """The model of each table."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
