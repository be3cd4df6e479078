"""The table itself: partitioned over the UUIDv7 key, so that a day is dropped whole."""

from django.db import migrations

TABLE = """
CREATE TABLE delivery (
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    signature text NOT NULL,
    raw bytea NOT NULL,
    split_at timestamptz,
    items integer,
    problem text,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX delivery_unsplit ON delivery (id) WHERE split_at IS NULL;
CREATE TABLE delivery_rest PARTITION OF delivery DEFAULT;
"""


class Migration(migrations.Migration):
    """Made by hand: Django knows no partitions."""

    dependencies = [("gate", "0001_initial")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE delivery")]
