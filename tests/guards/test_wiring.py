"""What is named by a string is there: tasks, bells, looks, steps, checks, handlers, timers, tables."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from config.celery import app
from config.schedule import SCHEDULE
from ops.bell import BELLS
from ops.looks import LOOKS
from ops.timers.registry import caller_of, handler_of, kinds, kinds_that_call
from tests.guards import walk
from tests.guards.test_permissions import import_all_tasks
from tests.world import Salons

LISTED = [
    *(path for paths in settings.INBOUND_STEPS.values() for path in paths),
    *settings.OUTBOUND_CHECKS,
    *(path for paths in settings.EVENT_HANDLERS.values() for path in paths),
    *settings.COST_FACTS,
    *settings.SALON_OPENING_STEPS,
    *settings.SALON_SIGN_UP_STEPS,
    *settings.PLAN_THINGS.values(),
    *settings.SALON_ZONE_STEPS,
    *settings.MEMBER_FACTS,
    *settings.MEMBER_HOLDINGS,
    *settings.MEMBER_LEAVING_STEPS,
    *settings.ROLE_COPY_STEPS,
    settings.OPERATOR_AUDIT,
    *(path for paths in LOOKS.values() for path in paths),
]
QUEUES = {"replies", "background"}


@pytest.mark.parametrize("path", sorted(set(LISTED)))
def test_every_listed_path_is_a_function(path: str) -> None:
    assert callable(import_string(path))


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_periodic_job_is_a_task_in_a_queue_that_is_worked_on(name: str) -> None:
    import_all_tasks()
    task, seconds, queue = SCHEDULE[name]
    assert task in app.tasks
    assert app.tasks[task].queue == queue
    assert queue in QUEUES
    assert seconds >= 1


@pytest.mark.parametrize("name", BELLS)
def test_every_bell_rings_a_task_that_answers_it(name: str) -> None:
    import_all_tasks()
    task, queue = BELLS[name]
    assert app.tasks[task].bell == name
    assert app.tasks[task].queue == queue


def test_every_task_with_a_bell_is_in_the_list() -> None:
    import_all_tasks()
    bells = {task.bell for task in app.tasks.values() if getattr(task, "bell", None)}
    assert bells == BELLS.keys()


def test_every_queue_is_looked_at() -> None:
    assert LOOKS.keys() == QUEUES


def test_every_kind_of_timer_that_is_set_is_handled() -> None:
    """A kind is written once as a constant or a word where a NewTimer is made."""
    made = [
        (walk.place(file, line), call.args[0] if call.args else call.keywords[0].value)
        for file in walk.files(*walk.PRODUCT)
        for line, name, call in walk.calls(file)
        if name.endswith("NewTimer")
    ]
    assert made
    for where, kind in made:
        value = _value(kind, where.partition(":")[0])
        assert value in kinds(), f"{where}: no jobs.py handles {value!r}"
        assert callable(caller_of(value).settle if value in kinds_that_call() else handler_of(value))


def _value(kind: ast.expr, file: str) -> str:
    module = (
        import_string(f"{file.removesuffix('.py').replace('/', '.')}.{ast.unparse(kind)}")
        if isinstance(kind, ast.Name)
        else ast.literal_eval(kind)
    )
    return str(module)


def test_every_app_is_on_one_side() -> None:
    both = set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
    assert not both
    ours = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in walk.PRODUCT}
    assert ours <= set(settings.SHARED_APPS) | set(settings.TENANT_APPS)


def test_every_table_stands_on_the_side_of_its_app(salons: Salons, db: None) -> None:
    for config in apps.get_app_configs():
        inside = config.name in settings.TENANT_APPS
        for model in config.get_models():
            assert _exists(salons.aurora.schema, model._meta.db_table) is inside, model
            assert _exists("public", model._meta.db_table) is not inside, model


def _exists(schema: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.{table}"])
        return bool(cursor.fetchone()[0])


def test_no_table_of_a_salon_points_to_the_public_side() -> None:
    """ARCHITECTURE §2: ids by value."""
    for config in apps.get_app_configs():
        if config.name in settings.TENANT_APPS:
            for model in config.get_models():
                for field in model._meta.get_fields():
                    target: Any = field.related_model
                    if target is not None and not isinstance(target, str):
                        assert apps.get_containing_app_config(target.__module__).name in settings.TENANT_APPS, field  # type: ignore[union-attr]


def test_every_app_of_ours_has_a_view_of_its_folder() -> None:
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in walk.PRODUCT:
            assert (Path(config.path) / "apps.py").is_file(), config.name


def test_soak_knows_every_long_form() -> None:
    """A size that no run sets stays what it is in `make test`."""
    sizes = {
        name
        for folder in ("invariants", "security", "flows")
        for file in (walk.ROOT / "tests" / folder).rglob("*.py")
        for name in re.findall(r'int\(os\.environ\.get\("((?:SOAK|FUZZ|TIMING|PARALLEL)_[A-Z]+)"', file.read_text())
    }
    said = subprocess.run(["make", "-n", "soak"], cwd=walk.ROOT, capture_output=True, text=True, check=True).stdout
    assert len(sizes) >= 7
    assert sizes - {"FUZZ_SEED"} == set(re.findall(r"\b([A-Z_]+)=[0-9]{4,}", said))
    folders = {"tests/invariants", "tests/security", "tests/flows/test_expression_fuzz.py"}
    assert folders <= set(said.split())
