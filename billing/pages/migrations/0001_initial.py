from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [("subscriptions", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[],
            options={
                "verbose_name": "Money",
                "verbose_name_plural": "Money: income, trials, failing payments",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("subscriptions.subscription",),
        ),
    ]
