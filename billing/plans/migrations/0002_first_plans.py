"""The plans a new installation begins with; operators change them in the admin."""

from django.db import migrations

PLANS = [
    ("free", "Free", {"messages_per_second": 5}),
    ("starter", "Starter", {"messages_per_second": 20}),
    ("pro", "Pro", {"messages_per_second": 80}),
    ("agency", "Agency", {"messages_per_second": 300}),
    ("unlimited", "Unlimited", {}),
]


def add(apps, schema_editor):
    """Add those that are missing."""
    plan = apps.get_model("plans", "Plan")
    for order, (code, name, limits) in enumerate(PLANS):
        plan.objects.get_or_create(code=code, defaults={"name": name, "limits": limits, "order": order})


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
