"""Every table is thought of (CO-001): a new one that no privacy.py names fails here."""

from django.apps import apps

from tenants.privacy import policy, registry
from tenants.privacy.declaring import Nothing


def test_co001_every_table_is_named_by_one_privacy_py() -> None:
    """Add it to TABLES of your app's privacy.py: as a Table, or as Nothing with a word why."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert tables - registry.declared().keys() == set()
    assert registry.declared().keys() - tables == set(), "named, but there is no such table"


def test_co001_what_is_declared_has_reasons_and_columns_that_exist() -> None:
    for one in registry.declared().values():
        assert str(one.why)
        if isinstance(one, Nothing):
            continue
        columns = {field.column for field in registry.models_of_tables()[one.name]._meta.concrete_fields}
        assert one.holds, one.name
        assert {*one.columns, *one.blank, *([one.key] if one.where else [])} <= columns, one.name
        assert not one.blank or str(one.stays), f"{one.name}: why do its rows stay?"


def test_co001_every_table_that_points_to_a_contact_is_erased() -> None:
    """By key or by value; what stays names them no more."""
    for table, model in registry.models_of_tables().items():
        names = {field.attname for field in model._meta.concrete_fields}
        if names & {"contact_id"}:
            one = registry.declared()[table]
            assert not isinstance(one, Nothing) and one.where, table
            assert not one.blank or "contact_id" in one.blank, table


def test_co001_every_rule_has_words_and_keeps_within_its_least() -> None:
    kinds = [rule.kind for rule in policy.rules()]
    assert len(kinds) == len(set(kinds)) >= 10
    for rule in policy.rules():
        assert str(rule.label) and str(rule.hint)
        assert rule.days == 0 or rule.days >= rule.least
