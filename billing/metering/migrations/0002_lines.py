"""The lines themselves: partitioned by month, so that a month is dropped whole; and which keys were counted."""

from django.db import migrations

TABLES = """
CREATE SEQUENCE usage_event_id_seq;
CREATE TABLE usage_event (
    id bigint NOT NULL DEFAULT nextval('public.usage_event_id_seq'),
    salon_id bigint NOT NULL,
    kind varchar(30) NOT NULL,
    key varchar(120) NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    at timestamptz NOT NULL,
    day date NOT NULL,
    period_at timestamptz NOT NULL,
    subject varchar(80) NOT NULL DEFAULT '',
    price_minor numeric(18, 6),
    currency varchar(3) NOT NULL DEFAULT '',
    plan_version_id bigint
) PARTITION BY RANGE (at);
ALTER SEQUENCE usage_event_id_seq OWNED BY usage_event.id;
CREATE INDEX usage_event_salon ON usage_event (salon_id, kind, day);
CREATE TABLE usage_event_rest PARTITION OF usage_event DEFAULT;

CREATE FUNCTION usage_event_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
$$ BEGIN RAISE EXCEPTION 'usage_event is append-only'; END $$;
CREATE TRIGGER usage_event_stays BEFORE UPDATE ON usage_event FOR EACH ROW EXECUTE FUNCTION usage_event_stays();

CREATE TABLE usage_once (
    salon_id bigint NOT NULL,
    kind varchar(30) NOT NULL,
    key varchar(120) NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (salon_id, kind, key)
);
CREATE INDEX usage_once_at ON usage_once USING brin (at);
"""
UNDO = "DROP TABLE usage_once; DROP TABLE usage_event; DROP FUNCTION usage_event_stays()"


class Migration(migrations.Migration):
    """Made by hand: Django knows no partitions."""

    dependencies = [("metering", "0001_initial")]
    operations = [migrations.RunSQL(TABLES, UNDO)]
