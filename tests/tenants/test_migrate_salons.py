"""Opening from the template and migrating all salons."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from ops.salon import run_in_salon
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.salons import migrating, schemas
from tenants.salons.actions import CannotOpen, NewSalon, open_salon
from tenants.salons.models import Salon
from tests.world import Salons


def test_the_kept_template_is_that_of_the_migrations() -> None:
    assert schemas.template()[1] == schemas.current_fingerprint(), "run manage.py write_salon_template"


def test_a_new_salon_is_up_to_date(salons: Salons, db: None) -> None:
    assert migrating.behind() == []


def test_the_sql_is_made_once_and_names_no_schema(salons: Salons, db: None) -> None:
    plan = migrating._plan(frozenset())
    sql = migrating._sql(plan, like=salons.aurora.pk)
    with_tables = {label for label in schemas.tenant_labels() if list(apps.get_app_config(label).get_models())}
    assert {migration.app_label for migration in plan} == with_tables
    assert 'CREATE TABLE "contact"' in sql
    assert salons.aurora.schema not in sql


def test_an_upgrade_of_several_apps_at_once_is_one_sql(salons: Salons, db: None) -> None:
    plan = [migration for migration in migrating._plan(frozenset()) if not migration.name.startswith("0001")]
    assert len({migration.app_label for migration in plan}) > 1
    assert 'ALTER TABLE "contact"' in migrating._sql(plan, like=salons.aurora.pk)


@pytest.mark.parametrize("slug", ["", "Aurora!", "-a", "a" * 41, "api", "a b", "x;drop"])
def test_it_refuses_a_slug_that_is_no_address(salons: Salons, db: None, slug: str) -> None:
    with pytest.raises(CannotOpen) as refused:
        open_salon(NewSalon("X", slug), owner=User.objects.get(email="alice@example.com"))
    assert refused.value.field == "slug"


def test_it_refuses_a_slug_that_is_taken(salons: Salons, db: None) -> None:
    with pytest.raises(CannotOpen, match="aurora") as refused:
        open_salon(NewSalon("X", "aurora"), owner=User.objects.get(email="alice@example.com"))
    assert refused.value.field == "slug"
    assert Salon.objects.filter(slug="aurora").count() == 1


def test_tables_of_a_salon_stay_in_budget(salons: Salons, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FILTER (WHERE relkind = 'i') FROM pg_class "
            "WHERE relnamespace = %s::regnamespace",
            [salons.aurora.schema],
        )
        tables, indexes = cursor.fetchone()
    assert tables <= 80
    assert indexes <= 250


def test_no_table_stands_on_both_sides(salons: Salons, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
            "INTERSECT SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace",
            [salons.aurora.schema],
        )
        assert [name for (name,) in cursor.fetchall()] == ["django_migrations"]


def test_the_audit_log_is_append_only(salons: Salons, db: None) -> None:
    def rewrite() -> int:
        with transaction.atomic():
            return AuditEntry.objects.update(action="nothing happened")

    with pytest.raises(DatabaseError, match="append-only"):
        run_in_salon(salons.aurora.pk, rewrite)
