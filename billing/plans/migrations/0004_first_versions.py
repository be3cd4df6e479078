"""The first version of every plan: the catalogue, with what an operator has set before."""

from django.db import migrations

from billing.plans.catalogue import CATALOGUE

# As 0002_first_plans wrote them; what differs, somebody has chosen.
_RATES = {"free": 5, "starter": 20, "pro": 80, "agency": 300}


def add(apps, schema_editor):
    """Add those that are missing."""
    plans, versions = apps.get_model("plans", "Plan"), apps.get_model("plans", "PlanVersion")
    known = {code: (is_public, terms) for code, _name, is_public, terms in CATALOGUE}
    for plan in plans.objects.filter(versions=None):
        is_public, terms = known.get(plan.code, (False, {}))
        first = {} if plan.code not in _RATES else {"messages_per_second": _RATES[plan.code]}
        chosen = {name: value for name, value in plan.limits.items() if first.get(name) != value}
        limits = {**terms.get("limits", {}), **chosen}
        versions.objects.create(plan=plan, number=1, **{**terms, "limits": limits})
        plans.objects.filter(pk=plan.pk).update(is_public=is_public)


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("plans", "0003_versions")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
