from django.db import migrations, models


class Migration(migrations.Migration):
    """An entry code names the session it was made in by the hash of its key. Codes live a minute: those of now go."""

    dependencies = [
        ("salons", "0009_log_redaction"),
    ]

    operations = [
        migrations.RunSQL("TRUNCATE entry_code", migrations.RunSQL.noop),
        migrations.RenameField(model_name="entrycode", old_name="session_key", new_name="session_hash"),
        migrations.AlterField(
            model_name="entrycode",
            name="session_hash",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
