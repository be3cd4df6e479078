"""Many salons: opening one, migrating all, and a page among them. In a house of its own, kept in .state."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection as default_connection
from django.db.migrations.executor import MigrationExecutor

from ops.salon import schema_work
from tenants.accounts.models import User
from tenants.salons import migrating
from tenants.salons.actions import NewSalon, open_salon
from tenants.salons.models import Salon
from tenants.salons.schemas import targets
from tests.bench.console import log_in
from tests.bench.house import House, say
from tests.bench.result import Result
from tests.product import ROOT
from tests.session import Session

SALONS = int(os.environ.get("BENCH_SALONS") or 1000)
OPENED = 7
PAGES = 150
PAGE = "/inbox/"
# The tenant backend knows schemas; its base class, which the types tell of, does not.
connection: Any = default_connection
MIGRATED = "salon_999999999"
COLUMN = "bench_column"


def open_s(house: House) -> Result:
    """The median of a few, first among few salons, then among all."""
    few = _among_few(house)
    seed(house)
    many = _open_some(house, "many")
    replay = _migrate_one()
    said = f"running every migration for one salon: {replay:.1f} s; among few salons ours takes {few:.3f} s"
    return Result("open_salon_s", many, "s", said, many / replay, OPENED)


def migrate_noop_s(house: House) -> Result:
    """The whole command, from its start to its end."""
    seed(house)
    began = time.perf_counter()
    environ = {**os.environ, "STATE_DIR": str(house.state_dir)}
    subprocess.run(
        [sys.executable, "manage.py", "migrate_salons"], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    took = time.perf_counter() - began
    return Result("migrate_salons_noop_s", took, "s", f"{Salon.objects.count()} salons, with the start of the program")


def migrate_add_column_s(house: House) -> Result:
    """What `migrate_salons` does with a migration that adds a column."""
    seed(house)
    salon_ids = list(Salon.objects.order_by("pk").values_list("pk", flat=True))
    report = migrating.Report()
    began = time.perf_counter()
    migrating._apply_all(f"ALTER TABLE contact ADD COLUMN {COLUMN} int;", salon_ids, 4, report)
    took = time.perf_counter() - began
    migrating._apply_all(f"ALTER TABLE contact DROP COLUMN IF EXISTS {COLUMN};", salon_ids, 4, migrating.Report())
    if report.failed or len(report.done) != len(salon_ids):
        raise RuntimeError(f"{len(report.failed)} salons were not migrated: {list(report.failed.values())[:1]}")
    return Result("migrate_salons_add_column_s", took, "s", f"{len(salon_ids)} salons", None, 1)


def scale_ratio(house: House) -> Result:
    """The same page, in turn from a product with all the salons and from one with a single salon."""
    seed(house)
    single = House("house").open(set_environ=False)
    try:
        single.forget()
        with house.running("web"), single.running("web"):
            many, one = _timed(house), _timed(single)
            ours, base = [], []
            for _ in range(PAGES):
                ours.append(many())
                base.append(one())
    finally:
        single.close()
    value, alone = statistics.median(ours), statistics.median(base)
    said = f"p50 {alone * 1000:.1f} ms with 1 salon, {value * 1000:.1f} ms with {Salon.objects.count()}"
    return Result("salon_scale_ratio", value / alone, "ratio", said, value / alone, PAGES)


def seed(house: House) -> None:
    """Open salons until there are so many; those of earlier runs are kept."""
    missing = SALONS - Salon.objects.count()
    if missing > 0:
        say(f"opening {missing} salons")
    owner = _owner()
    for n in range(max(missing, 0)):
        open_salon(NewSalon(f"Salon {n}", f"seed-{time.time_ns():x}"), owner=owner)


def _owner() -> User:
    return User.objects.order_by("pk")[0]


def _open_some(house: House, word: str) -> float:
    times = []
    for n in range(OPENED):
        began = time.perf_counter()
        open_salon(NewSalon(f"{word} {n}", f"{word}-{time.time_ns():x}"), owner=_owner())
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _among_few(house: House) -> float:
    """The median among few salons: measured before the others are opened, and remembered with them."""
    kept = house.state_dir / "few.json"
    if Salon.objects.count() < SALONS // 2:
        kept.write_text(json.dumps(_open_some(house, "few")))
    return float(json.loads(kept.read_text())) if kept.is_file() else float("nan")


def _migrate_one() -> float:
    """Seconds that Django's own migrations take for one schema."""
    with schema_work(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {MIGRATED} CASCADE")
        cursor.execute(f"CREATE SCHEMA {MIGRATED}")
        try:
            began = time.perf_counter()
            connection.set_schema(MIGRATED)
            executor = MigrationExecutor(connection)
            executor.migrate(targets(executor.loader))
            return time.perf_counter() - began
        finally:
            connection.set_schema_to_public()
            cursor.execute(f"DROP SCHEMA IF EXISTS {MIGRATED} CASCADE")


def _timed(house: House) -> Callable[[], float]:
    page: Session = log_in(house)
    url = f"http://demo.{house.values['PUBLIC_HOST']}{PAGE}"

    def get() -> float:
        began = time.perf_counter()
        if page.get(url).status != 200:
            raise RuntimeError(f"{url} did not answer 200")
        return time.perf_counter() - began

    for _ in range(20):
        get()
    return get
