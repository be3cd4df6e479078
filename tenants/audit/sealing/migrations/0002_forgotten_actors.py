import importlib
from typing import Any

from django.db import migrations

BEFORE: Any = importlib.import_module("tenants.audit.sealing.migrations.0001_chain")
# Erasing one of the team: of unsealed rows, and of those whose hash has a digest in the place of name and address.
KEEP = """
CREATE OR REPLACE FUNCTION public.audit_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb;
    sealed text[] := ARRAY['position', 'hash', 'salt', 'digest', 'actor_salt', 'actor_digest'];
    told text[] := ARRAY['before', 'after', 'salt'];
    who text[] := ARRAY['actor_name', 'ip', 'actor_salt'];
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
        IF current_setting('cadeira.audit_erases', true) = 'on' THEN
            IF was - told = becomes - told AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.salt IS NULL THEN
                RETURN NEW;
            END IF;
            IF was - who = becomes - who AND NEW.actor_name = '' AND NEW.ip IS NULL
                AND becomes ->> 'actor_salt' IS NULL
                AND (OLD.position IS NULL OR was ->> 'actor_digest' IS NOT NULL) THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    """The fourth change that a row of the log may see. Salons get the columns it speaks of afterwards."""

    dependencies = [
        ("audit_sealing", "0001_chain"),
    ]

    operations = [migrations.RunSQL(KEEP, BEFORE.KEEP.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))]
