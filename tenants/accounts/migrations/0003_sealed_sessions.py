from django.db import migrations, models


class Migration(migrations.Migration):
    """Sessions lie under hashes of their keys. Those that there are cannot be carried over: everybody logs in again."""

    dependencies = [
        ("accounts", "0002_log_ins_and_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("key_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "session"},
        ),
        # Keys lay in them as they are.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session; TRUNCATE log_in", migrations.RunSQL.noop),
        migrations.RenameField(model_name="login", old_name="session_key", new_name="session_hash"),
        migrations.AlterField(
            model_name="login", name="session_hash", field=models.CharField(max_length=64, unique=True)
        ),
    ]
