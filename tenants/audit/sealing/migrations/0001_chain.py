"""The public side of the audit log's chain."""

import django.db.models.functions.datetime
import ops.clock
from django.db import migrations, models


MARK = """
CREATE FUNCTION public.audit_mark_due() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_TABLE_SCHEMA ~ '^salon_[0-9]+$' THEN
        INSERT INTO public.audit_due (salon_id) VALUES (substr(TG_TABLE_SCHEMA, 7)::bigint);
    END IF;
    RETURN NULL;
END
$$;
"""
# The three changes that a row of the log may see; the two settings are set by the code of retention and erasure alone.
KEEP = """
CREATE FUNCTION public.audit_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb;
    sealed text[] := ARRAY['position', 'hash', 'salt', 'digest'];
    told text[] := ARRAY['before', 'after', 'salt'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF current_setting('cadeira.audit_prunes', true) = 'on' AND OLD.position IS NOT NULL THEN
            RETURN OLD;
        END IF;
    ELSE
        becomes := to_jsonb(NEW);
        IF OLD.position IS NULL AND NEW.position IS NOT NULL AND was - sealed = becomes - sealed THEN
            RETURN NEW;
        END IF;
        IF current_setting('cadeira.audit_erases', true) = 'on' AND was - told = becomes - told
            AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.salt IS NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
"""
# A head grows within its day; with the salon it goes.
HEAD = """
CREATE FUNCTION public.audit_head_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF current_setting('cadeira.audit_prunes', true) = 'on' THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.salon_id = OLD.salon_id AND NEW.day = OLD.day AND NEW.position > OLD.position THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_head_grows BEFORE UPDATE OR DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION public.audit_head_grows();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salon_id", models.BigIntegerField(unique=True)),
                ("position", models.BigIntegerField(default=0)),
                ("hash", models.BinaryField(default=bytes)),
                ("sealed_at", models.DateTimeField(null=True)),
                ("pruned_position", models.BigIntegerField(default=0)),
                ("pruned_hash", models.BinaryField(default=bytes)),
                ("checked_at", models.DateTimeField(db_index=True, null=True)),
                ("broken_position", models.BigIntegerField(null=True)),
                ("broken_why", models.CharField(default="", max_length=300)),
            ],
            options={
                "db_table": "audit_chain",
            },
        ),
        migrations.CreateModel(
            name="AuditDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salon_id", models.BigIntegerField()),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=ops.clock.real),
                ),
            ],
            options={
                "db_table": "audit_due",
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salon_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "audit_head",
                "constraints": [models.UniqueConstraint(fields=("salon_id", "day"), name="one_audit_head_per_day")],
            },
        ),
        migrations.RunSQL(MARK, "DROP FUNCTION public.audit_mark_due()"),
        migrations.RunSQL(KEEP, "DROP FUNCTION public.audit_keep()"),
        migrations.RunSQL(HEAD, "DROP TRIGGER audit_head_grows ON audit_head; DROP FUNCTION public.audit_head_grows()"),
    ]
