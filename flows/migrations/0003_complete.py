"""Drafts and revisions, calls and secrets, tests and simulations; what an execution waits for and whose it is."""

import django.contrib.postgres.fields
import django.db.models.deletion
import ops.clock
import ops.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flows", "0002_log"),
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=ops.ids.uuid7, editable=False, unique=True)),
                ("flow_id", models.BigIntegerField()),
                ("node", models.CharField(max_length=60)),
                ("seq", models.IntegerField()),
                ("token", models.IntegerField(blank=True, null=True)),
                ("kind", models.CharField(max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("request", models.JSONField(default=dict)),
                ("response", models.JSONField(blank=True, default=dict)),
                ("status_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("duration_ms", models.FloatField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=ops.clock.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "flow_call",
            },
        ),
        migrations.CreateModel(
            name="FlowCircuit",
            fields=[
                ("host", models.CharField(max_length=253, primary_key=True, serialize=False)),
                ("in_a_row", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "flow_circuit",
            },
        ),
        migrations.CreateModel(
            name="FlowRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("graph", models.JSONField()),
                ("at", models.DateTimeField(default=ops.clock.now)),
            ],
            options={
                "db_table": "flow_revision",
            },
        ),
        migrations.CreateModel(
            name="FlowSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=ops.ids.uuid7, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("sealed", models.BinaryField()),
                (
                    "hosts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=253), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(default=ops.clock.now)),
                ("changed_at", models.DateTimeField(default=ops.clock.now)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "flow_secret",
            },
        ),
        migrations.CreateModel(
            name="FlowSimulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("graph", models.JSONField()),
                ("state", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField(default=ops.clock.now)),
            ],
            options={
                "db_table": "flow_simulation",
            },
        ),
        migrations.CreateModel(
            name="FlowTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=ops.ids.uuid7, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("script", models.JSONField(default=dict)),
                ("is_on", models.BooleanField(default=True)),
                ("result", models.JSONField(blank=True, null=True)),
                ("ran_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=ops.clock.now)),
            ],
            options={
                "db_table": "flow_test",
            },
        ),
        migrations.AddField(
            model_name="flow",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flow",
            name="draft",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flow",
            name="draft_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flow",
            name="draft_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="flow",
            name="draft_revision",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="flow",
            name="origin",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="flow",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flow",
            name="paused_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="flow",
            name="settings",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="flowexecution",
            name="awaits",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="flowexecution",
            name="began_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="flowexecution",
            name="parent_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flowexecution",
            name="parent_token",
            field=models.IntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="flowversion",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddIndex(
            model_name="flowexecution",
            index=models.Index(
                condition=models.Q(("awaits", []), _negated=True), fields=["contact_id"], name="execution_awaits"
            ),
        ),
        migrations.AddIndex(
            model_name="flowexecution",
            index=models.Index(
                condition=models.Q(("parent_id__isnull", False)), fields=["parent_id"], name="execution_parent"
            ),
        ),
        migrations.AddField(
            model_name="flowcall",
            name="execution",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="flows.flowexecution",
            ),
        ),
        migrations.AddField(
            model_name="flowrevision",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="flowrevision",
            name="flow",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="flows.flow"
            ),
        ),
        migrations.AddField(
            model_name="flowsecret",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="flowsimulation",
            name="flow",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="simulations", to="flows.flow"
            ),
        ),
        migrations.AddField(
            model_name="flowsimulation",
            name="member",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="members.member"
            ),
        ),
        migrations.AddField(
            model_name="flowtest",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="flowtest",
            name="flow",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tests", to="flows.flow"),
        ),
        migrations.AddIndex(
            model_name="flowcall",
            index=models.Index(fields=["flow_id", "-id"], name="flow_call_flow"),
        ),
        migrations.AddConstraint(
            model_name="flowcall",
            constraint=models.UniqueConstraint(fields=("execution", "seq", "node"), name="flow_call_once"),
        ),
        migrations.AddConstraint(
            model_name="flowrevision",
            constraint=models.UniqueConstraint(fields=("flow", "number"), name="flow_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="flowsimulation",
            constraint=models.UniqueConstraint(fields=("flow", "member"), name="flow_simulation_own"),
        ),
    ]
