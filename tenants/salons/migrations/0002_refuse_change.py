"""The trigger function of tables to which rows are only ever added; each salon's trigger calls this one."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("salons", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION public.refuse_change()")]
