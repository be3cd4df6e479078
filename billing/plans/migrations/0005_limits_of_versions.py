"""The code knows the limits of a plan's row no more: they stand in its versions. The column goes with the next release."""

from django.db import migrations


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("plans", "0004_first_versions")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("plan", "limits")],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE plan ALTER COLUMN limits SET DEFAULT '{}'",
                    "ALTER TABLE plan ALTER COLUMN limits DROP DEFAULT",
                )
            ],
        ),
    ]
