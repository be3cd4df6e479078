"""Counts on the canvas, inputs that can be replayed, and indexes for the list of runs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flows", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FlowCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id",
                        "day",
                        "kind",
                        "name",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("flow_id", models.BigIntegerField()),
                ("version_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=4)),
                ("name", models.CharField(max_length=60)),
                ("count", models.IntegerField(default=0)),
            ],
            options={"db_table": "flow_count"},
        ),
        migrations.AddField(model_name="flowstep", name="input", field=models.JSONField(blank=True, null=True)),
        migrations.AddIndex(
            model_name="flowexecution",
            index=models.Index(fields=["flow", "-started_at", "-id"], name="execution_started"),
        ),
        migrations.AddIndex(
            model_name="flowexecution",
            index=models.Index(fields=["flow", "status", "-started_at", "-id"], name="execution_status"),
        ),
        migrations.AddIndex(
            model_name="flowstep",
            index=models.Index(fields=["flow_id", "node", "execution"], name="flow_step_node"),
        ),
        # What these were for, the new ones and the unique constraint do as well.
        migrations.RemoveIndex(model_name="flowexecution", name="execution_flow"),
        migrations.AlterField(
            model_name="flowexecution",
            name="flow",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="executions",
                to="flows.flow",
            ),
        ),
        migrations.AlterField(
            model_name="flowstep",
            name="execution",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="flows.flowexecution",
            ),
        ),
    ]
