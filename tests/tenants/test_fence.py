"""I23: a query in the wrong schema stops before it is sent."""

import pytest
from django.db import connection

from crm.contacts.models import Contact
from ops.salon import TenantMismatch, inside, run_in_salon, schema_of, tenant_connection
from tests.world import Salons


def test_it_runs_inside_the_salon(salons: Salons, db: None) -> None:
    name = run_in_salon(salons.aurora.pk, lambda: Contact.objects.create(name="Ana").name)
    assert name == "Ana"


def test_the_other_salon_sees_nothing(salons: Salons, db: None) -> None:
    run_in_salon(salons.aurora.pk, lambda: Contact.objects.create(name="Ana").pk)
    assert run_in_salon(salons.other.pk, Contact.objects.count) == 0


def test_i23_a_connection_forced_elsewhere_stops_every_query(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        tenant_connection.set_schema(schema_of(salons.other.pk))
        for _ in range(1000):
            with pytest.raises(TenantMismatch), connection.cursor() as cursor:
                cursor.execute("DELETE FROM contact")
    assert run_in_salon(salons.other.pk, Contact.objects.count) == 0


def test_i23_public_code_in_a_salons_schema_stops(salons: Salons, db: None) -> None:
    tenant_connection.set_schema(schema_of(salons.other.pk))
    try:
        with pytest.raises(TenantMismatch):
            Contact.objects.count()
    finally:
        tenant_connection.set_schema_to_public()


def test_it_returns_plain_values_only(salons: Salons, db: None) -> None:
    with pytest.raises(TypeError):
        run_in_salon(salons.aurora.pk, Contact.objects.all)


def test_no_salon_is_entered_in_anothers_transaction(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk), pytest.raises(TenantMismatch), inside(salons.other.pk):
        pass
