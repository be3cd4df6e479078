"""What a plan gives and costs moves into versions. The old column stays for processes of the release before."""

import django.db.models.deletion
from django.db import migrations, models

import ops.clock


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("plans", "0002_first_plans")]
    operations = [
        migrations.AddField(
            model_name="plan",
            name="is_public",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("limits", models.JSONField(blank=True, default=dict)),
                ("soft", models.JSONField(blank=True, default=list)),
                ("features", models.JSONField(blank=True, default=list)),
                ("amounts", models.JSONField(blank=True, default=dict)),
                ("overage", models.JSONField(blank=True, default=dict)),
                ("made_at", models.DateTimeField(default=ops.clock.now)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="plans.plan"
                    ),
                ),
            ],
            options={
                "db_table": "plan_version",
                "ordering": ["plan", "number"],
                "constraints": [models.UniqueConstraint(fields=("plan", "number"), name="one_plan_version_per_number")],
            },
        ),
    ]
