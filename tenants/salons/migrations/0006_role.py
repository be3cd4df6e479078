from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import ops.clock
import ops.ids
from tenants.salons.seeding import seed_roles


def seed(apps: Any, _editor: Any) -> None:
    seed_roles(apps.get_model("salons", "RoleDefinition"))


class Migration(migrations.Migration):
    dependencies = [("salons", "0005_entrycode_proved_at")]

    operations = [
        migrations.AlterField("membership", "role", models.CharField(max_length=20)),
        migrations.CreateModel(
            name="RoleDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=ops.ids.uuid7, editable=False, unique=True)),
                ("key", models.CharField(max_length=20)),
                ("label", models.CharField(max_length=60)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(default=ops.clock.now)),
                (
                    "salon",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="salons.salon",
                    ),
                ),
            ],
            options={
                "db_table": "role",
                "constraints": [
                    models.UniqueConstraint(fields=("salon", "key"), name="one_role_per_key", nulls_distinct=False),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("salon__isnull", True), models.Q(("key__startswith", "custom-"), _negated=True)),
                            models.Q(("key__startswith", "custom-"), ("salon__isnull", False)),
                            _connector="OR",
                        ),
                        name="custom_roles_are_a_salons",
                    ),
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
