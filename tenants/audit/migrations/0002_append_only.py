"""Nobody rewrites the audit log."""

from django.db import migrations

TRIGGER = (
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
)


class Migration(migrations.Migration):
    """Salon side; the function stands in public."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGER, "DROP TRIGGER audit_append_only ON audit_entry")]
