"""A real migration over several salons: canary, failures, resuming (ARCHITECTURE §2)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

from config.env import env
from ops.salon import schema_of
from tenants.accounts.models import User
from tenants.salons import migrating, schemas
from tenants.salons.actions import NewSalon, open_salon
from tenants.salons.models import Salon
from tests.world import Salons

NODE = ("contacts", "9999_shoe_size")


class AddShoeSize(migrations.Migration):
    """A column as any release may add one."""

    dependencies = [("contacts", "0001_initial")]
    operations = [
        migrations.AddField("contact", "shoe_size", models.IntegerField(null=True)),
        migrations.AddConstraint(
            "contact", models.CheckConstraint(condition=models.Q(shoe_size__gt=0), name="shoe_size_is_positive")
        ),
    ]


@pytest.fixture
def five(salons: Salons, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Three salons beside Aurora and the other one, and a release with one migration more; all taken back."""
    real = MigrationLoader.load_disk

    def load_disk(self: MigrationLoader) -> None:
        real(self)
        newest = max(name for app, name in self.disk_migrations if app == "contacts")
        migration: Any = AddShoeSize(NODE[1], NODE[0])
        migration.dependencies = [("contacts", newest)]
        self.disk_migrations[NODE] = migration

    with django_db_blocker.unblock():
        alice = User.objects.get(email="alice@example.com")
        more = [open_salon(NewSalon(f"More {n}", f"more-{n}"), owner=alice) for n in range(3)]
        monkeypatch.setattr(env, "database_url", _url())
        monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)
        schemas.current_fingerprint.cache_clear()
        yield sorted([salons.aurora.pk, salons.other.pk, *(salon.pk for salon in more)])
        monkeypatch.undo()
        schemas.current_fingerprint.cache_clear()
        _take_back(more)


def _url() -> str:
    given = connection.settings_dict
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def _take_back(more: list[Salon]) -> None:
    for salon in more:
        schemas.drop_schema(salon.pk)
        Salon.objects.filter(pk=salon.pk).delete()
    with connection.cursor() as cursor:
        for pk in Salon.objects.values_list("pk", flat=True):
            cursor.execute(f"ALTER TABLE {schema_of(pk)}.contact DROP COLUMN IF EXISTS shoe_size")
            cursor.execute(f"DELETE FROM {schema_of(pk)}.django_migrations WHERE name = %s", [NODE[1]])
    Salon.objects.update(schema_version=schemas.current_fingerprint())


def with_column() -> list[int]:
    """Salons whose contact has the column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(table_schema, 7)::bigint FROM information_schema.columns "
            "WHERE table_name = 'contact' AND column_name = 'shoe_size' AND table_schema LIKE 'salon_%%' ORDER BY 1"
        )
        return [pk for (pk,) in cursor.fetchall()]


def break_one(pk: int) -> None:
    """Somebody has been there by hand."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {schema_of(pk)}.contact ADD COLUMN shoe_size text")


def mend(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {schema_of(pk)}.contact DROP COLUMN shoe_size")


def test_every_salon_gets_the_column_and_a_second_run_has_nothing_to_do(five: list[int]) -> None:
    assert migrating.behind() == five
    report = migrating.migrate_salons(jobs=2)
    assert sorted(report.done) == five
    assert (report.failed, with_column(), migrating.behind()) == ({}, five, [])
    assert migrating.migrate_salons().done == []


def test_its_own_record_stands_in_each_schema(five: list[int]) -> None:
    migrating.migrate_salons()
    with connection.cursor() as cursor:
        for pk in five:
            cursor.execute(f"SELECT count(*) FROM {schema_of(pk)}.django_migrations WHERE name = %s", [NODE[1]])
            assert cursor.fetchone()[0] == 1


def test_one_that_fails_keeps_its_version_and_is_done_by_the_next_run(five: list[int]) -> None:
    bad = five[2]
    break_one(bad)
    report = migrating.migrate_salons(jobs=2)
    assert report.failed.keys() == {bad}
    assert "already exists" in report.failed[bad]
    assert sorted(report.done) == [pk for pk in five if pk != bad]
    assert migrating.behind() == [bad]
    mend(bad)
    assert migrating.migrate_salons().done == [bad]
    assert with_column() == five


def test_a_canary_that_fails_stops_everything(five: list[int]) -> None:
    break_one(five[0])
    report = migrating.migrate_salons()
    assert (list(report.failed), report.done, with_column()) == ([five[0]], [], [five[0]])
    assert migrating.behind() == five


def test_the_command_says_what_to_do(five: list[int], capsys: Any) -> None:
    with pytest.raises(CommandError, match="5 salons are behind"):
        call_command("migrate_salons", check=True)
    break_one(five[1])
    with pytest.raises(CommandError, match="mend the cause and run it again"):
        call_command("migrate_salons")
    mend(five[1])
    call_command("migrate_salons", resume=True)
    call_command("migrate_salons", check=True)
    assert "1 salons migrated, 0 failed" in capsys.readouterr().out


def test_a_salon_that_is_locked_does_not_hold_the_others(five: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_S", 0.1)
    with psycopg.connect(env.database_url) as holder:
        holder.execute(f"LOCK TABLE {schema_of(five[3])}.contact IN SHARE MODE")
        report = migrating.migrate_salons(jobs=2)
    assert report.failed.keys() == {five[3]}
    assert len(report.done) == 4
